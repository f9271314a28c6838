# waits
"""Backends that cannot be reached: a true 502 or 504 before the upgrade, or a close code."""

from harness import ws
from harness.backends import Backend, BlackHole, dead_url, echo
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response

black_hole = BlackHole()
silent_tls = Backend()                  # takes connections and never says a word
BACKENDS = {
    # url, connect_timeout, status
    "refused": (dead_url(), "3s", 502),
    "black_hole": (black_hole.url, "1s", 504),
    "silent_tls": (silent_tls.url.replace("tcp:", "tls:"), "1s", 504),
    "unresolved": ("tcp://nobody.invalid:7", "2s", 502),
    "down": (dead_url(), "3s", 502),
    "missing_socket": ("unix:@DIR@/nobody.sock", "3s", 502),
}


def true_status(name, status, tls):
    with gateway.wire(tls) as wire:
        wire.send(ws.handshake(f"/http/{name}"))
        response = read_response(wire)
        equal(response.status, status, "status")
        equal(response.header("Sec-WebSocket-Accept"), None, "accept value")


def close_code(name, tls):
    with ws.connect(gateway, f"/close/{name}", tls) as socket:
        reason = socket.expect_failed(1014)
        equal(bool(reason), True, f"a reason ({reason!r})")


def logged(name):
    """One record with the status, and a line in the log that names the server."""
    record = gateway.expect_record(route=f"http_{name}")
    equal(record["status"], BACKENDS[name][2], "status")
    equal(record.get("backend"), f"http_{name}", "backend")
    gateway.expect_log(BACKENDS[name][0].split("://")[-1].replace("@DIR@", str(gateway.dir)))


@case("a 502, and a 503 without a try once the server is down; nothing behind them is a request")
def down():
    for status in (502, 502, 502, 503):
        with gateway.wire() as wire:
            wire.send(ws.handshake("/http/down") + ws.handshake("/http/down"))
            response = read_response(wire)
            equal((response.status, response.closes), (status, True), "status, and does it close")
            wire.expect_eof()


@case("what a client sends while its backend is dialled is not lost")
def early_frames():
    """Frames behind the handshake wait for the backend, and a Close too."""
    with Backend() as slow, Gateway(routes='slow: { backend = "slow"; };',
                                    backends=f'slow: {{ servers = ["{slow.url}"]; }};') as own:
        socket = ws.start(own)
        socket.wire.send(ws.frame(ws.BINARY, b"early") + ws.frame(ws.CLOSE, ws.close_payload(1000)))
        conn = slow.accept()
        socket.opened()
        equal(conn.read(5), b"early", "data")
        conn.expect_eof()
        socket.expect_failed(1000)


@case("a name with several addresses: the one that answers is used")
def localhost():
    """localhost is ::1 and 127.0.0.1 on most machines; the service is on one of them only."""
    with Backend(host="127.0.0.1").serve(echo) as backend:
        with Gateway(routes='name: { backend = "name"; };', backends=f'''
                     name: {{ servers = ["tcp://localhost:{backend.port}"]; }};''') as own:
            with ws.connect(own, "/") as socket:
                socket.binary(b"hello")
                equal(socket.stream(5), b"hello", "echo")
                socket.finish()


def route(name, refuse):
    return f'{refuse}_{name}: {{ path = "/{refuse}/{name}"; backend = "{refuse}_{name}"; ' \
           f'refuse = "{refuse}"; }};\n'


gateway = Gateway(
    routes="".join(route(n, refuse) for n in BACKENDS for refuse in ("http", "close")),
    backends="".join(f'{refuse}_{n}: {{ servers = ["{url}"]; connect_timeout = "{timeout}"; '
                     "tries = 1; };\n" for refuse in ("http", "close")
                     for n, (url, timeout, _) in BACKENDS.items()))
for name, (_, _, status) in BACKENDS.items():
    if name == "down":
        continue
    for transport, tls in (("plain", False), ("tls", True)):
        add(f"{name}: {status} ({transport})", true_status, name, status, tls)
        add(f"{name}: 1014 with refuse = close ({transport})", close_code, name, tls)
    add(f"{name}: is recorded and logged", logged, name)
run(gateway)
