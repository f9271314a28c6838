# waits
"""How sessions end: from each side, properly or not, with data still on its way."""
from harness import ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

LARGE = 2_000_000
backend = Backend()


class Session:
    def __init__(self, tls):
        self.client = ws.start(gateway, "/", tls)
        self.backend = backend.accept()
        self.client.opened()
        self.client.binary(b"up")
        equal(self.backend.read(2), b"up", "data")
        self.backend.send(b"down")
        equal(self.client.stream(4), b"down", "data")

    def expect_record(self, code, closed_by):
        """The only record of this session; told apart by the client's port."""
        port = self.client.wire.sock.getsockname()[1]
        record = gateway.expect_record(client_port=port)
        equal((record.get("close_code"), record.get("closed_by")), (code, closed_by), "end")


def backend_ends(session):
    session.backend.finish()
    session.client.expect_failed(1000)
    session.backend.expect_eof()
    session.expect_record(1000, "backend")


def backend_ends_after_data(session):
    """All that was sent before the end arrives before the Close."""
    session.backend.send(bytes(LARGE))
    session.backend.finish()
    equal(session.client.stream(LARGE) == bytes(LARGE), True, "the data is right")
    session.client.expect_failed(1000)
    session.expect_record(1000, "backend")


def backend_resets(session):
    session.backend.reset()
    session.client.expect_failed(1011)
    session.expect_record(1011, "backend")


def client_closes(session):
    session.client.close(1000)
    session.backend.expect_eof()
    session.client.expect_failed(1000)
    session.expect_record(1000, "client")


def client_closes_with_code(session):
    session.client.close(4711, b"enough")
    session.backend.expect_eof()
    session.client.expect_failed(4711)
    session.expect_record(4711, "client")


def client_closes_after_data(session):
    for _ in range(20):
        session.client.binary(bytes(LARGE // 20))
    session.client.close(1000)
    equal(session.backend.read(LARGE) == bytes(LARGE), True, "the data is right")
    session.backend.expect_eof()
    session.client.expect_failed(1000)


def client_closes_while_backend_talks(session):
    """A backend that goes on sending does not keep the session."""
    session.client.close(1000)
    until(lambda: session.backend.send(bytes(10_000)) or session.backend.ended == "reset",
          "the end of a connection that nobody reads")
    got = session.client.frame()
    while got.opcode <= ws.BINARY:      # sent before the gateway heard of the Close
        got = session.client.frame()
    equal((got.opcode, got.code), (ws.CLOSE, 1000), f"frame {got}")


def client_ends_without_close(session):
    session.client.wire.finish()
    session.backend.expect_gone()
    session.expect_record(1006, "client")


def client_vanishes(session):
    session.client.wire.close()
    session.backend.expect_gone()


def client_resets(session):
    session.client.wire.reset()
    session.backend.expect_gone()


def client_breaks_protocol(session):
    session.client.wire.send(ws.frame(ws.BINARY, b"good") + ws.frame(3))
    equal(session.backend.read(4), b"good", "data")
    session.backend.expect_gone()
    session.client.expect_failed(1002)
    session.expect_record(1002, "gateway")


def vanishes_in_frame(session):
    """Half a frame is passed on as it comes, then the end."""
    session.client.wire.send(ws.frame(ws.BINARY, b"half", length=1000))
    equal(session.backend.read(4), b"half", "data")
    session.client.wire.reset()
    session.backend.expect_gone()


def both_at_once(session):
    """Both ends leave in the same instant; either Close may win, and it ends all the same."""
    session.backend.finish()
    session.client.close(1000)
    session.client.expect_failed(1000)
    session.backend.expect_gone()


def execute(function, tls):
    session = Session(tls)
    function(session)
    session.client.wire.close()
    session.backend.close()


gateway = Gateway(routes='tcp: { path = "/"; backend = "back"; };',
                  backends=f'back: {{ servers = ["{backend.url}"]; }};')
for function in (backend_ends, backend_ends_after_data, backend_resets, client_closes,
                 client_closes_with_code, client_closes_after_data,
                 client_closes_while_backend_talks, client_ends_without_close, client_vanishes,
                 client_resets, client_breaks_protocol, vanishes_in_frame, both_at_once):
    name = function.__name__.replace("_", " ")
    add(f"{name} (plain)", execute, function, False)
    add(f"{name} (tls)", execute, function, True)
run(gateway)
