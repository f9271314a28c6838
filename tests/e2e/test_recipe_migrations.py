"""
conf/examples/from-….conf: the configuration in the comment, run by the program that it is for, and
what stands below it, run by framegate, are the same to clients and to what stands behind.
"""
import email.utils
import json
import os
import re
import struct

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import case, equal, run
from harness.gateway import Gateway, command
from harness.http1 import fetch
from harness.recipe import EXAMPLES, recipe
from harness.service import Service
from harness.wait import until
from harness.ws_server import WsServer

WEB = os.path.join(os.path.dirname(__file__), "clients/web.mjs")
folder = scratch.folder()
site = folder / "site"
site.mkdir()
(site / "index.html").write_text("<!doctype html>page")
folder.chmod(0o755)


class Other(Service):
    """The other program; spoken to as a Gateway is."""
    wire, authority_text = Gateway.wire, Gateway.authority_text


def comment(name, **places):
    """The other program's configuration: what is indented in the comment above."""
    lines = (EXAMPLES / f"{name}.conf").read_text().split("\n\n")[0].split("\n")
    text = "\n".join(line[6:] for line in lines if line.startswith("#     "))
    for old, new in places.values():
        equal(old in text, True, f"{old!r} in the comment of {name}.conf")
        text = text.replace(old, str(new))
    return text + "\n"


def nginx(text, port):
    conf = folder / "nginx.conf"
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                    ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf.write_text(f"pid {folder}/nginx.pid; daemon off; master_process off; events {{}}\n"
                    f"http {{ access_log off; {paths}\n{text}}}\n")
    it = Other("nginx", "-e", "stderr", "-c", conf, address=(HOST, port), log=folder / "nginx")
    it.port = port
    return it


@case("nginx: a WebSocket below a prefix that is stripped, a redirection, files")
def from_nginx():
    app, port = free_port(), free_port()
    places = {"app": ("127.0.0.1:3000", f"{HOST}:{app}"), "site": ("/var/www/site", site)}

    def seen(gateway):
        with ws.connect(gateway, "/ws/socket") as socket:
            socket.text("grüße")
            socket.expect_message(ws.TEXT, "grüße".encode())
            socket.text("close")
            close = socket.frame()
            socket.wire.close()
        told = json.loads(fetch(gateway, "/ws/x?a=b").body)
        old = fetch(gateway, "/old")
        page = fetch(gateway, "/")
        return [close.code, close.reason, told["url"], told["headers"]["x-real-ip"], old.status,
                re.sub(r"^http://[^/]*", "", old.header("location")), page.status, page.body,
                fetch(gateway, "/missing").status]

    with Service("node", WEB, HOST, app, address=(HOST, app), log=folder / "web"):
        with nginx(comment("from-nginx", listen=("listen 80", f"listen {HOST}:{port}"),
                           **places), port) as other:
            wanted = seen(other)
        with recipe("from-nginx", **places) as gateway:
            equal(seen(gateway), wanted, "what is seen of framegate")
    equal(wanted[2:4], ["/x?a=b", "127.0.0.1"], "what the application was told")


def proxied(wire):
    """A web server behind PROXY headers (version 2); answers whom it was told of, and the path."""
    head = wire.read(16)
    equal(head[:12], b"\r\n\r\n\0\r\nQUIT\n", "signature")
    told = wire.read(struct.unpack(">H", head[14:])[0])
    client = ".".join(map(str, told[:4])) if head[12] & 1 else "nobody"
    while request := wire.read_until(b"\r\n\r\n"):
        body = f"{client} {request.split()[1].decode()}".encode()
        date = email.utils.formatdate(usegmt=True).encode()
        wire.send(b"HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s" %
                  (date, len(body), body))


@case("haproxy: a backup server takes over, another backend is told the client by PROXY")
def from_haproxy():
    port, app = free_port(), Backend().serve(proxied)
    one, two = WsServer("python"), WsServer("python")
    places = {"one": ("127.0.0.1:7001", f"{HOST}:{one.port}"),
              "two": ("127.0.0.1:7002", f"{HOST}:{two.port}"),
              "app": ("127.0.0.1:3000", f"{HOST}:{app.port}"), "path": ("/chat", "/echo")}

    def echo(gateway):
        with ws.start(gateway, "/echo") as socket:
            try:
                socket.opened()
            except AssertionError:
                return False
            socket.text("hello")
            socket.expect_message(ws.TEXT, b"hello")
            socket.close()
        return True

    def seen(gateway):
        with two:
            with one:
                got = [echo(gateway)]
            until(lambda: echo(gateway), "the backup server to take over")
        return [*got, fetch(gateway, "/x").body]

    text = comment("from-haproxy", bind=("bind :80", f"bind {HOST}:{port}"), **places)
    (folder / "haproxy.cfg").write_text(text)
    with Other("haproxy", "-f", folder / "haproxy.cfg", address=(HOST, port),
               log=folder / "haproxy") as other:
        other.port = port
        wanted = seen(other)
    with recipe("from-haproxy", **places) as gateway:
        equal(seen(gateway), wanted, "what is seen of framegate")
    equal(wanted, [True, b"127.0.0.1 /x"], "what is seen of haproxy")


@case("websockify: tokens, pages, and two things that are tighter")
def from_websockify():
    target = Backend().serve(lambda wire: wire.send(wire.read(5)))
    (folder / "tokens").write_text(f"desk: {HOST}:{target.port}\nfar: 192.0.2.1:5900\n")
    args = comment("from-websockify").split()
    with recipe("from-websockify", tokens=("/etc/framegate/tokens", folder / "tokens"),
                pages=("/usr/share/novnc", site)) as gateway:
        for path in ("/websockify?token=desk", "/?token=desk"):
            with ws.connect(gateway, path, headers=["Sec-WebSocket-Protocol: binary"]) as socket:
                socket.binary(b"hello")
                equal((socket.subprotocol, socket.stream(5)), ("binary", b"hello"), path)
        equal(fetch(gateway, "/").body, b"<!doctype html>page", "the page")
        for path, fields, status in (("/?token=none", [], 404), ("/?token=far", [], 403),
                                     ("/?token=desk", ["Origin: https://elsewhere"], 403)):
            with ws.start(gateway, path, headers=fields) as socket:
                equal(socket.wire.read_until(b"\r\n").split()[1], str(status).encode(), path)
    written = command("import", "websockify", "--", *args)
    equal(written.returncode, 0, "exit status of import")
    for line in ('map = "/etc/framegate/tokens";', 'key = "${query.token}";',
                 'header: { Sec-WebSocket-Version = "13"; };'):
        equal((line in written.stdout, line in (EXAMPLES / "from-websockify.conf").read_text()),
              (True, True), f"{line} in what import writes and in the recipe")


run()
