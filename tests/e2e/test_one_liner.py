"""framegate LISTEN TARGET: a gateway without a file, as websockify is used."""
from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend, echo
from harness.cases import add, case, contains, equal, run
from harness.certs import Authority
from harness.gateway import Gateway, command
from harness.http1 import fetch
from harness.wire import Wire

backend = Backend().serve(echo)
target = f"{HOST}:{backend.port}"
authority = Authority()


def started(*more, port=None, listen=None):
    port = port or free_port()
    gateway = Gateway(args=[listen or f"{HOST}:{port}", target, *more], port=port)
    gateway.tls_port, gateway.authority = port, authority
    return gateway


def echoes(gateway, path, headers=(), tls=False):
    """Returns the subprotocol."""
    with ws.connect(gateway, path, tls, headers=headers) as socket:
        socket.binary(b"hello")
        equal(socket.stream(5), b"hello", "echo")
        socket.finish()
        return socket.subprotocol


@case("every path upgrades")
def paths():
    with started() as gateway:
        for path in ("/", "/websockify", "/any/where?token=x"):
            echoes(gateway, path)


@case("a bare port listens on all interfaces, IPv6 too where there is any")
def bare_port():
    port = free_port("")
    with started(port=port, listen=str(port)) as gateway:
        for address in ((HOST, port), ("127.0.0.1", port)):
            with ws.WebSocket(Wire.connect(address), "/").opened() as socket:
                socket.finish()
        echoes(gateway, "/")


@case("the subprotocol binary is chosen when it is offered, none when none is")
def subprotocols():
    with started() as gateway:
        equal(echoes(gateway, "/"), None, "subprotocol")
        equal(echoes(gateway, "/", ["Sec-WebSocket-Protocol: binary"]), "binary", "subprotocol")
        equal(echoes(gateway, "/", ["Sec-WebSocket-Protocol: other, binary"]), "binary",
              "subprotocol")


@case("the subprotocol base64 of old clients")
def old_clients():
    offer = ["Sec-WebSocket-Protocol: base64"]
    with started() as gateway, ws.connect(gateway, "/", headers=offer) as socket:
        equal(socket.subprotocol, "base64", "subprotocol")
        socket.text("aGVsbG8=")
        socket.expect_message(ws.TEXT, b"aGVsbG8=")
        socket.finish()


@case("any origin, and a warning that says so")
def origins():
    with started() as gateway:
        echoes(gateway, "/", ["Origin: http://anywhere.example"])
        contains(gateway.log().lower(), "origin", "log")


@case("--web: files for whom does not upgrade, the service for whom does")
def web():
    folder = scratch.folder()
    (folder / "index.html").write_text("<!doctype html>page")
    with started("--web", str(folder)) as gateway:
        equal(fetch(gateway, "/").body, b"<!doctype html>page", "page")
        equal(fetch(gateway, "/missing").status, 404, "status")
        echoes(gateway, "/")
        echoes(gateway, "/index.html")


@case("without --web a page is refused")
def no_web():
    with started() as gateway:
        contains((404, 426), fetch(gateway, "/").status, "statuses")


@case("--cert: over TLS")
def cert():
    with started("--cert", authority.server("localhost")) as gateway:
        echoes(gateway, "/", tls=True)


@case("--key: apart from the certificate; --ssl-only changes nothing")
def key():
    pem = authority.server("localhost")
    with started("--cert", pem.with_suffix(".crt"), "--key", pem.with_suffix(".key"),
                 "--ssl-only") as gateway:
        echoes(gateway, "/", tls=True)


@case("--heartbeat: pings in that rhythm")
def heartbeat():
    with started("--heartbeat", "1") as gateway, ws.connect(gateway, "/") as socket:
        for _ in range(2):
            ping = socket.frame()
            equal(ping.opcode, ws.PING, "opcode")
            socket.send(ws.PONG, ping.payload)
        socket.finish()


@case("tokens by the plugin's whole name, from a directory")
def tokens():
    folder, port = scratch.folder(), free_port()
    (folder / "part").write_text(f"one: {target}\n")
    args = ["--token-plugin", "websockify.token_plugins.ReadOnlyTokenFile", "--token-source",
            folder, f"{HOST}:{port}"]
    with Gateway(args=args, port=port) as gateway:
        echoes(gateway, "/websockify?token=one")
        with gateway.wire() as wire:
            wire.send(ws.handshake("/websockify?token=two"))
            contains(wire.read_until(b"\r\n"), b" 404 ", "status line")


@case("--framing text")
def framing():
    with started("--framing", "text") as gateway, ws.connect(gateway, "/") as socket:
        socket.text("hällo")
        socket.expect_message(ws.TEXT, "hällo".encode())
        socket.finish()


def usage(*args):
    result = command(*args)
    equal((result.returncode, result.stdout), (2, ""), "exit status and output")
    contains(result.stderr, "framegate", "stderr")


for args in (["6080"], ["6080", "nowhere"], ["nowhere", target], ["99999", target],
             ["6080", target, "--unheard-of"], ["6080", target, "--web"],
             ["6080", target, "--framing", "unheard-of"], ["6080", target, "more"],
             ["--unheard-of"], ["unheard-of"]):
    add(f"usage: {' '.join(args)}", usage, *args)
run()
