
# >>> keyturn (written by keyturn hook install; keyturn hook uninstall takes it out)
@SEAL@
keyturn_input=$(cat)
{ [ -z "$keyturn_input" ] || printf '%s\n' "$keyturn_input"; } | (
@GUARD@ "$@"
) || exit $?
exec <<KEYTURN_INPUT
$keyturn_input
KEYTURN_INPUT
# <<< keyturn
