"""client_ca and client_verify: who shows which certificate, and who learns of it."""
import contextlib
import ssl
import struct

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.certs import Authority
from harness.gateway import Gateway, command
from harness.wait import until
from harness.wire import Wire

REFUSED = "client certificate not accepted"


def context(certificate=None):
    return gateway.authority.client_context(certificate)


def told(port, certificate, **options):
    """The common name that the backend is told."""
    wire = Wire.connect((HOST, port), context=context(certificate), **options)
    session = ws.WebSocket(wire, "/who")
    conn = backend.accept()
    line = conn.read_until(b"\n").decode()
    session.opened()
    session.finish()
    return line[1:-2]


def refused(port, certificate):
    """TLS 1.3 tells after the client's handshake is done: nothing is answered."""
    got, before = b"", gateway.log().count(REFUSED)
    with contextlib.suppress(ssl.SSLError, ConnectionError, AssertionError):
        with Wire.connect((HOST, port), context=context(certificate)) as wire:
            wire.send(ws.handshake("/who"))
            got = wire.read_all()
    equal(got, b"", "answer")
    until(lambda: gateway.log().count(REFUSED) > before, "a line in the log",
          diagnose=gateway.diagnosis)


@case("the PROXY header has it, and says that it was verified")
def proxy_header():
    wire = Wire.connect((HOST, REQUIRE), context=context(clients.client("Jo Doe")))
    session = ws.WebSocket(wire, "/v2")
    conn = backend.accept()
    body = conn.read(struct.unpack("!H", conn.read(16)[14:])[0])
    equal(body.endswith(b"\x20\0\x18\x07\0\0\0\0\x21\0\7TLSv1.3\x22\0\6Jo Doe"), True, f"{body}")
    session.opened().finish()


@case("the PROXY header says that a certificate without a name was verified, too")
def proxy_header_nameless():
    wire = Wire.connect((HOST, REQUIRE), context=context(clients.client("", "/O=Nameless")))
    session = ws.WebSocket(wire, "/v2")
    conn = backend.accept()
    body = conn.read(struct.unpack("!H", conn.read(16)[14:])[0])
    equal(body.endswith(b"\x20\0\x0f\x07\0\0\0\0\x21\0\7TLSv1.3"), True, f"{body}")
    session.opened().finish()


@case("a session that is taken up again keeps its name")
def resumed():
    own = context(clients.client("again"))
    first = Wire.connect((HOST, REQUIRE), context=own)
    session = ws.WebSocket(first, "/who")
    conn = backend.accept()
    equal(conn.read_until(b"\n"), b"<again>\n", "name")
    session.opened()
    ticket = first.tls.session
    session.finish()
    wire = Wire.connect((HOST, REQUIRE), context=own, session=ticket)
    equal(wire.tls.session_reused, True, "taken up again")
    session = ws.WebSocket(wire, "/who")
    conn = backend.accept()
    equal(conn.read_until(b"\n"), b"<again>\n", "name")
    session.opened().finish()
    wire = Wire.connect((HOST, REQUIRE), context=own, session=ticket)
    session = ws.WebSocket(wire, "/v2")
    conn = backend.accept()
    body = conn.read(struct.unpack("!H", conn.read(16)[14:])[0])
    equal(b"\x20\0\x17\x05\0\0\0\0" in body, True, f"{body}")
    session.opened().finish()


@case("framegate check: the two keys belong together")
def mistakes():
    conf = gateway.dir / "wrong.conf"
    for keys, words in (('client_verify = "require";', "'client_verify' needs 'client_ca'"),
                        (f'client_ca = "{clients.ca}";', "'client_ca' is for 'client_verify'")):
        conf.write_text(f'''tls: {{ t: {{ certificates = "{clients.server("x")}"; {keys} }}; }};
listeners: {{ a: {{ bind = "127.0.0.1:1"; tls = "t"; }}; }};
routes: {{ r: {{ service = "echo"; }}; }};''')
        done = command("check", "-c", str(conf))
        equal((done.returncode, words in done.stderr), (1, True), f"check says {done.stderr}")


clients, strangers, backend = Authority("clients"), Authority("strangers"), Backend()
REQUIRE, OPTIONAL = free_port(), free_port()
gateway = Gateway(
    tls=f'client_ca = "{clients.ca}"; client_verify = "require"; }}; '
        f'opt: {{ certificates = ["@CERT@"]; client_ca = "{clients.ca}"; client_verify = "optional";',
    listeners=f'''require: {{ bind = "@HOST@:{REQUIRE}"; tls = "e2e"; }};
                  optional: {{ bind = "@HOST@:{OPTIONAL}"; tls = "opt"; }};''',
    backends=f'''who: {{ servers = ["{backend.url}"]; preamble = "<${{tls.client_cn}}>\\n"; }};
                 v2: {{ servers = ["{backend.url}"]; send_proxy = "v2"; }};''',
    routes='who: { path = "/who"; backend = "who"; }; v2: { path = "/v2"; backend = "v2"; };')
gateway.configure(gateway.conf_file.read_text().replace(
    "@CERT@", str(gateway.authority.server("localhost", HOST))))
for port, how in ((REQUIRE, "require"), (OPTIONAL, "optional")):
    add(f"{how}: a certificate of the right authority",
        lambda port=port: equal(told(port, clients.client("jo")), "jo", "name"))
    add(f"{how}: one of another authority", refused, port, strangers.client("jo"))
add("require: none", refused, REQUIRE, None)
add("optional: none", lambda: equal(told(OPTIONAL, None), "", "name"))
run(gateway)
