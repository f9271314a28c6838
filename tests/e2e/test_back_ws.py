"""WebSocket backends: node's ws and Python's websockets behind framegate, plain and over TLS."""
import asyncio
import json
import pathlib
import subprocess

import websockets

from harness import process, scratch, ws
from harness.address import HOST
from harness.backends import dead_url
from harness.cases import Skip, add, case, contains, equal, run
from harness.certs import Authority
from harness.gateway import PROGRAM, Gateway
from harness.http1 import read_response
from harness.wait import until
from harness.ws_server import PROGRAMS, WsServer

CLIENTS = pathlib.Path(__file__).parent / "clients"
authority = Authority("backends")
pem = authority.server(HOST)
servers = {(program, deflate): WsServer(program, deflate)
           for program in PROGRAMS for deflate in (False, True)}
secure = WsServer("node", pem=pem)
pages = scratch.folder()
(pages / "index.html").write_text("<!DOCTYPE html><title>a page</title>\n")


def at(path, program, deflate=False, ours=False):
    """The same path of that server: whether it compresses, whether framegate does."""
    return f"{path}{'&' if '?' in path else '?'}at={route_of(program, deflate, ours)}"


def route_of(program, deflate=False, ours=False):
    return f"{program}-{'deflate' if deflate else 'plain'}-{'deflate' if ours else 'plain'}"


def route(program, deflate, ours):
    name = route_of(program, deflate, ours)
    return (f'{name}: {{ query: {{ at = "{name}"; }}; backend = "{program}-{deflate}"; '
            f'max_message = "64M"; deflate: {{ enable = {str(ours).lower()}; }}; }};')


BACKENDS = [f'{program}-{deflate}: {{ servers = ["{server.url}"]; }};'
            for (program, deflate), server in servers.items()] + [
    f'secure: {{ servers = ["{secure.url}/echo"]; tls: {{ ca = "{authority.ca}"; }}; }};',
    f'unknown: {{ servers = ["{secure.url}/echo"]; }};',
    f'dead: {{ servers = ["{dead_url().replace("tcp", "ws")}"]; }};',
    f'no: {{ servers = ["{servers["node", False].url}/no"]; }};']
ROUTES = [route(*server, ours) for server in servers for ours in (False, True)] + [
    'secure: { path = "/secure"; backend = "secure"; };',
    'unknown: { path = "/unknown"; backend = "unknown"; };',
    'dead: { path = "/dead"; backend = "dead"; };',
    'seen: { path = "/seen"; backend = "no"; refuse = "close"; };',
    f'pages: {{ path = "=/"; static = "{pages}"; }};']
gateway = Gateway(routes="\n".join(ROUTES), backends="\n".join(BACKENDS))


def exchange(path):
    """Kinds and boundaries come back as they were, and the socket closes properly."""
    with ws.connect(gateway, path) as socket:
        socket.echo((0, 1, 2, 125, 126, 250, 252, 70000, 140000))
        socket.finish()


async def offer(path, deflate):
    """A client that compresses, or does not, whatever the server does."""
    async with websockets.connect(gateway.url(path), max_size=None,
                                  compression="deflate" if deflate else None) as socket:
        for message in ("again and again " * 5000, b"\0" * 100000, "", b"short"):
            await socket.send(message)
            equal(await socket.recv(), message, "message")
        return [extension.name for extension in socket.extensions]


def compressed(program, theirs, ours, client):
    """framegate agrees with each side by itself."""
    got = asyncio.run(offer(at("/echo", program, theirs, ours), client))
    equal(got, ["permessage-deflate"] if ours and client else [], "extensions")
    headers = asked(program, theirs, ours)
    equal("sec-websocket-extensions" in headers, ours, "framegate offers it")


def asked(program, theirs=False, ours=False, headers=()):
    with ws.connect(gateway, at("/headers", program, theirs, ours), headers=headers) as socket:
        return json.loads(socket.message()[1])


def handshake(program):
    """What the backend is asked: by us, for the client."""
    headers = asked(program, headers=[
        "Origin: http://localhost", "Cookie: a=1; b=2", "Authorization: Bearer x", "X-Own: y",
        "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X_Forwarded_For: 192.0.2.1"])
    server = servers[program, False]
    for name, value in {"host": f"{HOST}:{server.port}", "origin": "http://localhost",
                        "cookie": "a=1; b=2", "authorization": "Bearer x", "x-own": "y",
                        "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http",
                        "x-forwarded-host": "localhost",
                        "forwarded": "for=127.0.0.1;host=localhost;proto=http"}.items():
        equal(headers.get(name), value, name)
    equal("x_forwarded_for" in headers, False, "the twin is gone")


def accepted(program):
    """What the backend says to the client besides, over either version of HTTP."""
    for http2 in (False, True):
        with ws.connect(gateway, at("/echo", program), http2=http2) as socket:
            equal(socket.response.header("Set-Cookie"), "seen=1; Path=/", "Set-Cookie")
            socket.finish()


def subprotocol(program, offered, chosen):
    headers = [f"Sec-WebSocket-Protocol: {offered}"] if offered else []
    with ws.connect(gateway, at("/echo", program), headers=headers) as socket:
        equal(socket.subprotocol, chosen, "subprotocol")
        socket.finish()
    if chosen:
        gateway.expect_record(subprotocol=chosen, route=route_of(program))


def closed_by_backend(program):
    with ws.connect(gateway, at("/close?code=4321&reason=so%20long", program)) as socket:
        equal(socket.expect_failed(4321), "so long", "reason")
    gateway.expect_record(close_code=4321, closed_by="backend", reason="so long",
                          route=route_of(program))


def backend_leaves(program):
    with ws.connect(gateway, at("/leave", program)) as socket:
        socket.expect_failed(1011)


def last(*server):
    with ws.connect(gateway, at("/last", *server)) as socket:
        return json.loads(socket.message()[1])


def expect_last(code, reason, *server):
    wanted = {"code": code, "reason": reason}
    until(lambda: last(*server) == wanted, f"the backend to hear {wanted}",
          diagnose=lambda: str(last(*server)))


def closed_by_client(program, code, reason):
    with ws.connect(gateway, at("/echo", program)) as socket:
        socket.send(ws.CLOSE, ws.close_payload(code, reason.encode()) if code else b"")
        socket.finish_after(socket.frame(), code or 1005)
    expect_last(code or 1005, reason, program)


def client_leaves(program):
    with ws.connect(gateway, at("/echo", program)) as socket:
        socket.text("bye")
        socket.expect_message(ws.TEXT, b"bye")
    until(lambda: last(program)["code"] == 1006, "the backend to see it leave")


def refused(program, path, status, name, value, body):
    """The backend's answer is the client's, whoever asks."""
    with gateway.wire() as wire:
        wire.send(ws.handshake(at(path, program)))
        got = read_response(wire)
    equal((got.status, got.header(name), got.body), (status, value, body), "answer")
    child = subprocess.run(["node", CLIENTS / "refused.mjs", gateway.url(at(path, program))],
                           capture_output=True, text=True, timeout=120)
    said = json.loads(child.stdout.splitlines()[0])
    equal((said["status"], said["headers"].get(name.lower()), said["body"]),
          (status, value, body.decode()), "what ws says")
    gateway.expect_record(status=status, path=path, route=route_of(program))


def large(program):
    """Both ways at the same time, more than may wait anywhere."""
    payload = bytes(range(256)) * (32 << 12)
    with ws.connect(gateway, at("/echo", program)) as socket:
        socket.binary(payload)
        socket.expect_message(ws.BINARY, payload)
        socket.finish()


@case("a client that does not read costs no memory")
def slow_client():
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    size = 32 << 20
    with ws.connect(gateway, at("/echo", "node")) as socket:
        socket.text("warm")
        socket.expect_message(ws.TEXT, b"warm")
        before = process.pss(gateway.pid)
        socket.binary(bytes(size))
        socket.wire.read(size // 2)
        growth = process.pss(gateway.pid) - before
    equal(growth < 2 << 20, True, f"memory stayed within 2 MiB: {growth}")


@case("a refusal as a close code")
def refused_as_code():
    with ws.connect(gateway, "/seen") as socket:
        equal(socket.expect_failed(4401), "Unauthorized", "reason")


@case("the path is the one that was matched")
def normal_path():
    exchange(at("/x/..//%65cho", "node"))


@case("wss with a certificate that is verified")
def verified():
    exchange("/secure")


@case("wss with one that is not")
def unverified():
    with gateway.wire() as wire:
        wire.send(ws.handshake("/unknown"))
        equal(read_response(wire).status, 502, "status")


@case("nobody there")
def dead():
    with gateway.wire() as wire:
        wire.send(ws.handshake("/dead"))
        equal(read_response(wire).status, 502, "status")


@case("Chromium, end to end")
def browser():
    child = subprocess.run(["node", CLIENTS / "page_socket.mjs", gateway.url("/", "http"),
                            gateway.url(at("/echo", "node", True, True)), "3456", "done"],
                           capture_output=True, text=True, timeout=120)
    equal(child.stderr, "", "what node complains about")
    seen = json.loads(child.stdout)
    contains(seen.pop("extensions"), "permessage-deflate", "extensions")
    equal(seen, {"got": ["grüße", [300000, True]], "code": 3456, "reason": "",
                 "wasClean": True, "subprotocol": "b"}, "what the page saw")
    expect_last(3456, "done", "node", True)


for program in PROGRAMS:
    for theirs in (False, True):
        for ours in (False, True):
            how = f"{program}{', deflate' if theirs else ''}{', ours too' if ours else ''}"
            add(f"messages ({how})", exchange, at("/echo", program, theirs, ours))
            for client in (False, True):
                add(f"compression ({how}), client {'offers' if client else 'does not offer'} it",
                    compressed, program, theirs, ours, client)
    add(f"the handshake ({program})", handshake, program)
    add(f"a cookie with the acceptance ({program})", accepted, program)
    for offered, chosen in (("a, b", "b"), ("a, c", "a"), ("", None)):
        add(f"subprotocols '{offered}' ({program})", subprotocol, program, offered, chosen)
    add(f"a code and reason of the backend ({program})", closed_by_backend, program)
    add(f"the backend leaves ({program})", backend_leaves, program)
    for code, reason in ((1000, ""), (1001, "away"), (3000, "grüße"), (4999, ""), (0, "")):
        add(f"code {code} '{reason}' of the client ({program})", closed_by_client, program, code,
            reason)
    add(f"the client leaves ({program})", client_leaves, program)
    add(f"401 ({program})", refused, program, "/no", 401, "WWW-Authenticate",
        'Basic realm="here"', b"who are you?")
    add(f"a redirection ({program})", refused, program, "/moved", 302, "Location", "/echo", b"")
    add(f"a message of 32 MiB ({program})", large, program)
run(*servers.values(), secure, gateway)
