"""WebSockets to web servers: node's ws library behind the gateway, and servers that answer wrongly."""
import os
import signal

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_head, read_response, request
from harness.service import Service
from harness.wait import until
from harness.web import Web
from harness.ws import accept_for, connect, handshake

TEXT, BINARY, CLOSE = 1, 2, 8


def answer(req, send):
    """What the path says: /accept/KIND is a 101 that is right or not, /status/N is none."""
    kind, _, rest = req.target.lstrip("/").partition("/")
    key = req.one("sec-websocket-key") or ""
    if kind == "status":
        send(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nno" % int(rest))
        return True
    if kind != "accept":
        return Web.ok(req, send)
    accept = {"right": accept_for(key), "wrong": accept_for(key[::-1]), "none": None,
              "client": accept_for("dGhlIHNhbXBsZSBub25jZQ==")}[rest]
    send("\r\n".join(["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket",
                      "Connection: Upgrade",
                      *([f"Sec-WebSocket-Accept: {accept}"] if accept else []), "", ""]).encode())
    while piece := req.stream.read1(65536):     # as it is, both ways
        send(piece)
    return False


@case("messages of all sizes, text and binary, both ways")
def messages():
    for tls in (False, True):
        with connect(gateway, "/socket", tls=tls, host="node") as ws:
            for n in (0, 1, 125, 126, 65_535, 65_536, 1_000_000):
                ws.binary(os.urandom(n) if n < 1000 else bytes(n), "cut")
                equal(len(ws.message()[1]), n, "bytes")
            ws.text("grüß dich")
            ws.expect_message(TEXT, "grüß dich".encode())


@case("the server's close code and reason arrive")
def close_code():
    with connect(gateway, "/socket", host="node") as ws:
        ws.text("close")
        frame = ws.frame()
        equal((frame.opcode, frame.code, frame.reason), (CLOSE, 4321, "as you wish"), "close")
        ws.close(4321)
        ws.wire.expect_eof()
    row = gateway.expect_record(path="/socket", type="session")
    equal((row["transport"], row["backend"], row["status"]), ("websocket", "node", 101), "record")


@case("subprotocol and extensions are the client's and the server's")
def negotiation():
    with gateway.wire() as wire:
        wire.send(handshake("/socket", host="node", headers=[
            "Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Extensions: permessage-deflate"]))
        response = read_head(wire)
        equal((response.status, response.header("Sec-WebSocket-Protocol")), (101, "b"), "answer")
        equal(response.header("Sec-WebSocket-Extensions"), "permessage-deflate", "extensions")


def refused(path, status):
    """Nothing of what the client sends behind its handshake comes to the server, or is a request."""
    before = len(web.requests)
    with gateway.wire() as wire:
        wire.send(handshake(path) + request("/smuggled"))
        response = read_response(wire)
        equal((response.status, response.closes), (status, True), "answer")
        equal(wire.read_all(), b"", "what follows")
    equal([r.target for r in web.requests[before:]], [path], "requests that the server saw")
    equal(web.bad, [], "what the server could not read")


for path, status in (("/status/200", 200), ("/status/404", 404), ("/status/302", 302),
                     ("/accept/wrong", 502), ("/accept/none", 502), ("/accept/client", 502)):
    add(f"{path} is no WebSocket", refused, path, status)


@case("bytes pass as they are, and ends too")
def raw():
    with gateway.wire() as wire:
        wire.send(handshake("/accept/right") + b"early")
        equal(read_head(wire).status, 101, "status")
        equal(wire.read(5), b"early", "bytes")
        data = os.urandom(3_000_000)
        wire.send(data)
        wire.finish()
        equal(wire.read_all(), data, "echo")
        equal(wire.ended, "eof", "end")


@case("many at a time, and nothing is left of them")
def many():
    before = gateway_fds()
    wires = [gateway.wire() for _ in range(100)]
    for wire in wires:
        wire.send(handshake("/accept/right"))
    for i, wire in enumerate(wires):
        equal(read_head(wire).status, 101, "status")
        wire.send(b"%03d" % i)
    for i, wire in enumerate(wires):
        equal(wire.read(3), b"%03d" % i, "bytes")
        wire.reset() if i % 2 else wire.close()
    until(lambda: gateway_fds() <= before, "descriptors to be closed", diagnose=gateway_fds)


@case("a stop leaves it alone until stop_timeout, and keeps no idle connection")
def stop():
    with Gateway(routes='web: { backend = "w"; };', top='stop_timeout = "2s";',
                 backends=f'w: {{ servers = ["{web.url}"]; }};') as gw, \
            gw.wire() as wire, gw.wire() as other:
        other.send(request("/kept"))
        equal(read_response(other).status, 200, "status")
        wire.send(handshake("/accept/right"))
        equal(read_head(wire).status, 101, "status")
        gw.signal(signal.SIGTERM)
        other.expect_eof()                      # it has begun
        wire.send(b"still here")
        equal(wire.read(10), b"still here", "echo")
        equal(gw.wait(), 0, "exit status")
        wire.expect_gone()


def gateway_fds():
    return len(os.listdir(f"/proc/{gateway.pid}/fd"))


web = Web(answer)
node_port = free_port()
node = Service("node", os.path.join(os.path.dirname(__file__), "clients/web.mjs"), HOST, node_port,
               address=(HOST, node_port), log=scratch.folder() / "node")
gateway = Gateway(
    routes='node: { host = "node"; backend = "node"; }; web: { backend = "w"; };',
    backends=f'''w: {{ servers = ["{web.url}"]; }};
                 node: {{ servers = ["http://{HOST}:{node_port}"]; }};''')
with node:
    run(web, gateway)
