node=@NODE@ script=@SCRIPT@
if [ -x "$node" ] && [ -f "$script" ]; then
  set -- "$node" "$script" hook run @EVENT@ "$@"
elif command -v keyturn >/dev/null; then
  set -- keyturn hook run @EVENT@ "$@"
elif [ -x node_modules/.bin/keyturn ]; then
  set -- node_modules/.bin/keyturn hook run @EVENT@ "$@"
elif [ "${KEYTURN_SKIP-}" = 1 ]; then
  echo 'keyturn: not found, and skipped by KEYTURN_SKIP=1: nothing was scanned' >&2
  printf '{"time":"%s","event":"@EVENT@","objects":[],"reason":"keyturn-missing"}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$(git rev-parse --git-common-dir)/keyturn-skips.ndjson"
  exit 0
else
  echo 'keyturn: not found, so nothing was scanned and @EVENT@ is blocked; install keyturn, or set KEYTURN_SKIP=1 this once' >&2
  exit 2
fi
exec
