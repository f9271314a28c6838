"""
The same arguments for websockify, for what `framegate import` makes of them and for the one-liner:
clients get the same from all three.
"""
import os
import re
import ssl
import subprocess

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, contains, equal, run
from harness.certs import Authority
from harness.gateway import Gateway, command
from harness.http1 import fetch
from harness.service import Service

folder = scratch.folder()
authority = Authority()
certificate = str(authority.server("localhost", HOST))
os.environ["SSL_CERT_FILE"] = str(authority.ca)     # whom --ssl-target trusts
(folder / "web").mkdir()
(folder / "web" / "index.html").write_text("<!doctype html>page")


def talk(wire):
    """An echo that ends by itself after "bye"."""
    while piece := wire.read_some():
        wire.send(piece)
        if piece.endswith(b"bye"):
            return wire.finish()


def at_most_1_2(context):
    """websockify blocks in reading when the tickets of TLS 1.3 come before any data."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


tcp = Backend().serve(talk)
tls = Backend(context=at_most_1_2(authority.server_context(certificate))).serve(talk)
unix = Backend(unix=folder / "u.sock").serve(talk)
(folder / "tokens").write_text(f"one: {HOST}:{tcp.port}\n")
TCP, TLS = f"{HOST}:{tcp.port}", f"{HOST}:{tls.port}"
TOKENS = ["--token-plugin", "TokenFile", "--token-source", str(folder / "tokens")]


class Websockify(Service):
    """Spoken to as a Gateway is."""

    def __init__(self, args, port):
        self.port = self.tls_port = port
        self.authority = authority
        super().__init__("/usr/bin/websockify", *args, address=(HOST, port),
                         log=folder / f"websockify.{port}")

    authority_text, wire = Gateway.authority_text, Gateway.wire


def gateway(port, **options):
    it = Gateway(port=port, **options)
    it.tls_port, it.authority = port, authority
    return it


def imported(args, port):
    written = command("import", "websockify", "--", *args)
    equal((written.returncode, written.stderr), (0, ""), "exit status and messages of import")
    path = folder / f"imported.{port}"
    path.write_text(written.stdout)
    checked = command("check", "-c", str(path))
    equal((checked.returncode, checked.stderr), (0, ""), "check of what was imported")
    return gateway(port, conf=written.stdout)


def one_liner(args, port):
    return gateway(port, args=args)


def answers(gateway, path, secure, headers=()):
    """What a client sees: the subprotocol, what comes back, and how it ends."""
    with ws.connect(gateway, path, secure, headers=headers) as socket:
        socket.binary(b"hello")
        got = [socket.subprotocol, socket.stream(5)]
        socket.binary(bytes(range(256)) * 1024)
        got.append(socket.stream(256 * 1024))
        socket.binary(b"bye")
        got.append(socket.stream(3))
        frame = socket.frame()
        return [*got, frame.opcode, frame.code]


def same(args, path="/", secure=False, look=None):
    def seen(server):
        port = free_port()
        with server([*args[:-1], f"{HOST}:{port}", *args[-1]], port) as one:
            got = [answers(one, path, secure),
                   answers(one, path, secure, ["Sec-WebSocket-Protocol: binary"])]
            return got + (look(one) if look else [])

    wanted = seen(Websockify)
    equal(wanted[0][1], b"hello", "what came back through websockify")
    for server in (imported, one_liner):
        equal(seen(server), wanted, f"what clients see of {server.__name__}")


def files(gateway):
    answers = [fetch(gateway, path) for path in ("/", "/index.html", "/missing")]
    return [answers[0].body, answers[1].body, *[a.status for a in answers]]


# title: options and the target; path, TLS?, and what else to look at
SAME = {
    "ws": ([[TCP]],),
    "wss": (["--cert", certificate, "--ssl-only", [TCP]], "/", True),
    "a unix target": (["--unix-target", str(folder / "u.sock"), []],),
    "a TLS target": (["--ssl-target", [TLS]],),
    "files": (["--web", str(folder / "web"), [TCP]], "/", False, files),
    "tokens": ([*TOKENS, []], "/?token=one"),
    "heartbeat": (["--heartbeat=30", [TCP]],),
}
for title, args in SAME.items():
    add(title, same, *args)


# For every option of websockify 0.13 a command line with it.
WRAPPED = ["6080", "--", "vncserver", "--anything"]
ADDRESSES = ["6080", TCP]
EVERY = {
    "auth-plugin": ["--auth-plugin", "BasicHTTPAuth", *ADDRESSES],
    "auth-source": ["--auth-plugin=BasicHTTPAuth", "--auth-source=a:b", *ADDRESSES],
    "cafile": ["--cert", certificate, "--verify-client", "--cafile", str(authority.ca),
               *ADDRESSES],
    "cert": ["--cert", certificate, *ADDRESSES],
    "daemon": ["--daemon", *ADDRESSES],
    "file-only": ["--web", str(folder / "web"), "--file-only", *ADDRESSES],
    "heartbeat": ["--heartbeat=30", *ADDRESSES],
    "host-token": [*TOKENS, "--host-token", "6080"],
    "idle-timeout": ["--idle-timeout", "9", *ADDRESSES],
    "inetd": ["--inetd", TCP],
    "key": ["--cert", certificate, "--key", certificate, *ADDRESSES],
    "key-password": ["--cert", certificate, "--key-password", "x", *ADDRESSES],
    "legacy-syslog": ["--syslog=/dev/log", "--legacy-syslog", *ADDRESSES],
    "libserver": ["--libserver", *ADDRESSES],
    "log-file": ["--log-file", str(folder / "a log"), *ADDRESSES],
    "prefer-ipv6": ["--prefer-ipv6", "localhost:6080", TCP],
    "record": ["--record", "x", *ADDRESSES],
    "run-once": ["--run-once", *ADDRESSES],
    "ssl-ciphers": ["--cert", certificate, "--ssl-ciphers", "HIGH:!aNULL", *ADDRESSES],
    "ssl-only": ["--cert", certificate, "--ssl-only", *ADDRESSES],
    "ssl-target": ["--ssl-target", "6080", TLS],
    "ssl-version": ["--cert", certificate, "--ssl-version", "tlsv1_3", *ADDRESSES],
    "syslog": ["--syslog", "localhost:514", *ADDRESSES],
    "target-config": ["--target-config", str(folder / "tokens"), "6080"],
    "timeout": ["--timeout", "9", *ADDRESSES],
    "token-plugin": ["--token-plugin", "JWTTokenApi", "--token-source", "key.pem", "6080"],
    "token-source": [*TOKENS, "6080"],
    "traffic": ["--traffic", *ADDRESSES],
    "unix-listen": ["--unix-listen", str(folder / "l"), TCP],
    "unix-listen-mode": ["--unix-listen", str(folder / "l"), "--unix-listen-mode", "0750", TCP],
    "unix-target": ["--unix-target", str(folder / "u.sock"), "6080"],
    "verbose": ["--verbose", *ADDRESSES],
    "verify-client": ["--cert", certificate, "--verify-client", *ADDRESSES],
    "web": ["--web", str(folder / "web"), *ADDRESSES],
    "web-auth": ["--web", str(folder / "web"), "--auth-plugin=A", "--web-auth", *ADDRESSES],
    "wrap-mode": ["--wrap-mode", "ignore", *WRAPPED],
}


def every(args):
    written = command("import", "websockify", "--", *args)
    equal((written.returncode, written.stderr), (0, ""), "exit status and messages of import")
    path = folder / "every.conf"
    path.write_text(written.stdout)
    checked = command("check", "-c", str(path))
    equal((checked.returncode, checked.stderr), (0, ""), f"check of {written.stdout}")


for option, args in EVERY.items():
    add(f"--{option}: its configuration is fine", every, args)


@case("no option of the websockify that is installed is missing")
def complete():
    said = subprocess.run(["/usr/bin/websockify", "--help"], capture_output=True, text=True,
                          check=True).stdout
    options = set(re.findall(r"^  (?:-\w(?: \w+)?, )?--([a-z0-9-]+)", said, re.M)) - {"help"}
    equal(options - set(EVERY), set(), "options that are not tried")
    equal(len(options) > 30, True, "options that were found")


@case("an option that websockify does not know: exit 2, one line, no configuration")
def unknown():
    result = command("import", "websockify", "--", "--wbe", "x", "6080", TCP)
    equal((result.returncode, result.stdout, result.stderr.count("\n")), (2, "", 1), "outcome")
    contains(result.stderr, "did you mean '--web'", "message")


@case("what cannot be taken over lets nobody in")
def closed():
    port = free_port()
    with imported(["--auth-plugin", "BasicHTTPAuth", "--auth-source", "u:p",
                   f"{HOST}:{port}", TCP], port) as one, one.wire() as wire:
        wire.send(ws.handshake("/"))
        equal(wire.read_until(b"\r\n")[:12], b"HTTP/1.1 403", "status line")


run()
