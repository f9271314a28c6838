"""
What each transport's client hears when the backend takes no session: nobody is there, nobody
answers, it answers something else, or it says no in its own words.
"""
import json

from harness.address import HOST
from harness.backends import Backend, BlackHole, dead_url
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.transports import TRANSPORTS, LongPoll, SockJSPoll

POLL = 'mode = "longpoll"; poll: { path = "/polled-%s"; send = "/send"; }; retry_for = "100ms";'
KEPT = 'health: { type = "tcp"; interval = "1h"; fall = 1000; };'   # who refuses is not down
SOON = {"silent": 'connect_timeout = "20ms"; tries = 1;', "mute": 'response_timeout = "20ms";'}
ALL = 'transports = [ "websocket", "sockjs", "sse", "longpoll" ];'


def answer(status, *lines, body=b""):
    head = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {status} Said\r\n{head}Content-Length: {len(body)}\r\n" \
        "Connection: close\r\n\r\n".encode() + body


hole = BlackHole()

UPGRADE = 1014, "backend's answer to the WebSocket handshake is wrong"
NO_EVENTS = 1011, "backend's answer is not proper application/websocket-events"
NO_HTTP = 1014, "backend's answer is not proper HTTP/1.1"
HALF = 1011, "backend ended within a message"
NOTHING = 1014, "backend closed the connection without an answer"
NEVER = 1013, "backend answered that it cannot now, for longer than retry_for"
STATUS = 1011, "backend's answer has a status that ends the session"

# what a backend says: (bytes, status, what of it arrives: a header, the body; code and reason)
WORDS = {
    "unauthorized": (answer(401, 'WWW-Authenticate: Basic realm="x"', "Content-Type: text/plain",
                            "Access-Control-Allow-Origin: http://other.example", body=b"who?"),
                     401, ("WWW-Authenticate", 'Basic realm="x"', b"who?"), (4401, "Unauthorized")),
    "moved": (answer(302, "Location: https://there.example/x"),
              302, ("Location", "https://there.example/x", b""), (4400, "Found")),
    "missing": (answer(404, "Content-Type: a/b", body=b"no\0such"),
                404, ("Content-Type", "a/b", b"no\0such"), (4404, "Not Found")),
    "broken": (answer(500, "X-Why: bug"),
               500, ("X-Why", "bug", b""), (1014, "Internal Server Error")),
    "busy": (answer(503, "Retry-After: 7"),
             503, ("Retry-After", "7", b""), (1013, "Service Unavailable")),
}
# what is no refusal: (bytes, code and reason, and before ws-over-http), all 502
NONSENSE = {
    "page": (answer(200, "Content-Type: text/html", body=b"o\n"), UPGRADE, NO_EVENTS),
    "created": (answer(201, "Location: /x", body=b"{}"), UPGRADE, NO_EVENTS),
    "noise": (b"SSH-2.0-x\r\n\r\n", NO_HTTP, NO_HTTP),
    "half": (b"HTTP/1.1 401 No\r\nA", HALF, HALF),
    "nothing": (b"", NOTHING, NOTHING),
}
# what polls are answered with, behind a session that stands by then: (bytes, code and reason)
POLLS = {
    "forbidden": (answer(403, body=b"no"), STATUS),
    "elsewhere": (answer(302, "Location: /x"), STATUS),
    "gone": (answer(410), (1000, "")),
    "lost": (answer(404), (1000, "")),
    "failed": (answer(500), NEVER),
    "later": (answer(503), NEVER),
    "packed": (answer(200, "Content-Encoding: gzip", body=b"x"),
               (1011, "backend's answer is compressed, though it was asked for none")),
}
# who takes no connection: (port, status, code and reason)
NOBODY = {
    "dead": (dead_url().rpartition(":")[2], 502, (1014, "backend refused the connection")),
    "silent": (hole.port, 504, (1014, "backend did not answer within connect_timeout")),
}
MUTE = 1014, "backend did not answer in time"       # who takes it, and then says nothing
# how backends are asked: (scheme, settings, of the route, method)
MODES = {
    "lines": ("tcp", "", 'framing = "line";', None),
    "ws": ("ws", "", "", "GET"),
    "polled": ("http", POLL % "", "", None),
    "events": ("http", 'mode = "ws-over-http"; retry_for = "200ms";', "", "POST"),
}


def talk(wire):
    """What is to be said is in the path."""
    line = wire.read_until(b"\r\n\r\n").decode().split("\r\n")[0]
    asked.append(line)
    name = line.split()[1].partition("?")[0].rpartition("-")[2]
    wire.send((WORDS | NONSENSE | POLLS)[name][0])
    wire.finish()
    wire.read_all()


def refused(transport, path, method, status, words, end):
    """In the backend's words, or else in ours, whose form is the transport's."""
    asked.clear()
    got = transport.refused(gateways["http"], path, False)
    equal(got.status, status, "status")
    if method:      # whatever a transport has below the path is between the two of us
        equal(set(asked), {f"{method} {path}{transport.query} HTTP/1.1"}, "request")
    if words:
        name, value, body = words
        equal((got.header(name), bytes(got.body)), (value, body), "what arrives of the words")
    elif issubclass(transport, LongPoll):
        equal((got.header("Content-Type"), json.loads(got.body)["error"]),
              ("application/json", {"status": status, "code": end[0], "reason": end[1]}), "answer")
    if issubclass(transport, SockJSPoll):
        equal(got.header("Access-Control-Allow-Origin"), "*", "who may read it")


def told(transport, path, end):
    """With refuse = "close" the session opens, so to speak, only to be closed."""
    equal(transport.dismissed(gateways["close"], path, False), end, "code and reason")


def ended(transport, path, end):
    """A server that only answers cannot refuse: the session ends, whatever refuse says."""
    equal(transport(gateways["close"], path, False).closed(), end, "code and reason")


def gateway_to(refuse):
    """The same routes, each for a row of the tables."""
    backends, routes = "", ""
    for mode, (scheme, settings, keys, method) in MODES.items():
        ports = {name: port for name, (port, *_) in NOBODY.items()}
        if method:
            ports |= dict.fromkeys(WORDS | NONSENSE, backend.port)
        if mode == "events":
            ports["mute"] = mute.port
        for name, port in ports.items():
            backends += f'{mode}-{name}: {{ servers = [ "{scheme}://{HOST}:{port}" ]; {settings} ' \
                f'{KEPT} {SOON.get(name, "")} }};\n'
            routes += f'{mode}-{name}: {{ path = "/{mode}-{name}"; backend = "{mode}-{name}"; ' \
                f'{keys} {ALL} refuse = "{refuse}"; }};\n'
    for name in POLLS:
        backends += f'poll-{name}: {{ servers = [ "http://{HOST}:{backend.port}" ]; {KEPT} ' \
            f'{POLL % name} }};\n'
        routes += f'poll-{name}: {{ path = "/poll-{name}"; backend = "poll-{name}"; {ALL} ' \
            f'refuse = "{refuse}"; }};\n'
    return Gateway(backends=backends, routes=routes)


asked, backend, mute = [], Backend().serve(talk), Backend()
gateways = {refuse: gateway_to(refuse) for refuse in ("http", "close")}
for mode, (_, _, _, method) in MODES.items():
    rows = [(name, None, row[1], None, row[2]) for name, row in NOBODY.items()]
    if method:
        rows += [(name, method, *row[1:]) for name, row in WORDS.items()]
        rows += [(name, method, 502, None, row[1 if mode == "ws" else 2])
                 for name, row in NONSENSE.items()]
    if mode == "events":
        rows.append(("mute", None, 504, None, MUTE))
    for name, asks, status, words, end in rows:
        for title, transport in TRANSPORTS.items():
            add(f"{title} and {mode}, {name}", refused, transport, f"/{mode}-{name}",
                asks, status, words, end)
            if hasattr(transport, "dismissed"):
                add(f"{title} and {mode}, {name}, as a code", told, transport, f"/{mode}-{name}",
                    end)
for name, (_, end) in POLLS.items():
    for title, transport in TRANSPORTS.items():
        add(f"{title} and a poll, {name}", ended, transport, f"/poll-{name}", end)
run(*gateways.values())
