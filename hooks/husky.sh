
# >>> keyturn (written by keyturn hook install; keyturn hook uninstall takes it out)
@SEAL@
(
@GUARD@ "$@"
) || exit $?
# <<< keyturn
