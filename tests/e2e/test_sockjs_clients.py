# slow
"""sockjs-client with each transport forced: in node, and in Chromium, iframes included; TLS, HTTP/2."""
import json
import os
import pathlib
import subprocess

from harness.address import HOST, free_port
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

PORT, TLS_PORT = free_port(), free_port()        # the same gateway, of other origins
HERE = pathlib.Path(__file__).parent
CLIENT = HERE / "node_modules" / "sockjs-client" / "dist"
NODE = ["websocket", "xhr-streaming", "eventsource", "xhr-polling"]
SAME = [*NODE, "htmlfile", "jsonp-polling"]
OTHER = [*NODE, "iframe-eventsource", "iframe-htmlfile", "iframe-xhr-polling", "jsonp-polling"]
# what the gateway calls the requests of each
NAMES = {"websocket": "websocket", "xhr-streaming": "xhr_streaming", "eventsource": "eventsource",
         "iframe-eventsource": "eventsource", "htmlfile": "htmlfile", "iframe-htmlfile": "htmlfile",
         "xhr-polling": "xhr", "iframe-xhr-polling": "xhr", "jsonp-polling": "jsonp"}


def node(script, *args):
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(gateway.authority.ca)}
    out = subprocess.run(["node", HERE / "clients" / script, *args], capture_output=True, text=True,
                         timeout=300, env=env)
    equal(out.returncode, 0, f"node's exit status ({out.stderr[-1500:]})")
    return [json.loads(line) for line in out.stdout.splitlines()]


def expect(results, transports):
    equal(len(results), len(transports), "results")
    for (talked, left), name in zip(results, transports):
        equal(talked, {"transport": name, "right": True, "code": 1000, "reason": "Normal closure",
                       "wasClean": True}, f"{name}: an echo")
        equal(left, {"transport": name, "code": 3000, "reason": "Go away!", "wasClean": True},
              f"{name}: an end")


def expect_sessions(transports, before, protocol):
    """Each echo and each close was a session of that transport, over that protocol."""
    wanted = sorted([f"sockjs/{NAMES[t]}", f"sockjs/{NAMES[t]}"] for t in transports)
    def found():
        rows = gateway.records(type="session")[before:]
        return rows if len(rows) == 2 * len(transports) else None
    rows = until(found, "the sessions' records", diagnose=gateway.diagnosis)
    equal(sorted(r["transport"] for r in rows), sorted(sum(wanted, [])), "transports")
    equal({r["protocol"] for r in rows}, {protocol}, "protocol")


def in_node(scheme):
    before = len(gateway.records(type="session"))
    results = node("sockjs.mjs", gateway.url("/echo", scheme), gateway.url("/close", scheme), *NODE)
    expect(results, NODE)
    expect_sessions(NODE, before, "http/1.1")


def in_page(page, scheme, transports, protocol):
    before = len(gateway.records(type="session"))
    results = node("sockjs_page.mjs", page, gateway.url("/echo", scheme), gateway.url("/close", scheme), *transports)
    expect(results, transports)
    expect_sessions(transports, before, protocol)


gateway = Gateway(
    top=f'''defaults: {{ transports = [ "websocket", "sockjs" ];
        origins = [ "same", "http://{HOST}:{PORT}", "https://{HOST}:{TLS_PORT}" ];
        sockjs: {{ response_limit = "4K"; client_url = "/client/sockjs.min.js"; }}; }};''',
    routes=f'''
    echo: {{ path = "/echo"; service = "echo"; }};
    close: {{ path = "/close"; service = "close"; }};
    client: {{ path = "/client"; static = "{CLIENT}"; }};
    page: {{ path = "/page"; respond: {{ status = 200; type = "text/html";
                                         body = "<!doctype html><body></body>"; }}; }};''',
    listeners=f'''other: {{ bind = "{HOST}:{PORT}"; }};
                  other_secure: {{ bind = "{HOST}:{TLS_PORT}"; tls = "e2e"; }};''')
add("node", in_node, "http")
add("node, TLS", in_node, "https")
add("a page of the same origin", in_page, gateway.url("/page", "http"), "http", SAME, "http/1.1")
add("a page of another origin", in_page, f"http://{HOST}:{PORT}/page", "http", OTHER, "http/1.1")
add("a page of the same origin, HTTP/2", in_page, gateway.url("/page", "https"), "https", SAME,
    "h2")
add("a page of another origin, HTTP/2", in_page, f"https://{HOST}:{TLS_PORT}/page", "https", OTHER,
    "h2")
run(gateway)
