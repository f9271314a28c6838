# waits
"""ping and ping_timeout: an idle client is asked whether it is there; 1011 if it is not."""
from harness import ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway


def answers(socket, conn):
    """As long as pongs come, the session stays; and pings come again and again."""
    for _ in range(3):
        got = socket.frame()
        equal(got.opcode, ws.PING, "opcode")
        socket.send(ws.PONG, got.payload)
    socket.binary(b"hello")
    equal(conn.read(5), b"hello", "data")
    socket.finish()


def stays_silent(socket, conn):
    equal(socket.frame().opcode, ws.PING, "opcode")
    socket.expect_failed(1011)
    conn.expect_gone()


def answers_something_else(socket, conn):
    """Pongs to nobody's ping do no harm."""
    got = socket.frame()
    equal(got.opcode, ws.PING, "opcode")
    socket.send(ws.PONG, b"another payload")
    socket.send(ws.PONG, got.payload)
    equal(socket.frame().opcode, ws.PING, "opcode")


def stalls_within_frame(socket, conn):
    """Half a frame is no sign of life that lasts."""
    socket.wire.send(ws.frame(ws.BINARY, b"half", length=1000))
    got = socket.frame()
    while got.opcode == ws.PING:
        got = socket.frame()
    equal((got.opcode, got.code), (ws.CLOSE, 1011), f"frame {got}")
    socket.wire.finish()
    socket.wire.expect_eof()


def execute(function, tls):
    socket = ws.start(gateway, "/", tls)
    with socket, backend.accept() as conn:
        socket.opened()
        function(socket, conn)


backend = Backend()
gateway = Gateway(routes='tcp: { path = "/"; backend = "b"; ping = "1s"; ping_timeout = "1s"; };',
                  backends=f'b: {{ servers = ["{backend.url}"]; }};')
for function in (answers, stays_silent, answers_something_else, stalls_within_frame):
    name = f"a client that {function.__name__.replace('_', ' ')}"
    add(f"{name} (plain)", execute, function, False)
    add(f"{name} (tls)", execute, function, True)
run(gateway)
