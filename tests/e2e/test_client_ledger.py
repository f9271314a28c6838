# slow
"""
A page in Chromium and its backend send each other numbered messages by contrib/client, while a
middlebox resets connections at random: each arrives once, in order. A WebSocket, which could not
be resumed, is left whole. FRAMEGATE_E2E_MESSAGES says how many; nightly it is 100000.
"""
import json
import os
import pathlib
import subprocess

from harness import ledger
from harness.backends import Backend, Child
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.middlebox import Middlebox, cuts_at_random, passes

MESSAGES = int(os.environ.get("FRAMEGATE_E2E_MESSAGES", "3000"))
LASTS = 60_000          # bytes, a connection, at the most
HERE = pathlib.Path(__file__).parent
CLIENT = HERE / "clients" / "client_ledger.mjs"
BUILD = HERE.parents[1] / "contrib" / "client" / "build"


def played(box, transport, *how):
    """What the page saw."""
    result = subprocess.run(["node", str(CLIENT), box.url("/page"), box.url("/lines"), transport,
                             str(MESSAGES), *how], capture_output=True, text=True, check=False,
                            timeout=60 + MESSAGES / 20)
    equal((result.returncode, result.stderr), (0, ""), "the browser's exit status and messages")
    return json.loads(result.stdout)


def both_ways(transport, rule, cut, *how):
    with Backend() as backend, Child(ledger.serve, backend, MESSAGES), \
            gateway_to(backend) as gateway, Middlebox(gateway.port, rule) as box:
        seen = played(box, transport, *how)
        equal((seen["sent"], seen["got"], seen["wrong"]), (MESSAGES, MESSAGES, None), "ledger")
        equal((seen["transport"], seen["events"], seen["code"]),
              (transport, ["transport"], 1000), "transport, events, code")
        equal(box.cuts > MESSAGES / 1000, cut, f"{box.cuts} connections were cut")
        record = gateway.expect_record(type="session")
        equal((record["messages_in"], record["messages_out"]), (MESSAGES, MESSAGES + 1), "record")


def gateway_to(backend):
    return Gateway(top="workers = 2;", backends=f'b: {{ servers = [ "{backend.url}" ]; }};',
                   routes='''
page: { path = "=/page"; respond: { type = "text/html"; body = "<title>p</title>"; }; };
lines: { path = "/lines"; backend = "b"; framing = "line"; buffer = "4K";
    transports = [ "websocket", "sse", "longpoll" ]; session: { replay = "8K"; }; };''')


built = subprocess.run(["sh", str(BUILD)], capture_output=True, text=True, check=False)
if built.returncode:
    raise SystemExit(f"not ok - contrib/client/build: {built.stderr}")
add("sse, whole", both_ways, "sse", lambda: (passes, passes), False)
add("sse", both_ways, "sse", cuts_at_random(1, LASTS), True)
add("sse by EventSource", both_ways, "sse", cuts_at_random(3, LASTS), True, "no-streams")
add("longpoll", both_ways, "longpoll", cuts_at_random(2, LASTS), True)
add("websocket", both_ways, "websocket", lambda: (passes, passes), False)
run()
