"""W3C Trace Context: a valid traceparent goes to backends as it came, and into the access log."""
import json

from harness import http1, ws
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.web import Web
from harness.ws_server import WsServer

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
STATE = "vendor=1,other@tenant=x"
NONE = "00-00000000000000000000000000000000-00f067aa0ba902b7-01"
# what is sent; what arrives as (traceparent, tracestate), and in the log
CASES = {
    "a trace": ([f"traceparent: {TRACE}", f"tracestate: {STATE}"], (TRACE, STATE)),
    "without a state": ([f"Traceparent: {TRACE}"], (TRACE, None)),
    "of a later version": ([f"traceparent: cc{TRACE[2:]}-more"], (f"cc{TRACE[2:]}-more", None)),
    "beside a field of the connection": ([f"traceparent: {TRACE}", "Keep-Alive: 1"], (TRACE, None)),
    "none": ([], (None, None)),
    "what is no trace": ([f"traceparent: {NONE}", f"tracestate: {STATE}"], (None, None)),
    "two traces": ([f"traceparent: {TRACE}", f"traceparent: {TRACE}"], (None, None)),
    "a state alone": ([f"tracestate: {STATE}"], (None, None)),
}


def by_http(name, tls):
    headers, wanted = CASES[name]
    before = len(web.requests)
    equal(http1.fetch(gateway, f"/web/{before}", tls=tls, headers=headers).status, 200, "status")
    request = web.requests[before]
    equal((request.one("traceparent"), request.one("tracestate")), wanted, "what the server got")
    record = gateway.expect_record(path=f"/web/{before}")
    equal(record.get("traceparent"), wanted[0], "traceparent in the log")


def by_websocket(name, tls):
    headers, wanted = CASES[name]
    path = f"/ws/{list(CASES).index(name)}/{tls}"
    with ws.connect(gateway, path, tls, headers=headers) as socket:
        told = {key.lower(): value for key, value in json.loads(socket.message()[1]).items()}
        equal((told.get("traceparent"), told.get("tracestate")), wanted, "what the server got")
        socket.close(1000)
        record = gateway.expect_record(type="session", path=path)
        equal(record.get("traceparent"), wanted[0], "traceparent in the log")


web, server = Web(), WsServer("node")
gateway = Gateway(
    routes='web: { path = "/web"; backend = "web"; }; ws: { path = "/ws"; backend = "ws"; };',
    backends=f'''web: {{ servers = ["{web.url}"]; }};
                 ws: {{ servers = ["{server.url}/headers"]; }};''')
for case_name in CASES:
    for over_tls in (False, True):
        where = "tls" if over_tls else "plain"
        add(f"to a web server: {case_name} ({where})", by_http, case_name, over_tls)
        add(f"to a WebSocket server: {case_name} ({where})", by_websocket, case_name, over_tls)
run(web, server, gateway)
