# slow
"""
Every transport for clients before every kind of backend, plain and over TLS at both ends: one
conversation with its bytes, order, end and refusal.
"""
import base64
import contextlib
import json
import os
import pathlib
import subprocess
import sys

from harness import http1, plain, scratch, sockjs, ws
from harness.address import HOST, free_port
from harness.backends import Backend, dead_url
from harness.cases import add, equal, run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.service import Service
from harness.ws_server import SERVERS, WsServer

NODE = pathlib.Path(__file__).parent / "clients" / "transports.mjs"
TEXTS = ["hello", "", "grüße \u2028 😀\0\"\\", "</script>", "x" * 70000,
         *(f"message {i}" for i in range(200))]
KEPT = 'health: { type = "tcp"; interval = "1h"; fall = 1000; };'   # who refuses is not down
BYTES = [bytes(range(256)), b"\xa5" * 70000]


# what stands behind

class Lines:
    """Lines over TCP; ends the connection after "bye"."""
    keys, said, bye, end = 'framing = "line";', None, "bye", (1000, "")
    refusal = (502, None)

    def __init__(self, pem):
        context = theirs.server_context(pem) if pem else None
        self.backend = Backend(context=context).serve(self.talk)
        self.url, self.refuses = self.backend.url, dead_url()

    @staticmethod
    def talk(wire):
        while (line := wire.read_until(b"\n")) != b"bye\n":
            wire.send(line)
        wire.finish()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.backend.close()


class Server:
    """A program that serves over HTTP."""
    settings, keys, said, binary = "", "", None, True

    def __init__(self, program, pem):
        self.port = free_port()
        scheme = "https" if pem else "http"
        self.url = self.refuses = f"{scheme}://{HOST}:{self.port}"
        self.command = [sys.executable, SERVERS / program, HOST, self.port, *([pem] if pem else [])]

    def __enter__(self):
        self.service = Service(*self.command, address=(HOST, self.port),
                               log=scratch.folder() / "server.log")
        return self

    def __exit__(self, *_):
        self.service.__exit__()


class WebSockets(WsServer):
    keys, said, bye, end = "", None, None, (4321, "so long")
    refusal = (401, b"who are you?")

    def __init__(self, pem):
        super().__init__("python", pem=pem)
        base = self.url
        self.url, self.refuses = f"{base}/echo", f"{base}/no"
        self.leaves = f"{base}/close?code=4321&reason=so%20long"


class Polled(Server):
    """Answers polls; ends the session when it is told "end"."""
    settings = 'mode = "longpoll"; poll: { path = "/events"; send = "/send"; };'
    bye, end, refusal = "end", (1000, ""), (502, None)

    def __init__(self, pem):
        super().__init__("polled.py", pem)
        self.refuses = dead_url().replace("tcp", "https" if pem else "http")


class Events(Server):
    """WebSocket-over-HTTP; counts what it hears, and closes after "bye"."""
    settings = 'mode = "ws-over-http";'
    bye, end, refusal = "bye", (4321, "so long"), (403, b"not you\n")

    def __init__(self, pem):
        super().__init__("events.py", pem)

    @staticmethod
    def said(i, message):
        return f"{i} {message}" if isinstance(message, str) else b"%d " % i + message


BACKENDS = {"lines": Lines, "ws": WebSockets, "polled": Polled, "events": Events}


# who comes

class WebSocket:
    """Each client: send, next, closed (code and reason, by the backend), leave."""
    binary = True

    def __init__(self, gateway, path, tls):
        self.socket = ws.connect(gateway, path, tls)

    @staticmethod
    def refused(gateway, path, tls):
        with gateway.wire(tls) as wire:
            wire.send(ws.handshake(path))
            return http1.read_response(wire)

    def send(self, messages):
        for m in messages:
            self.socket.text(m) if isinstance(m, str) else self.socket.binary(m)

    def next(self):
        opcode, data = self.socket.message()
        return data.decode() if opcode == ws.TEXT else data

    def closed(self):
        frame = self.socket.frame()
        self.socket.finish_after(frame, frame.code)
        return frame.code, frame.reason

    def leave(self):
        self.socket.finish()


class SockJSWebSocket(WebSocket):
    binary = False

    def __init__(self, gateway, path, tls):
        super().__init__(gateway, sockjs.Session(gateway, path).place("websocket"), tls)
        self.socket.expect_message(ws.TEXT, b"o")

    @classmethod
    def refused(cls, gateway, path, tls):
        return WebSocket.refused(gateway, sockjs.Session(gateway, path).place("websocket"), tls)

    def send(self, messages):
        self.socket.text(json.dumps(messages))

    def next(self):
        message, = json.loads(super().next().removeprefix("a"))
        return message

    def closed(self):
        end = json.loads(super().next().removeprefix("c"))
        super().closed()
        return tuple(end)


class SockJSRaw(WebSocket):
    """The WebSocket below a SockJS route that is just that."""

    def __init__(self, gateway, path, tls):
        super().__init__(gateway, f"{path}/websocket", tls)

    @staticmethod
    def refused(gateway, path, tls):
        return WebSocket.refused(gateway, f"{path}/websocket", tls)


class SockJS:
    """By polling; what a poll brings is handed out one by one."""
    binary, transport = False, "xhr"

    def __init__(self, gateway, path, tls):
        self.gateway, self.tls, self.waiting = gateway, tls, []
        self.session = sockjs.Session(gateway, path)
        equal(self.frame(), b"o", "the first frame")

    @classmethod
    def refused(cls, gateway, path, tls):
        with gateway.wire(tls) as wire:
            return sockjs.Session(gateway, path).fetch(cls.transport, wire=wire)

    def fetch(self, transport, **options):
        with self.gateway.wire(self.tls) as wire:
            return self.session.fetch(transport, wire=wire, **options)

    def send(self, messages):
        answer = self.fetch("xhr_send", body=json.dumps(messages).encode())
        equal(answer.status, 204, "status of messages")

    def frame(self):
        answer = self.fetch("xhr")
        equal(answer.status, 200, "status of a poll")
        return answer.body.rstrip(b"\n")

    def next(self):
        if not self.waiting:
            frame = self.frame()
            equal(frame[:1], b"a", f"kind of the frame {frame[:100]}")
            self.waiting = json.loads(frame[1:])
        return self.waiting.pop(0)

    def closed(self):
        frame = self.frame()
        equal(frame[:1], b"c", f"kind of the frame {frame[:100]}")
        return tuple(json.loads(frame[1:]))


class SockJSStream(SockJS):
    transport = "xhr_streaming"

    def __init__(self, gateway, path, tls):
        self.stream = None
        super().__init__(gateway, path, tls)

    def frame(self):
        if self.stream is None:
            self.open()
        while (piece := sockjs.chunk(self.stream)) == b"":
            self.stream.close()
            self.open()     # a client comes again when an answer is long enough
        return piece.rstrip(b"\n")

    def open(self):
        self.stream = self.gateway.wire(self.tls)
        self.stream.send(self.session.request("xhr_streaming"))
        equal(http1.read_head(self.stream).status, 200, "status of a stream")
        equal(sockjs.chunk(self.stream), sockjs.PRELUDE, "prelude")


class LongPoll:
    """Polls and posts over one connection, each acknowledged by the next."""
    binary = True

    def __init__(self, gateway, path, tls):
        self.session = plain.Session(gateway, path, tls)
        self.wire, self.waiting, self.after, self.end = self.session.connect(), [], 0, None

    @staticmethod
    def refused(gateway, path, tls):
        return http1.fetch(gateway, path, "POST", tls)

    def send(self, messages):
        for m in messages:
            self.session.post(m, wire=self.wire)

    def receive(self):
        messages, self.end = self.session.receive(self.after, self.wire)
        for i, m in messages:
            self.after += 1
            equal(i, self.after, "id")
            self.waiting.append(m)

    def next(self):
        while not self.waiting:
            equal(self.end, None, "end before a message")
            self.receive()
        return self.waiting.pop(0)

    def closed(self):
        equal(self.waiting, [], "messages before the end")
        while self.end is None:
            self.receive()
        equal(self.waiting, [], "messages before the end")
        return self.end["code"], self.end["reason"]

    def leave(self):
        self.session.close()


class Sse(LongPoll):
    def __init__(self, gateway, path, tls):
        super().__init__(gateway, path, tls)
        self.events = self.session.events().opened()

    def next(self):
        self.after += 1
        i, message = self.events.message()
        equal(i, self.after, "id")
        return message

    def closed(self):
        end = self.events.closed()
        return end["code"], end["reason"]


CLIENTS = {"websocket": WebSocket, "sse": Sse, "longpoll": LongPoll, "sockjs xhr": SockJS,
           "sockjs xhr_streaming": SockJSStream, "sockjs websocket": SockJSWebSocket,
           "sockjs raw": SockJSRaw}


def told(backend, messages):
    """What the backend says to these."""
    if backend.said is None:
        return messages
    return [backend.said(i, m) for i, m in enumerate(messages, 1)]


def messages_for(backend, binary):
    return TEXTS + (BYTES if binary and getattr(backend, "binary", "ws" in backend.url) else [])


def talks(client, name, backend, tls):
    """Both ways, all at once and in order; then the client leaves, and all is counted."""
    path = f"/{name}"
    sent = messages_for(backend, client.binary)
    before = len(gateways[tls].records(type="session", route=name))
    c = client(gateways[tls], path, tls)
    half = len(sent) // 2
    got = []
    for part in sent[:half], sent[half:]:
        c.send(part)
        got += [c.next() for _ in part]
    equal(got, told(backend, sent), "messages")
    if not hasattr(c, "leave"):
        return              # SockJS has no word for it
    c.leave()
    record = None
    while record is None:
        gateways[tls].expect_record(type="session", route=name, closed_by="client")
        rows = gateways[tls].records(type="session", route=name)
        record = rows[-1] if len(rows) > before else None
    equal((record["messages_in"], record["messages_out"], record["close_code"],
           record["closed_by"]), (len(sent), len(sent), 1000, "client"), "record")


def ends(client, name, backend, tls):
    """The backend's own end, behind all that it said."""
    c = client(gateways[tls], f"/{name}-leaves", tls)
    sent = ["one", "two", backend.bye] if backend.bye else []
    if sent:
        c.send(sent)
    said = sent if backend.said else sent[:-1]      # who counts also answers the last
    equal([c.next() for _ in said], told(backend, said), "messages")
    equal(c.closed(), backend.end, "code and reason")


def refuses(client, name, backend, tls):
    answer = client.refused(gateways[tls], f"/no-{name}", tls)
    status, body = backend.refusal
    equal(answer.status, status, "status")
    if body is not None:
        equal(answer.body, body, "body")


def asks(client, mode, path):
    """Whatever a transport has below it, a backend is asked for what the client wanted."""
    asked.clear()
    answer = client.refused(gateways[False], f"/asks-{mode}{path}", False)
    equal(answer.status, 403, "status")
    equal(asked, [f"{'GET' if mode == 'ws' else 'POST'} /asks-{mode}{path} HTTP/1.1"], "request")


def note(wire):
    head = wire.read_until(b"\r\n\r\n").decode()
    asked.append(head.split("\r\n")[0])
    wire.send(b"HTTP/1.1 403 No\r\nAccess-Control-Allow-Origin: http://c.d\r\n"
              b"Content-Length: 0\r\nConnection: close\r\n\r\n")


def refused_by_frame(mode):
    """With refuse = "close" SockJS hears it in its own way, whatever the backend's words are."""
    session = sockjs.Session(gateways[False], f"/frame-{mode}")
    session.poll(b'c[4403,"Forbidden"]\n')
    equal(session.try_send(b'["x"]')[0], 404, "status of a message then")


def readable():
    """A page may read the refusal, whatever the backend says of that."""
    answer = sockjs.Session(gateways[False], "/asks-ws").fetch("xhr", headers=["Origin: http://a.b"])
    equal((answer.status, answer.header("Access-Control-Allow-Origin")), (403, "http://a.b"),
          "answer")


def played(transport, name, tls, messages, expected):
    """What contrib/client saw."""
    url = gateways[tls].url(f"/{name}", "wss" if tls else "ws")
    as_json = [m if isinstance(m, str) else {"base64": base64.b64encode(m).decode()}
               for m in messages]
    result = subprocess.run(["node", NODE, url, transport, json.dumps(as_json), str(expected)],
                            capture_output=True, text=True, timeout=60, check=False, env={
                                **os.environ, "NODE_EXTRA_CA_CERTS": gateways[tls].authority.ca})
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    seen = json.loads(result.stdout)
    seen["got"] = [m if isinstance(m, str) else base64.b64decode(m["base64"]) for m in seen["got"]]
    return seen


def by_script(transport, name, backend, tls):
    sent = [m for m in messages_for(backend, True) if len(m) < 1000]
    seen = played(transport, name, tls, sent, len(sent))
    equal((seen["got"], seen["transport"], seen["code"]), (told(backend, sent), transport, 1000),
          "messages, transport, code")
    sent = ["one", "two", backend.bye] if backend.bye else []
    seen = played(transport, f"{name}-leaves", tls, sent, -1)
    said = sent if backend.said else sent[:-1]
    equal((seen["got"], seen["code"], seen["reason"]), (told(backend, said), *backend.end),
          "messages, code, reason")
    seen = played(transport, f"no-{name}", tls, [], -1)
    equal((seen["opened"], seen["got"]), (False, []), "opened, messages")


def gateway_to(backends, ca):
    trust = f'tls: {{ ca = "{ca}"; }};' if ca else ""
    all_of_them = 'transports = [ "websocket", "sockjs", "sse", "longpoll" ];'
    b, r = "", ""
    for name, backend in backends.items():
        settings = f'{getattr(backend, "settings", "")} {trust}'
        for prefix, url in (("", backend.url), ("no-", backend.refuses)):
            own = settings if url.startswith(("tls", "https", "wss")) else settings.replace(trust, "")
            b += f'{prefix}{name}: {{ servers = [ "{url}" ]; {own} '
            b += f'{KEPT if prefix else ""} }};\n'
        leaves = name
        if hasattr(backend, "leaves"):
            leaves = f"{name}-leaves"
            b += f'{leaves}: {{ servers = [ "{backend.leaves}" ]; {settings} }};\n'
        for path, to in ((name, name), (f"{name}-leaves", leaves), (f"no-{name}", f"no-{name}")):
            r += f'{path}: {{ path = "/{path}"; backend = "{to}"; {all_of_them} {backend.keys} }};\n'
    for mode, settings in (("ws", ""), ("events", 'mode = "ws-over-http";')):
        url = notes.url.replace("tcp", "ws" if mode == "ws" else "http")
        b += f'notes-{mode}: {{ servers = [ "{url}" ]; {settings} }};\n'
        for path, keys in ("asks", 'origins = [ "*" ];'), ("frame", 'refuse = "close";'):
            r += f'{path}-{mode}: {{ path = "/{path}-{mode}"; backend = "notes-{mode}"; ' \
                f'{all_of_them} {keys} }};\n'
    return Gateway(top="workers = 2;", backends=b, routes=r)


asked, notes = [], Backend().serve(note)
theirs = Authority("theirs")
PEM = theirs.server(HOST)
backends = {tls: {name: kind(PEM if tls else None) for name, kind in BACKENDS.items()}
            for tls in (False, True)}
gateways = {tls: gateway_to(backends[tls], theirs.ca if tls else None) for tls in (False, True)}
for tls, those in backends.items():
    end = " over TLS" if tls else ""
    for name, backend in those.items():
        for title, client in CLIENTS.items():
            for what in talks, ends, refuses:
                add(f"{title} and {name}{end}: {what.__name__}", what, client, name, backend, tls)
        for transport in ("websocket", "sse", "longpoll"):
            add(f"framegate.js by {transport} and {name}{end}", by_script, transport, name, backend,
                tls)
for mode in ("ws", "events"):
    for title, client in CLIENTS.items():
        add(f"what a backend is asked for: {title} and {mode}", asks, client, mode, "")
    add(f"what a backend is asked for: websocket below the path and {mode}", asks, WebSocket, mode,
        "/below")
    add(f"a refusal in a frame, {mode}", refused_by_frame, mode)
add("a refusal that a page may read", readable)
with contextlib.ExitStack() as stack:
    for those in backends.values():
        for backend in those.values():
            stack.enter_context(backend)
    run(*gateways.values())
