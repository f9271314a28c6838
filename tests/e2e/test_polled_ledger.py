# waits
"""Ledgers of sessions with web servers that only answer, while those fail as often as they can."""
import http.server
import random
import socket
import struct
import threading

from harness import ws
from harness.address import HOST
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

MESSAGES = 1000
TYPE = "application/websocket-events"


class Handler(http.server.BaseHTTPRequestHandler):
    """Fails at random, in each way that a session outlives."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, fields=(), body=b"", cut=None):
        """cut: so many bytes of it, and then nothing more, or a reset."""
        fields = [*fields, ("Content-Length", len(body))] if status != 204 else fields
        head = f"HTTP/1.1 {status} x\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields) + "\r\n"
        whole = head.encode() + body
        if cut is None:
            self.wfile.write(whole)
            return
        self.wfile.write(whole[:cut])
        self.close_connection = True
        if self.server.dice.random() < 0.5:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()


class Polled(Handler):
    """Says numbers, and keeps each until it came; counts what it is sent."""

    def do_GET(self):
        service, received = self.server, int(self.headers["Framegate-Received"])
        luck = service.dice.random()
        with service.news:
            if received >= MESSAGES:
                service.news.wait(60)
                self.answer(204)
                return
        fields, body = [("Content-Type", "text/plain")], b"%d" % received
        if luck < 0.1:
            self.answer(200, fields, body, cut=service.dice.randrange(60))
        elif luck < 0.13:
            self.answer(service.dice.choice((429, 503, 500, 502)), [("Retry-After", 0)])
        elif luck < 0.16:
            self.answer(service.dice.choice((204, 504)))
        else:
            self.answer(200, fields, body)

    def do_POST(self):
        service, body = self.server, self.body()
        if service.dice.random() < 0.08:
            self.answer(service.dice.choice((429, 503)), [("Retry-After", 0)])
            return
        service.heard.append((int(self.headers["Framegate-Seq"]), body))
        if len(service.heard) == MESSAGES:
            with service.news:
                service.news.notify_all()
        self.answer(service.dice.choice((200, 202, 204)))


class Events(Handler):
    """Takes a part of what it is offered, anywhere; answers with the next number."""

    def do_POST(self):
        service, body = self.server, self.body()
        session = service.heard
        content = b"".join(c for name, c in events(body) if name in (b"TEXT", b"BINARY"))
        fields = [("Content-Type", TYPE)]
        if body.startswith(b"OPEN\r\n"):
            self.answer(200, fields, b"OPEN\r\n")
            return
        equal(int(self.headers.get("Content-Bytes-Replayed", 0)), service.offered, "replayed")
        last = b"CLOSE" in body
        n = len(content) if last else service.dice.randrange(len(content) + 1)
        session += content[:n]
        service.offered = len(content) - n
        if not last:
            fields += [("Content-Bytes-Accepted", n)]
        said = b"%d" % service.said
        service.said += 1
        self.answer(200, fields, b"TEXT %x\r\n%s\r\n" % (len(said), said) +
                    (b"CLOSE\r\n" if last else b""))


def events(body):
    while body:
        line, _, body = body.partition(b"\r\n")
        name, _, length = line.partition(b" ")
        n = int(length or "0", 16)
        yield name, body[:n]
        body = body[n + 2:] if length else body


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 100
    daemon_threads = True

    def __init__(self, handler):
        super().__init__((HOST, 0), handler)
        self.news, self.port = threading.Condition(), self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        self.failed += 1

    def begin(self, seed, heard):
        self.dice, self.heard, self.said, self.offered, self.failed = \
            random.Random(seed), heard, 0, 0, 0


def longpoll(seed, http2):
    polled.begin(seed, [])
    with ws.connect(gateway, "/polled", http2=http2) as client:
        for i in range(MESSAGES):
            client.text(f"{i}" + "x" * (i % 700))
            client.expect_message(ws.TEXT, b"%d" % i)
        with polled.news:
            polled.news.wait_for(lambda: len(polled.heard) >= MESSAGES, 60)
        client.finish()
    equal(polled.heard, [(i + 1, b"%d" % i + b"x" * (i % 700)) for i in range(MESSAGES)], "ledger")


def ws_over_http(seed, http2):
    served.begin(seed, bytearray())
    content = b"".join(b"%d," % i for i in range(MESSAGES))
    with ws.connect(gateway, "/served", http2=http2) as client:
        for i in range(MESSAGES):
            client.text(f"{i},")
        client.close()
        said = []
        while (got := client.frame()).opcode == ws.TEXT:
            said.append(got.payload)
    equal((got.opcode, got.code), (ws.CLOSE, 1000), "close")
    equal(said, [b"%d" % i for i in range(len(said))], "what it said")
    gateway.expect_record(type="session", route="served", messages_in=MESSAGES)
    until(lambda: served.heard.endswith(b"%d," % (MESSAGES - 1)), "the last event")
    equal((bytes(served.heard), served.failed), (content, 0), "ledger")


polled, served = Server(Polled), Server(Events)
gateway = Gateway(backends=f'''
polled: {{ servers = ["http://{HOST}:{polled.port}"]; mode = "longpoll";
           poll: {{ path = "/events"; send = "/send"; }}; }};
served: {{ servers = ["http://{HOST}:{served.port}"]; mode = "ws-over-http"; }};''', routes='''
polled: { path = "/polled"; backend = "polled"; };
served: { path = "/served"; backend = "served"; };''')
for seed, http2 in enumerate((False, True)):
    for mode in (longpoll, ws_over_http):
        add(f"{mode.__name__}: none lost, none doubled, over HTTP/{2 if http2 else 1}", mode,
            seed, http2)
run(gateway)
