"""RFC 6455 section 4: every MUST on the client's opening handshake, and the server's answer."""
import base64

from harness import echo, ws
from harness.cases import contains, equal, run
from harness.http1 import read_head, read_response, request

GOOD = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}


def head(method="GET", version="1.1", **changes):
    """The good handshake with fields changed (underscores for hyphens); None leaves one out."""
    fields = dict(GOOD)
    fields.update((name.replace("_", "-"), value) for name, value in changes.items())
    lines = []
    for name, value in fields.items():
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                lines.append(f"{name}: {one}")
    return "\r\n".join([f"{method} /chat HTTP/{version}", *lines, "", ""]).encode()


def opens(wire, data, how="whole"):
    wire.feed(data, how)
    response = read_head(wire)
    equal(response.status, 101, "status")
    equal(response.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "accept")
    equal(response.header("Content-Length"), None, "Content-Length")
    equal(response.header("Transfer-Encoding"), None, "Transfer-Encoding")
    wire.send(ws.frame(ws.TEXT, b"works"))
    got = ws.Frame(wire)
    equal((got.opcode, got.payload), (ws.TEXT, b"works"), "echo")


def refused(wire, data, *statuses):
    wire.send(data)
    response = read_response(wire)
    contains(statuses, response.status, "statuses")
    return response


def old_version(wire, version):
    response = refused(wire, head(Sec_WebSocket_Version=version), 426)
    equal(response.header("Sec-WebSocket-Version"), "13", "Sec-WebSocket-Version")


def first_frames_with_head(wire):
    """A client may not, but the bytes behind the head are frames all the same."""
    wire.send(head() + ws.frame(ws.TEXT, b"early") + ws.frame(ws.PING, b"bird"))
    equal(read_head(wire).status, 101, "status")
    got = ws.Frame(wire)
    equal((got.opcode, got.payload), (ws.TEXT, b"early"), "echo")
    got = ws.Frame(wire)
    equal((got.opcode, got.payload), (ws.PONG, b"bird"), "pong")


def unknown_extension(wire):
    """An extension nobody implements is declined by not naming it."""
    wire.send(head(Sec_WebSocket_Extensions="x-unheard-of; level=3"))
    response = read_head(wire)
    equal((response.status, response.header("Sec-WebSocket-Extensions")), (101, None), "answer")


def plain_get(wire):
    """A request that asks for no upgrade is told which one is needed."""
    wire.send(request("/chat"))
    response = read_response(wire)
    equal(response.status, 426, "status")
    equal(response.header("Upgrade").lower(), "websocket", "Upgrade")


def head_method(wire):
    wire.send(head(method="HEAD"))
    contains((400, 405), read_response(wire, "HEAD").status, "statuses")


def after_other_requests(wire):
    """The handshake may be a later request of a kept connection."""
    wire.send(request("/chat"))
    equal(read_response(wire).status, 426, "status")
    opens(wire, head())


gateway = echo.gateway()
table = echo.Table(gateway, sockets=False)

for how in ("whole", "bytewise", "cut"):
    table.add(f"a good handshake, {how}", opens, head(), how)
table.add("names in any case", opens, head().replace(b"Sec-WebSocket-Key", b"sec-websocket-KEY"))
table.add("Upgrade in any case", opens, head(Upgrade="WebSocket"))
table.add("Connection is a list in any case", opens, head(Connection="keep-alive, UPGRADE"))
table.add("Connection in two fields", opens, head(Connection=("keep-alive", "Upgrade")))
table.add("white space around values", opens, head(Sec_WebSocket_Version="  13\t "))
table.add("a query", opens, head().replace(b"/chat", b"/chat?a=b&c=%20"))
table.add("an absolute target", opens, head().replace(b"/chat", b"http://localhost/chat"))
table.add("unknown fields", opens, head(X_Something="else", Cookie="a=b"))
table.add("frames right behind the head", first_frames_with_head)
table.add("an unknown extension is declined", unknown_extension)
table.add("a plain GET", plain_get)
table.add("after another request", after_other_requests)

table.add("no Upgrade", refused, head(Upgrade=None), 400, 426)
table.add("another Upgrade", refused, head(Upgrade="h2c"), 400, 426)
table.add("no Connection", refused, head(Connection=None), 400, 426)
table.add("Connection without upgrade", refused, head(Connection="keep-alive"), 400, 426)
table.add("HTTP/1.0", refused, head(version="1.0"), 400, 426)
table.add("POST", refused, head(method="POST"), 400, 405)
table.add("HEAD", head_method)
table.add("no key", refused, head(Sec_WebSocket_Key=None), 400)
table.add("an empty key", refused, head(Sec_WebSocket_Key=""), 400)
table.add("two keys", refused, head(Sec_WebSocket_Key=(ws.new_key(), ws.new_key())), 400)
for size in (1, 15, 17, 32):
    key = base64.b64encode(bytes(size)).decode()
    table.add(f"a key of {size} bytes", refused, head(Sec_WebSocket_Key=key), 400)
for key in ("dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ@==",
            "dGhlIHNhbXBsZSBub25j ZQ=="):
    table.add(f"key '{key}' is not base64", refused, head(Sec_WebSocket_Key=key), 400)
table.add("no version", refused, head(Sec_WebSocket_Version=None), 400, 426)
for version in ("0", "7", "8", "12", "14", "25", "013", "+13", "abc"):
    table.add(f"version {version}", old_version, version)
table.add("with Content-Length", refused, head(Content_Length="0"), 400)
table.add("with a body", refused, head(Content_Length="5") + b"hello", 400)
table.add("with Transfer-Encoding", refused, head(Transfer_Encoding="chunked") + b"0\r\n\r\n", 400)
table.add("no Host", refused, head(Host=None), 400)
run(gateway)
