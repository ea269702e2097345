#!/bin/sh
@SEAL@ keyturn hook uninstall puts back what was here before.
# Keyturn goes first, because what it calls next may already send (git-lfs does). Both get the same arguments and input.
guard() (
@GUARD@ "$@"
)
chained=@CHAINED@
[ -x "$chained" ] || { guard "$@"; exit; }
input=$(cat && echo .)
printf %s "${input%.}" 2>/dev/null | guard "$@" || exit
printf %s "${input%.}" 2>/dev/null | "$chained" "$@"
