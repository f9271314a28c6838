"""
Every kind of backend that exchanges messages, as a table: a service that echoes, and what is
peculiar to it. Each kind serves while it is entered; context and pem: over TLS.
"""
import contextlib
import struct
import sys

from harness import scratch
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.service import Service
from harness.ws_server import SERVERS, WsServer


class Kind:
    """
    url, settings: of its backend; keys: of its routes. bye: what it ends the session at, if it is
    told to (else `leaves` is a URL that does so by itself); `end` is how.
    """
    settings, keys, bye, leaves, answers_bye, binary = "", "", None, None, False, True
    end = 1000, ""

    @staticmethod
    def said(_, message):
        """What comes back of a session's i-th message."""
        return message

    def told(self, messages):
        return [self.said(i, m) for i, m in enumerate(messages, 1)]

    def heard(self, farewell):
        """How often such an end of a client's has arrived; None: that is never told."""
        return self.printed().count(f"{farewell[0]} {farewell[1]}\n")


class Lines(Kind):
    """Lines over TCP."""
    keys, bye, binary = 'framing = "line";', "bye", False

    def __init__(self, pem, context):
        self.backend = Backend(context=context).serve(self.talk)
        self.url = self.backend.url
        self.ends = 0

    @staticmethod
    def read(wire):
        return wire.read_until(b"\n")

    @staticmethod
    def wrap(data):
        return data + b"\n"

    def talk(self, wire):
        try:
            while (message := self.read(wire)) != self.wrap(self.bye.encode()):
                wire.send(message)
            wire.finish()
        except ConnectionError:
            self.ends += 1

    def heard(self, _):
        return self.ends

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.backend.close()


class Lengths(Lines):
    """Messages with their length in front, which are binary."""
    keys, binary = 'framing = "length32be";', True

    @staticmethod
    def said(_, message):
        return message.encode() if isinstance(message, str) else message

    @staticmethod
    def wrap(data):
        return struct.pack("!I", len(data)) + data

    @classmethod
    def read(cls, wire):
        return cls.wrap(wire.read(struct.unpack("!I", wire.read(4))[0]))


class WebSockets(WsServer, Kind):
    end = 4321, "so long"

    def __init__(self, pem, _):
        super().__init__("python", pem=pem)
        base = self.url
        self.url = f"{base}/echo"
        self.leaves = f"{base}/close?code=4321&reason=so%20long"


class Server(Kind):
    """A program that serves over HTTP."""

    def __init__(self, program, pem):
        self.port = free_port()
        self.url = f"{'https' if pem else 'http'}://{HOST}:{self.port}"
        self.command = [sys.executable, SERVERS / program, HOST, self.port, *([pem] if pem else [])]

    def printed(self):
        return self.service.printed()

    def __enter__(self):
        self.service = Service(*self.command, address=(HOST, self.port),
                               log=scratch.folder() / "server.log")
        return self

    def __exit__(self, *_):
        self.service.__exit__()


class Polled(Server):
    """Answers polls; of a session's end it hears nothing but that no poll comes."""
    settings = 'mode = "longpoll"; poll: { path = "/events"; send = "/send"; };'
    bye = "end"

    def __init__(self, pem, _):
        super().__init__("polled.py", pem)

    def heard(self, _):
        return None


class Events(Server):
    """WebSocket-over-HTTP; counts what it hears, and also answers what it closes at."""
    settings = 'mode = "ws-over-http";'
    bye, answers_bye, end = "bye", True, (4321, "so long")

    def __init__(self, pem, _):
        super().__init__("events.py", pem)

    @staticmethod
    def said(i, message):
        return f"{i} {message}" if isinstance(message, str) else b"%d " % i + message


KINDS = {"lines": Lines, "lengths": Lengths, "ws": WebSockets, "polled": Polled, "events": Events}


def _gateway_to(kinds, ca, copies):
    trust = f'tls: {{ ca = "{ca}"; }};' if ca else ""
    backends, routes = "", ""
    for name, kind in kinds.items():
        for what, url in ("talks", kind.url), ("ends", kind.leaves or kind.url):
            backends += f'{name}-{what}: {{ servers = [ "{url}" ]; {kind.settings} {trust} }};\n'
            for i in range(copies):
                at = f"{name}-{what}-{i}"
                routes += f'{at}: {{ path = "/{at}"; backend = "{name}-{what}"; {kind.keys} ' \
                    'transports = [ "websocket", "sockjs", "sse", "longpoll" ]; };\n'
    return Gateway(top="workers = 2;", backends=backends, routes=routes)


def worlds(copies):
    """
    Without TLS, and with it at both ends: (tls, kinds by name, a gateway). Its routes to each kind
    are /NAME-talks-N and /NAME-ends-N, for all transports, N below `copies`.
    """
    theirs = Authority("theirs")
    pem = theirs.server(HOST)
    for tls in False, True:
        kinds = {name: kind(tls and pem, theirs.server_context(pem) if tls else None)
                 for name, kind in KINDS.items()}
        yield tls, kinds, _gateway_to(kinds, theirs.ca if tls else None, copies)


def run_before(tried):
    """Runs the cases, with all kinds serving."""
    with contextlib.ExitStack() as stack:
        for _, kinds, _ in tried:
            for kind in kinds.values():
                stack.enter_context(kind)
        run(*(gateway for _, _, gateway in tried))
