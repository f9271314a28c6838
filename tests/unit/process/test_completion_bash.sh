# What bash offers behind "framegate …", asked of the function that is installed.
set -u
cd "${srcdir:-.}" || exit 1
n=0

# offers "WORDS OF THE LINE, the last one unfinished" "what is offered"
offers() {
    n=$((n + 1))
    got=$(bash -c '. "$1"
        eval "COMP_WORDS=($2)"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _framegate
        echo "${COMPREPLY[*]}"' bash "contrib/completion/framegate" "$1")
    if [ "$got" = "$2" ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1: offers \"$got\", not \"$2\""
    fi
}

echo 1..9
offers "framegate ch" "check"
offers "framegate import ''" "--help websockify"
offers "framegate config du" "dump"
offers "framegate help ex" "explain"
offers "framegate explain --me" "--method"
offers "framegate explain --method ''" ""
offers "framegate --config some.conf che" "check"
offers "framegate check --config ./COPYI" "./COPYING"
offers "framegate nothing ''" ""
