# slow
"""256 MiB each way, checksummed, while another client of the same worker is served."""
import hashlib
import random
import threading

from harness import ws
from harness.backends import Backend, Child, echo
from harness.cases import add, equal, run
from harness.gateway import Gateway

TOTAL = 256 << 20
PIECE = 1 << 20
PAYLOAD = 65536
BLOCK = random.Random(7).randbytes(PIECE)
ROUND_TRIPS = 50        # by another client meanwhile; a starved one makes one or two


def pieces():
    """The data: no two pieces alike, so that nothing can go missing or change places."""
    for i in range(TOTAL // PIECE):
        yield b"%08d" % i + BLOCK[8:]


def digest():
    checksum = hashlib.sha256()
    for piece in pieces():
        checksum.update(piece)
    return checksum.digest()


def source(backend):
    for conn in backend.connections():
        for piece in pieces():
            conn.send(piece)
        conn.finish()
        conn.read_all()


def sink(backend):
    """Answers with the checksum of TOTAL bytes."""
    for conn in backend.connections():
        checksum, got = hashlib.sha256(), 0
        while got < TOTAL and (piece := conn.read_some()):
            checksum.update(piece)
            got += len(piece)
        conn.send(checksum.digest())
        conn.read_all()


def echo_one_by_one(backend):
    for conn in backend.connections():
        echo(conn)


class Bystander(threading.Thread):
    """Counts its round trips until it is told to stop."""

    def __init__(self):
        super().__init__(daemon=True)
        self.count, self.over = 0, False
        self.socket = ws.connect(gateway, "/echo")

    def run(self):
        while not self.over:
            self.socket.binary(b"still there?")
            if self.socket.stream(12) != b"still there?":
                return
            self.count += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()
        self.socket.wire.close()


def download(tls):
    with ws.connect(gateway, "/source", tls) as socket, Bystander() as bystander:
        checksum, got = hashlib.sha256(), 0
        while got < TOTAL:
            frame = socket.frame()
            checksum.update(frame.payload)
            got += len(frame.payload)
        count = bystander.count
        equal((got, checksum.hexdigest()), (TOTAL, digest().hex()), "bytes and checksum")
        socket.expect_failed(1000)
        equal(count >= ROUND_TRIPS, True, f"others are served ({count} round trips)")


def upload(tls):
    with ws.connect(gateway, "/sink", tls) as socket, Bystander() as bystander:
        for piece in pieces():
            socket.wire.send(b"".join(ws.frame(ws.BINARY, piece[at:at + PAYLOAD])
                                      for at in range(0, PIECE, PAYLOAD)))
        checksum = socket.stream(32)
        count = bystander.count
        equal(checksum.hex(), digest().hex(), "checksum")
        socket.finish()
        equal(count >= ROUND_TRIPS, True, f"others are served ({count} round trips)")


sources, sinks, echoes = Backend(), Backend(), Backend()
gateway = Gateway(
    top="workers = 1;",
    backends=f"""source: {{ servers = ["{sources.url}"]; }};
                 sink: {{ servers = ["{sinks.url}"]; }};
                 echo: {{ servers = ["{echoes.url}"]; }};""",
    routes="".join(f'{n}: {{ path = "/{n}"; backend = "{n}"; }};\n'
                   for n in ("source", "sink", "echo")))
for scheme, tls in (("ws", False), ("wss", True)):
    add(f"from the backend, over {scheme}", download, tls)
    add(f"to the backend, over {scheme}", upload, tls)
with Child(source, sources), Child(sink, sinks), Child(echo_one_by_one, echoes):
    run(gateway)
