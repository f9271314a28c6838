"""HTTP/2 in front of every kind of backend: web servers, their WebSockets, WebSocket servers."""
import hashlib
import os

from harness import h2 as http2
from harness import ws
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.web import Web
from harness.ws import accept_for
from harness.ws_server import WsServer

MiB = 1 << 20
BODY = os.urandom(3 * MiB)


def answer(req, send):
    """What the path says; a WebSocket is accepted and echoes bytes."""
    kind = req.target.lstrip("/").partition("?")[0]
    if req.one("sec-websocket-key") and kind != "page":
        send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             b"Sec-WebSocket-Accept: " + accept_for(req.one("sec-websocket-key")).encode() +
             b"\r\n\r\n")
        while piece := req.stream.read1(65536):
            send(piece)
        return False
    if kind == "chunked":
        send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: then\r\nTrailer: x\r\n\r\n")
        for at in range(0, len(BODY), 100_000):
            piece = BODY[at:at + 100_000]
            send(b"%x\r\n%s\r\n" % (len(piece), piece))
        send(b"0\r\nX: y\r\n\r\n")
        return True
    if kind == "close":
        send(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
        return False
    if kind == "cut":
        send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        return False
    digest = req.digest.hexdigest().encode()
    send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nKeep-Alive: timeout=5\r\nConnection: x-hop\r\n"
         b"X-Hop: 1\r\n\r\n%s" % (len(digest), b"" if req.method == "HEAD" else digest))
    return True


def body_of(path):
    with http2.connect(gateway) as c:
        got = c.fetch(path)
        equal((got.status, bytes(got.body) == BODY), (200, True), "answer")
        equal([got.header(n) for n in ("transfer-encoding", "connection", "trailer")], [None] * 3,
              "fields of HTTP/1.1")
        equal("," in (got.header("date") or ""), path != "/chunked", "one Date")


@case("what a server is asked is a right request of HTTP/1.1")
def asked():
    with http2.connect(gateway) as c:
        got = c.fetch("/a%20b?c=d", headers=[("cookie", "a=1"), ("cookie", "b=2"),
                                            ("x-forwarded-for", "192.0.2.1"), ("te", "trailers"),
                                            ("x_forwarded_for", "192.0.2.2")])
        equal((got.status, [got.header(n) for n in ("keep-alive", "connection", "x-hop")]),
              (200, [None] * 3), "answer")
    req = web.requests[-1]
    equal((req.method, req.target, req.one("host"), req.one("cookie")),
          ("GET", "/a%20b?c=d", "localhost", "a=1; b=2"), "request")
    equal((req.all("te"), req.all("x_forwarded_for"), "192.0.2" in req.one("x-forwarded-for")),
          ([], [], False), "what is not passed on")


def upload(length):
    with http2.connect(gateway) as c:
        headers = [("content-length", str(len(BODY)))] if length else []
        got = c.fetch("/up", "POST", headers=headers, body=BODY)
        equal(got.body.decode(), hashlib.sha256(BODY).hexdigest(), "what came")
    req = web.requests[-1]
    equal((req.one("content-length"), req.one("transfer-encoding")),
          (str(len(BODY)), None) if length else (None, "chunked"), "how it was framed")


@case("an answer that is cut ends with RST_STREAM, and the connection goes on")
def cut():
    with http2.connect(gateway) as c:
        stream = c.request("/cut")
        c.until(lambda: c.answers[stream].reset is not None, "the reset")
        equal(c.answers[stream].ended, False, "a proper end")
        equal(c.fetch("/x").status, 200, "status")


@case("many requests side by side share few connections to the server")
def together():
    before = len(web.requests)
    with http2.connect(gateway) as c:
        streams = [c.request(f"/{i}") for i in range(60)]
        equal({c.answer(s).status for s in streams}, {200}, "statuses")
    equal(len(web.requests) - before, 60, "requests")


@case("a WebSocket becomes an upgrade of HTTP/1.1, and back")
def tunnel():
    with ws.connect(gateway, "/socket", http2=True) as socket:
        for n in (1, 200, 70_000):
            sent = ws.frame(ws.BINARY, os.urandom(n))
            socket.wire.send(sent)
            equal(socket.wire.read(len(sent)), sent, "the frame, as it was")
    req = web.requests[-1]
    equal((req.method, req.one("upgrade"), req.one("sec-websocket-version"), req.all("content-length")),
          ("GET", "websocket", "13", []), "upgrade")
    gateway.expect_record(type="session", protocol="h2", status=200, backend="w")


@case("a server's 200 opens no WebSocket, and nothing behind the handshake reaches it")
def no_websocket():
    before = len(web.requests)
    with http2.connect(gateway) as c:
        stream = c.request("/page", "CONNECT", headers=[("sec-websocket-version", "13")], end=False,
                           protocol="websocket")
        c.send(stream, ws.frame(ws.TEXT, b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"))
        equal(c.answer(stream).status, 502, "answer")
        equal(c.fetch("/x").status, 200, "status of another request")
    equal([r.target for r in web.requests[before:]], ["/page", "/x"], "what the server saw")
    gateway.expect_log("backend w")


def messages(tls, through):
    with ws.connect(gateway, through, tls, http2=True) as socket:
        for n in (0, 1, 126, 70_000, MiB):
            socket.binary(bytes(n))
            socket.expect_message(ws.BINARY, bytes(n))
        socket.text("grüß dich")
        socket.expect_message(ws.TEXT, "grüß dich".encode())
        socket.close(1000)
        socket.expect_failed(1000)


@case("a refusal of a WebSocket server reaches the client as it is")
def refused():
    with http2.connect(gateway) as c:
        stream = c.request("/ws/no", "CONNECT", headers=[("sec-websocket-version", "13")], end=False,
                           protocol="websocket")
        got = c.head(stream)
        equal((got.status, got.header("www-authenticate") is not None), (401, True), "answer")
        equal(c.fetch("/x").status, 200, "status of another request")


web, server = Web(answer), WsServer("node", deflate=True)
gateway = Gateway(
    routes='''ws: { path = "/ws"; backend = "s"; rewrite: { strip = "/ws"; }; max_message = "4M"; };
              web: { path = "/"; backend = "w"; };''',
    backends=f'w: {{ servers = ["{web.url}"]; }}; s: {{ servers = ["{server.url}"]; }};')
for path in ("/chunked", "/close"):
    add(f"the body of {path}", body_of, path)
add("a body of known length", upload, True)
add("a body of unknown length", upload, False)
for tls in (False, True):
    add(f"messages to a WebSocket server ({'tls' if tls else 'plain'})", messages, tls, "/ws/echo")
run(web, server, gateway)
