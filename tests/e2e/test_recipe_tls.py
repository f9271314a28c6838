"""conf/examples/tls.conf: certificates by name, TLS to a verified backend, nobody without it."""
import grp
import os
import pwd

from harness import process, scratch, ws
from harness.backends import Backend, echo
from harness.cases import add, case, equal, run
from harness.certs import Authority
from harness.http1 import fetch, read_response, request
from harness.recipe import recipe

SITES, INTERNAL = Authority(), Authority("internal")


def at(name):
    """A TLS connection to this name: its certificate is verified."""
    return gateway.wire(True, server_hostname=name)


@case("a session by its host's name, through a backend whose certificate is verified")
def mail():
    with ws.WebSocket(at("mail.example.com"), "/imap", "mail.example.com").opened() as session:
        for data in (b"a1 NOOP\r\n", bytes(range(256)) * 1000):
            session.binary(data)
            equal(session.stream(len(data)) == data, True, f"{len(data)} bytes")
        session.finish()
    record = gateway.expect_record(type="session", route="mail")
    equal(record["tls"], "TLSv1.3", "tls")


def answered(name, path, status, location, body=None):
    with at(name) as wire:
        wire.send(request(path, host=name))
        got = read_response(wire)
        equal((got.status, got.header("Location")), (status, location), "answer")
        equal(body in (None, got.body), True, f"body {got.body}")


@case("without TLS everybody is sent there, path and query kept")
def plain():
    got = fetch(gateway, "/imap?a=b", host="mail.example.com")
    equal((got.status, got.header("Location")), (308, "https://mail.example.com/imap?a=b"), "answer")


@case("started as root, it is somebody else now")
def user():
    if os.getuid() == 0:
        status = process.status(gateway.pid)
        equal((set(status["Uid"].split()), set(status["Gid"].split())),
              ({str(pwd.getpwnam("nobody").pw_uid)}, {str(grp.getgrnam("nogroup").gr_gid)}),
              "user and group")


@case("a backend with a certificate of another authority gets nothing")
def impostor():
    with recipe("tls", **places(SITES)) as own:
        own.authority = SITES
        with ws.WebSocket(own.wire(True, server_hostname="mail.example.com"), "/imap",
                          "mail.example.com") as session:
            equal(read_response(session.wire).status, 502, "status")


def places(internal):
    """Where the files of the example are here."""
    folder = scratch.folder()
    names = SITES.server("mail.example.com", "www.example.com")
    (folder / "mail.pem").write_bytes(names.read_bytes())
    pair = SITES.server("example.org", "*.example.org")
    me = ("nobody", "nogroup") if os.getuid() == 0 else \
        (pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name)
    return {"names": ("/etc/framegate/tls", folder),
            "cert": ("/etc/ssl/example.org/fullchain.pem", pair.with_suffix(".crt")),
            "key": ("/etc/ssl/example.org/privkey.pem", pair.with_suffix(".key")),
            "ca": ("/etc/framegate/internal-ca.pem", internal.ca),
            "server": ("tls://imap.example.com:993", imap.url),
            "user": ('user = "framegate"', f'user = "{me[0]}"'),
            "group": ('group = "framegate"', f'group = "{me[1]}"')}


imap = Backend(context=INTERNAL.server_context(INTERNAL.server("imap.example.com"))).serve(echo)
gateway = recipe("tls", **places(INTERNAL))
gateway.authority = SITES
for name, path, status, location, body in (
        ("example.org", "/", 410, None, b"This service has ended.\n"),
        ("shop.example.org", "/a", 410, None, b"This service has ended.\n"),
        ("www.example.com", "/", 302, "https://mail.example.com/", None),
        ("mail.example.com", "/", 302, "https://mail.example.com/", None)):
    add(f"https://{name}{path}: {status}", answered, name, path, status, location, body)
run(gateway)
