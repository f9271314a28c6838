#!/bin/sh
# Shell scripts parse, and shellcheck has nothing to say about them.
cd "${srcdir:-$(dirname "$0")/../..}" || exit 1
scripts=$(grep -lE '^#! ?/bin/(ba)?sh' contrib/* contrib/*/* tests/* tests/*/* .ci/* 2>/dev/null)

echo "1..2"
number=0
check() {
    number=$((number + 1))
    claim=$1
    shift
    wrong=$("$@" 2>&1) && echo "ok $number - $claim" && return
    echo "not ok $number - $claim"
    echo "$wrong" | sed 's/^/# /'
}

parse() {
    status=0
    for script in $scripts; do
        sh -n "$script" || status=1
    done
    return "$status"
}

check "scripts parse" parse
if command -v shellcheck >/dev/null; then
    # shellcheck disable=SC2086
    check "shellcheck is content" shellcheck $scripts
else
    echo "ok 2 - shellcheck is content # SKIP shellcheck is not installed"
fi
