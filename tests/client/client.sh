#!/bin/sh
# The browsers' client, in node: each case of interface, fallback, sessions, reconnect.
here=${srcdir:-.}/tests/client
if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
    echo "1..0 # SKIP node 18 is not here"
    exit 0
fi
exec node --test-reporter=tap "$here/all.mjs"
