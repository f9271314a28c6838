# waits
"""idle and max_lifetime: sessions end by the clock, with a code that says which one it was."""
from harness import ws
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway


def opened(path, tls=False):
    socket = ws.start(gateway, path, tls)
    conn = backend.accept()
    return socket.opened(), conn


def frame_but_pings(socket):
    """Pings and pongs are no application data: they do not keep a session from being idle."""
    while (got := socket.frame()).opcode == ws.PING:
        socket.send(ws.PONG, got.payload)
    return got


def ends(path, code, tls):
    socket, conn = opened(path, tls)
    got = frame_but_pings(socket)
    socket.finish_after(got, code)
    conn.expect_gone()
    record = gateway.expect_record(client_port=socket.wire.sock.getsockname()[1])
    equal((record.get("close_code"), record.get("closed_by")), (code, "gateway"), "end")


@case("a busy session outlives an idle one")
def busy():
    quiet, _ = opened("/idle")
    loud, conn = opened("/idle")
    while not quiet.wire.readable() or frame_but_pings(quiet).opcode != ws.CLOSE:
        loud.binary(b"up")
        equal(conn.read(2), b"up", "data")
        conn.send(b"down")
        equal(loud.stream(4), b"down", "data")
    equal(frame_but_pings(loud).code, 1001, "close code")


@case("max_lifetime ends a busy session too")
def busy_lifetime():
    socket, conn = opened("/lifetime")
    got = None
    while got is None or got.opcode != ws.CLOSE:
        conn.send(b"down")
        got = socket.frame()
    equal(got.code, 1012, "close code")


backend = Backend()
gateway = Gateway(backends=f'b: {{ servers = ["{backend.url}"]; }};', routes='''
idle: { path = "/idle"; backend = "b"; idle = "2s"; ping = "1s"; };
lifetime: { path = "/lifetime"; backend = "b"; max_lifetime = "2s"; ping = "1s"; };
''')
for transport, tls in (("plain", False), ("tls", True)):
    add(f"idle: 1001 ({transport})", ends, "/idle", 1001, tls)
    add(f"max_lifetime: 1012 ({transport})", ends, "/lifetime", 1012, tls)
run(gateway)
