#!/bin/sh
# The configuration in README is one that framegate takes, with a certificate and pages from here.
conf=${TMPDIR:-/tmp}/framegate-readme.$$
trap 'rm -f "$conf"' EXIT
sed -n '/^Configure it/,/^"framegate check"/s/^    //p' "${srcdir:-.}/README" |
    sed -e '/^tls:/d' -e 's/tls = "site"/tls = "self-signed"/' \
        -e "s|/usr/share/novnc|${srcdir:-.}|" >"$conf"

echo "1..1"
if [ "$(wc -l <"$conf")" -ge 9 ] && wrong=$("${builddir:-.}/framegate" check -c "$conf" 2>&1); then
    echo "ok 1 - the configuration in README is right"
else
    echo "not ok 1 - the configuration in README is right"
    echo "$wrong" | sed 's/^/# /'
fi
