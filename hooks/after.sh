#!/bin/sh
@SEAL@ keyturn hook uninstall puts back what was here before.
# Keyturn goes last, because what it calls first may change what is committed.
guard() (
@GUARD@ "$@"
)
chained=@CHAINED@
if [ -x "$chained" ]; then
  "$chained" "$@" || exit
fi
guard "$@"
