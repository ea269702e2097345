#!/bin/sh
@SEAL@ keyturn hook uninstall --global takes it away.
# A global core.hooksPath hides the hooks of every repository; this calls the one it hides.
chained=@CHAINED@
[ -x "$chained" ] || exit 0
exec "$chained" "$@"
