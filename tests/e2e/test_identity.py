"""Who a client is: PROXY headers and Forwarded, believed from trusted peers only, and passed on."""
import socket
import struct

from harness import h2, process, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway, command
from harness.http1 import read_head, read_response, request
from harness.wire import Wire

CLIENT = "127.0.0.1"                    # where our own connections come from
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v1(source="192.0.2.7", destination="198.51.100.1", ports=(1234, 80)):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {destination} {ports[0]} {ports[1]}\r\n".encode()


def v2(source="192.0.2.7", destination="198.51.100.1", ports=(1234, 80), tlvs=b""):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    body = (socket.inet_pton(family, source) + socket.inet_pton(family, destination) +
            struct.pack("!HH", *ports) + tlvs)
    return SIGNATURE + bytes([0x21, 0x21 if ":" in source else 0x11]) + \
        struct.pack("!H", len(body)) + body


def get(wire, path="/who", headers=()):
    """A session's answer to the greeting: what the backend was told, up to the line's end."""
    session = ws.WebSocket(wire, path, headers=headers)
    conn = backend.accept()
    line = conn.read_until(b"\n")
    session.opened()
    session.close(1000)
    session.expect_failed(1000)
    conn.expect_eof()
    return line.decode().strip()


def proxied(header, how, tls):
    """The header in front of TLS or HTTP, in any pieces; rules, logs and templates go by it."""
    port = PROXIED_TLS if tls else PROXIED
    sock = socket.create_connection((HOST, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if how == "whole" and not tls:
        sock.sendall(header)
    else:
        for byte in header:
            sock.sendall(bytes([byte]))
    wire = Wire(sock, context=gateway.authority.client_context() if tls else None)
    source = "2001:db8::7" if b"\x21\x21" in header or b"TCP6" in header else "192.0.2.7"
    equal(get(wire), f"{source} 1234", "what the backend was told")
    record = gateway.expect_record(client_ip=source, status=101, listener="ptls" if tls else "p")
    equal((record["client_port"], record["peer_ip"]), (1234, CLIENT), "record")


def proxied_http2(header, tls):
    """The same in front of HTTP/2, by ALPN or by prior knowledge."""
    context = gateway.authority.client_context() if tls else None
    sock = socket.create_connection((HOST, PROXIED_TLS if tls else PROXIED))
    sock.sendall(header)
    if tls:
        context.set_alpn_protocols(["h2"])
    with h2.Connection(Wire(sock, context=context)) as client:
        session = ws.StreamWebSocket(client, "/who")
        conn = backend.accept()
        equal(conn.read_until(b"\n"), b"192.0.2.7 1234\n", "what the backend was told")
        session.opened()
        session.close(1000)
        session.expect_failed(1000)
        conn.expect_eof()
        equal(client.fetch("/denied").status, 426, "status for a client that is let in")
    record = gateway.expect_record(client_ip="192.0.2.7", protocol="h2", type="session",
                                   listener="ptls" if tls else "p")
    equal((record["client_port"], record["peer_ip"]), (1234, CLIENT), "record")


def no_header(data):
    """Refused, and nothing of it is answered."""
    with Wire.connect((HOST, PROXIED)) as wire:
        wire.send(data)
        wire.expect_gone()
    gateway.expect_log("no PROXY header from a trusted peer, or a malformed one")


@case("a peer that ends within the header, or says nothing, costs nothing in the end")
def unfinished():
    fds = process.fds(gateway.pid)
    wires = [Wire.connect((HOST, PROXIED)) for _ in range(20)]
    for i, wire in enumerate(wires):
        wire.send(v1()[:i])
        wire.finish()
    silent = Wire.connect((HOST, PROXIED))
    silent.expect_gone()                    # after head_timeout
    gateway.expect_log("request head not complete within limits.head_timeout")
    for wire in wires:
        wire.close()
    equal(process.fds(gateway.pid) <= fds, True, "descriptors")


@case("a proxy that only looks whether the port is open is no line in the log")
def looks():
    port = free_port()
    with Gateway(routes='r: { service = "echo"; };', log="debug", listeners=f'''
                 p: {{ bind = "@HOST@:{port}"; accept_proxy = true; {TRUST} }};''') as own:
        with own.wire_to(port) as wire:
            wire.finish()
            wire.expect_gone()
        own.expect_log(f"debug: listener p: {CLIENT}: peer closed the connection")
        equal("no PROXY header" in own.log(), False, "a line about a header")


@case("LOCAL and UNKNOWN: the proxy speaks for itself")
def local():
    for header in (b"PROXY UNKNOWN\r\n", SIGNATURE + b"\x20\0\0\0"):
        wire = Wire.connect((HOST, PROXIED))
        wire.send(header)
        equal(get(wire).split()[0], CLIENT, "client")


@case("peers that are not trusted are spoken to as they are, and their headers are no HTTP")
def untrusted():
    with Wire.connect((HOST, STRANGE)) as wire:
        equal(get(wire).split()[0], CLIENT, "client")
    with Wire.connect((HOST, STRANGE)) as wire:
        wire.send(v1() + request("/who"))
        equal(read_response(wire).status, 400, "status")
    with Wire.connect((HOST, STRANGE)) as wire:
        equal(get(wire, headers=["X-Forwarded-For: 192.0.2.7"]).split()[0], CLIENT, "client")


@case("rules go by the client, not by the proxy")
def rules():
    for source, status in (("192.0.2.66", 403), ("192.0.2.7", 101)):
        wire = Wire.connect((HOST, PROXIED))
        wire.send(v1(source))
        if status == 101:
            get(wire, "/denied")
            continue
        wire.send(ws.handshake("/denied"))
        equal(read_response(wire).status, status, f"status for {source}")


@case("IPv4 is IPv4 however it is written, and in whatever socket it comes")
def mapped():
    def denied(wire, *headers):
        with wire:
            wire.send(ws.handshake("/denied", headers=headers))
            equal(read_response(wire).status, 403, f"status with {headers}")

    for header in (v1("::ffff:192.0.2.66", "::1"), v2("::ffff:192.0.2.66", "::1")):
        wire = Wire.connect((HOST, PROXIED))
        wire.send(header)
        denied(wire)
    denied(gateway.wire(), "X-Forwarded-For: ::ffff:192.0.2.66")
    denied(gateway.wire(), 'Forwarded: for="[::ffff:c000:242]:80"')
    denied(gateway.wire_to(DUAL), "X-Forwarded-For: 192.0.2.66, ::ffff:10.1.1.1")
    gateway.expect_record(client_ip="192.0.2.66", peer_ip=CLIENT, listener="dual")


@case("peers of a unix socket are believed, too")
def by_unix():
    path = str(gateway.dir / "front.sock")
    equal(get(Wire.connect(path), headers=["X-Forwarded-For: 192.0.2.7:5"]), "192.0.2.7 5", "told")
    gateway.expect_record(client_ip="192.0.2.7", peer_ip="unix", listener="unix")
    equal(get(Wire.connect(path)), "unix 0", "told")
    wire = Wire.connect(str(gateway.dir / "proxied.sock"))
    wire.send(v2("2001:db8::7", "::1"))
    equal(get(wire), "2001:db8::7 1234", "told")
    with Wire.connect(str(gateway.dir / "proxied.sock")) as wire:
        wire.send(request("/page"))
        wire.expect_gone()


def forwarded(headers, client):
    with gateway.wire() as wire:
        got = get(wire, headers=headers)
    equal(got.split()[0], client or CLIENT, "client")


def unclear(*headers):
    """Refused: taken for the proxy, the client could enter wherever the proxy's network may."""
    for path in ("/who", "/inner"):
        with gateway.wire() as wire:
            wire.send(ws.handshake(path, headers=headers))
            equal(read_response(wire).status, 400, f"status of {path} with {headers}")
    with ws.WebSocket(gateway.wire(), "/closed", headers=headers).opened() as session:
        session.expect_failed(4400)


@case("two headers that differ, or one that hides its end, are refused")
def differ():
    unclear("Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.8")
    gateway.expect_log("the trusted proxy 127.0.0.1 does not tell who the client is: Forwarded and "
                       "X-Forwarded-For differ (let it remove the one that it does not set)")
    unclear("Forwarded: for=x", "X-Forwarded-For: 192.0.2.8")
    # What the client began, the proxy went on with.
    unclear('Forwarded: for=", for=192.0.2.8')
    unclear('Forwarded: for="a, for="[2001:db8::7]"')
    gateway.expect_log("a quoted string in Forwarded has no end")
    forwarded(["Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.7"], "192.0.2.7")
    forwarded(["Forwarded: proto=https", "X-Forwarded-For: 192.0.2.7"], "192.0.2.7")
    forwarded(["Forwarded: for=192.0.2.7", "X-Forwarded-For: "], "192.0.2.7")


@case("who is behind a proxy does not enter where its network may")
def inner():
    with gateway.wire() as wire:
        wire.send(ws.handshake("/inner", headers=["X-Forwarded-For: 127.0.0.1, 192.0.2.7"]))
        equal(read_response(wire).status, 403, "status")
    with gateway.wire() as wire:
        get(wire, "/inner")


@case("each request of a connection is from its own client")
def each_request():
    with gateway.wire() as wire:
        for client in ("192.0.2.66", "192.0.2.9"):
            wire.send(request("/page", headers=[f"X-Forwarded-For: {client}"]))
            equal(read_response(wire).status, 403 if client.endswith("66") else 200, "status")
        wire.send(request("/page"))
        equal(read_response(wire).status, 200, "status")


def read_v2(conn):
    head = conn.read(16)
    equal(head[:12], SIGNATURE, "signature")
    body = conn.read(struct.unpack("!H", head[14:])[0])
    tlvs, at = {}, 36 if head[13] == 0x21 else 12 if head[13] == 0x11 else 0
    addresses = body[:at]
    while at < len(body):
        kind, size = body[at], struct.unpack("!H", body[at + 1:at + 3])[0]
        tlvs[kind] = body[at + 3:at + 3 + size]
        at += 3 + size
    equal(at, len(body), "the TLVs' end")
    return head[12], head[13], addresses, tlvs


def start(path, tls=False, headers=()):
    return ws.start(gateway, path, tls, headers=headers)


@case("send_proxy v1")
def send_v1():
    session = start("/v1")
    conn = backend.accept()
    port = session.wire.sock.getsockname()[1]
    wanted = f"PROXY TCP4 {CLIENT} {HOST} {port} {gateway.port}\r\n".encode()
    equal(conn.read(len(wanted)), wanted, "header")
    session.opened().binary(b"x")
    equal(conn.read(1), b"x", "the first byte after it")
    session.finish()


@case("send_proxy v2 with its TLVs, for the client that a proxy named")
def send_v2():
    session = start("/v2", tls=True, headers=["X-Forwarded-For: 2001:db8::7"])
    conn = backend.accept()
    command_byte, family, addresses, tlvs = read_v2(conn)
    session.opened()
    equal((command_byte, family), (0x21, 0x21), "command and family")
    equal(addresses[:16], socket.inet_pton(socket.AF_INET6, "2001:db8::7"), "source")
    equal(addresses[16:32], socket.inet_pton(socket.AF_INET6, "::ffff:" + HOST), "destination")
    equal(addresses[34:], struct.pack("!H", gateway.tls_port), "destination's port")
    equal(tlvs[1], b"http/1.1", "ALPN")
    equal(tlvs[2], b"localhost", "authority")
    session.finish()
    record = gateway.expect_record(route="v2", status=101)
    equal(tlvs[5].decode(), record["request_id"], "unique id")
    equal(tlvs[0x20][:5], b"\x01\0\0\0\1", "TLS, and no certificate")
    equal(tlvs[0x20][8:], b"TLSv1.3", "TLS version")


@case("send_proxy v2: the authority is the server name of TLS, else the host without its port")
def authority():
    for options, host, wanted in (
            ({"tls": True}, "other.example:8443", b"localhost"),
            ({"tls": True, "server_hostname": HOST}, "other.example:8443", b"other.example"),
            ({}, "other.example:8080", b"other.example")):
        session = ws.WebSocket(gateway.wire(**options), "/v2", host)
        equal(read_v2(backend.accept())[3][2], wanted, f"authority with {options}")
        session.opened().finish()


def check(server, wanted):
    """A check is from nobody: servers must not take it for a client."""
    conn = server.accept()
    equal(conn.read(len(wanted)), wanted, "header")
    conn.expect_eof()


@case("send_proxy goes out in front of TLS")
def send_before_tls():
    session = start("/before")
    sock = tls_backend.accept_socket()
    line = b""
    while not line.endswith(b"\r\n"):
        line += sock.recv(1)
    equal(line.startswith(b"PROXY TCP4 "), True, f"{line}")
    conn = Wire(sock, context=tls_context, server=True)
    session.opened().binary(b"secret")
    equal(conn.read(6), b"secret", "data")
    session.finish()


@case("what PROXY a chain of two gateways sees: the client, at the second one's backend")
def chain():
    own = Backend()
    with Gateway(backends=f'b: {{ servers = ["tcp://{HOST}:{PROXIED}"]; send_proxy = "v2"; }};',
                 routes='r: { backend = "b"; };') as first, own:
        # The second gateway is an HTTP server to the first, which only carries bytes.
        session = ws.connect(first, "/")
        port = session.wire.sock.getsockname()[1]
        session.binary(ws.handshake("/who"))
        conn = backend.accept()
        equal(conn.read_until(b"\n"), f"{CLIENT} {port}\n".encode(), "client")
        session.wire.close()


@case("preamble: sent first, and a control character in a value is 400")
def preamble():
    session = start("/irc?user=jo%20e")
    conn = backend.accept()
    wanted = f"WEBIRC pw gw {CLIENT} {CLIENT}\r\nUSER jo e 0 * :web\r\n".encode()
    equal(conn.read(len(wanted)), wanted, "preamble")
    session.opened().text("NICK joe\r\n")
    equal(conn.read(10), b"NICK joe\r\n", "the client's bytes")
    session.finish()
    for bad in ("a%0D%0AOPER", "%00", "%7F"):
        with gateway.wire() as wire:
            wire.send(ws.handshake(f"/irc?user={bad}"))
            equal(read_response(wire).status, 400, f"status for {bad}")
        with ws.WebSocket(gateway.wire(), f"/closed?user={bad}").opened() as refused:
            refused.expect_failed(4400)
    gateway.expect_log("route irc: ${query.user}: a value of the request holds a control character")


@case("every variable, percent-decoded where it may be encoded, and empty where there is none")
def variables():
    session = start("/every/j%C3%B6%20e?q=a%26b&q=2", tls=True, headers=[
        "X-Forwarded-For: [2001:db8::7]:99", "X-A: one  two", "Cookie: b=1; c=2=3"])
    line = backend.accept().read_until(b"\n").decode().strip().split("|")
    session.opened().finish()
    record = gateway.expect_record(type="session", route="every")
    equal(line, ["2001:db8::7", "99", "localhost", "/every/j%C3%B6%20e", "j\xf6 e", "a&b", "",
                 "one  two", "2=3", "", "localhost", "", "every", record["session"],
                 record["request_id"]], "what the backend was told")


@case("framegate check: accept_proxy needs trust")
def mistakes():
    conf = gateway.dir / "wrong.conf"
    conf.write_text('listeners: { a: { bind = "*:1"; accept_proxy = true; }; };\n'
                    'routes: { a: { service = "echo"; }; };\n')
    done = command("check", "-c", str(conf))
    equal((done.returncode, "'accept_proxy' needs 'trust'" in done.stderr), (1, True), "check")


backend, tls_backend, checked_v1, checked_v2 = (Backend() for _ in range(4))
PROXIED, PROXIED_TLS, STRANGE, DUAL = (free_port() for _ in range(4))
VARIABLES = ("client.ip", "client.port", "host", "path", "path.id", "query.q", "query.none",
             "header.X-A", "cookie.c", "cookie.none", "tls.sni", "tls.client_cn", "route",
             "session.id", "request.id")
TRUST = 'trust = [ "127.0.0.0/8", "10.0.0.0/8", "2001:db8:ffff::/48" ];'
gateway = Gateway(
    top='workers = 2; limits: { head_timeout = "1s"; };', plain=TRUST, secure=TRUST,
    listeners=f'''
p: {{ bind = "@HOST@:{PROXIED}"; accept_proxy = true; {TRUST} }};
ptls: {{ bind = "@HOST@:{PROXIED_TLS}"; tls = "e2e"; accept_proxy = true; {TRUST} }};
dual: {{ bind = "*:{DUAL}"; trust = [ "127.0.0.0/8", "::ffff:10.0.0.0/104" ]; }};
unix: {{ bind = "unix:@DIR@/front.sock"; {TRUST} }};
sock: {{ bind = "unix:@DIR@/proxied.sock"; accept_proxy = true; }};
strange: {{ bind = "@HOST@:{STRANGE}"; accept_proxy = true; trust = "192.0.2.0/24"; }};''',
    backends=f'''
who: {{ servers = ["{backend.url}"]; preamble = "${{client.ip}} ${{client.port}}\\n"; }};
v1: {{ servers = ["{backend.url}"]; send_proxy = "v1"; }};
v2: {{ servers = ["{backend.url}"]; send_proxy = "v2"; }};
before: {{ servers = ["tls://{HOST}:{tls_backend.port}"]; send_proxy = "v1";
          tls: {{ verify = false; }}; }};
c1: {{ servers = ["{checked_v1.url}"]; send_proxy = "v1"; health: {{ type = "tcp"; interval = "200ms"; }}; }};
c2: {{ servers = ["{checked_v2.url}"]; send_proxy = "v2"; health: {{ type = "tcp"; interval = "200ms"; }}; }};
every: {{ servers = ["{backend.url}"]; preamble = "{'|'.join(f'${{{v}}}' for v in VARIABLES)}\n"; }};
irc: {{ servers = ["{backend.url}"];
       preamble = "WEBIRC pw gw ${{client.ip}} ${{client.ip}}\\r\\nUSER ${{query.user}} 0 * :web\\r\\n"; }};
''', routes='''
who: { path = "/who"; backend = "who"; };
denied: { path = "/denied"; backend = "who"; deny = "192.0.2.66"; };
page: { path = "/page"; respond: { body = "x"; }; deny = "192.0.2.66"; };
inner: { path = "/inner"; backend = "who"; allow = "127.0.0.0/8"; };
closed: { path = "/closed"; backend = "irc"; refuse = "close"; };
v1: { path = "/v1"; backend = "v1"; };
c1: { path = "/c1"; backend = "c1"; };
c2: { path = "/c2"; backend = "c2"; };
v2: { path = "/v2"; backend = "v2"; };
before: { path = "/before"; backend = "before"; };
irc: { path = "/irc"; backend = "irc"; };
every: { path = "~^/every/(?<id>.*)$"; backend = "every"; };
''')
tls_context = gateway.authority.server_context(gateway.authority.server("localhost", HOST))
for tls in (False, True):
    for header in (v1(), v2()):
        add(f"{header[:13]!r} and HTTP/2 ({'tls' if tls else 'plain'})", proxied_http2, header, tls)
    for how in ("whole", "bytewise"):
        for header in (v1(), v1("2001:db8::7", "::1"), v2(), v2("2001:db8::7", "::1"),
                       v2(tlvs=b"\x04\0\x02ab")):
            add(f"{header[:13]!r} {how} ({'tls' if tls else 'plain'})", proxied, header, how, tls)
add("send_proxy v1: a health check is UNKNOWN", check, checked_v1, b"PROXY UNKNOWN\r\n")
add("send_proxy v2: a health check is LOCAL", check, checked_v2, SIGNATURE + b"\x20\0\0\0")
for data in (request("/who"), b"PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", b"PROXY TCP4 x y 1 2\r\n",
             SIGNATURE + b"\x22", b"\x16\x03\x01", b"PROXY UNKNOWN" + b" " * 107):
    add(f"refused: {data[:20]!r}", no_header, data)
for headers, client in (
        (["X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
        (["X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.2.3"], "192.0.2.7"),
        (["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 192.0.2.7, 10.1.2.3"], "192.0.2.7"),
        (["X-Forwarded-For: 10.1.2.3, 10.4.5.6"], "10.1.2.3"),
        (["X-Forwarded-For: 192.0.2.7, unknown, 10.1.2.3"], "10.1.2.3"),
        (["X-Forwarded-For: nonsense"], None),
        (["X-Forwarded-For:"], None),
        (["Forwarded: for=6.6.6.6, for=\"[2001:db8::7]:99\";proto=https"], "2001:db8::7"),
        (["Forwarded: for=192.0.2.7, for=_hidden"], None),
        (["Forwarded: proto=https"], None)):
    add(f"{headers} is from {client or 'the proxy'}", forwarded, headers, client)
run(gateway)
