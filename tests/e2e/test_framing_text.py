"""framing = "text": frames that never cut a character, whatever the backend's writes look like."""
from harness import ws
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.utf8 import INVALID, UNFINISHED, VALID

TEXT = "aé€😀 κόσμε 👩‍👩‍👧‍👦 \ufeff\u0000".encode() * 20
REPLACEMENT = "\ufffd".encode()


class Session:
    """A session on /close or /replace, with the backend's end."""

    def __init__(self, path):
        self.client = ws.start(gateway, path)
        self.backend = backend.accept()
        self.client.opened()

    def seen_by_gateway(self):
        """Returns when the single worker has read all that the backend wrote so far."""
        for _ in range(2):
            self.client.text("?")
            self.backend.read(1)

    def text(self, n):
        """n bytes from the backend; each frame by itself is a text message of whole characters."""
        got = b""
        while len(got) < n:
            opcode, piece = self.client.message()
            equal(opcode, ws.TEXT, "opcode")
            piece.decode("utf-8")
            got += piece
        equal(len(got), n, "bytes")
        return got


def step_by_step(data, size):
    """The gateway sees each piece by itself."""
    session = Session("/close")
    for at in range(0, len(data), size):
        session.backend.send(data[at:at + size])
        session.seen_by_gateway()
    equal(session.text(len(data)), data, "text")
    session.client.finish()


@case("a large text in one go")
def large():
    session = Session("/close")
    data = TEXT * 1000
    session.backend.send(data)
    equal(session.text(len(data)) == data, True, "the text is right")
    session.client.finish()


def closed(bad):
    """What is good before arrives, then 1007."""
    session = Session("/close")
    session.backend.send(b"good" + bad)
    equal(session.text(4), b"good", "text")
    session.client.expect_failed(1007)


def closed_at_end(bad):
    session = Session("/close")
    session.backend.send(b"good" + bad)
    equal(session.text(4), b"good", "text")
    session.backend.finish()
    session.client.expect_failed(1007)


def replaced(bad):
    """As Unicode recommends (and Python does): one U+FFFD for each maximal subpart."""
    session = Session("/replace")
    data = b"good" + bad + b"good"
    wanted = data.decode("utf-8", "replace").encode()
    session.backend.send(data)
    equal(session.text(len(wanted)), wanted, "text")
    session.client.finish()


def replaced_at_end(bad):
    session = Session("/replace")
    session.backend.send(b"good" + bad)
    session.backend.finish()
    equal(session.text(4 + len(REPLACEMENT)), b"good" + REPLACEMENT, "text")
    session.client.expect_failed(1000)


@case("what the client says reaches the backend as it is")
def upwards():
    session = Session("/close")
    session.client.text(TEXT)
    session.client.send(ws.TEXT, TEXT[:3], fin=False)
    session.client.send(ws.CONTINUATION, TEXT[3:])
    equal(session.backend.read(2 * len(TEXT)), TEXT * 2, "bytes")
    session.client.finish()
    session.backend.expect_eof()


backend = Backend()
BACKENDS = f'back: {{ servers = ["{backend.url}"]; }};'
gateway = Gateway(top="workers = 1;", backends=BACKENDS, routes='''
close: { path = "/close"; backend = "back"; framing = "text"; };
replace: { path = "/replace"; backend = "back"; framing = "text"; invalid = "replace"; };
''')
for size in (1, 2, 3, 5, 7):
    add(f"pieces of {size} bytes", step_by_step, TEXT, size)
for text in VALID[:20]:
    add(f"{text.hex(' ')} byte by byte", step_by_step, b"a" + text + "é".encode(), 1)
for good, bad in INVALID[::5]:
    data = good + bytes([bad])
    add(f"{data.hex(' ')} ends the session", closed, data)
    add(f"{data.hex(' ')} is replaced", replaced, data)
for data in UNFINISHED:
    add(f"the end within {data.hex(' ')} closes with 1007", closed_at_end, data)
    add(f"the end within {data.hex(' ')} is replaced", replaced_at_end, data)
run(gateway)
