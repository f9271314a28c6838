"""PROXY headers as haproxy reads and writes them: before framegate and behind it."""
from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.service import Service
from harness.wire import Wire

CLIENT = "127.0.0.1"                    # where our own connections come from
TOLD = "%ci %cp %fp <%[fc_pp_authority]> <%[fc_pp_unique_id]>"


def behind(path, client, port, extra, options):
    """What haproxy understood of the header that it was sent."""
    session = ws.start(gateway, path, **options)
    port = port or session.wire.sock.getsockname()[1]
    session.opened().binary(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while not answer.endswith(b"\n\n"):
        answer += session.frame().payload
    session.wire.close()
    record = gateway.expect_record(type="session", route=path.strip("/"), client_port=port)
    body = answer.split(b"\r\n\r\n")[1].decode().strip()
    listener = gateway.tls_port if options.get("tls") else gateway.port
    equal(body, f"{client} {port} {listener} " + extra.format(**record), "what haproxy was told")


def before(name, tls):
    """A client of haproxy's is framegate's."""
    context = gateway.authority.client_context() if tls else None
    with ws.WebSocket(Wire.connect((HOST, PORTS[name]), context=context), "/who") as session:
        port = session.wire.sock.getsockname()[1]
        equal(backend.accept().read_until(b"\n").decode(), f"{CLIENT} {port}\n", "client")
        session.opened().finish()
    gateway.expect_record(type="session", client_port=port, peer_ip="127.0.0.2")


@case("haproxy's own checks are no clients, and no trouble")
def checked():
    gateway.expect_record(type="request", route="page", client_ip="127.0.0.2", status=200)
    equal("no PROXY header" in gateway.log(), False, "a line about a header")


folder, backend = scratch.folder(), Backend()
READS = free_port()
PORTS = {name: free_port() for name in ("v1", "v2", "tls")}
PROXIED = free_port()
gateway = Gateway(
    plain='trust = "127.0.0.0/8";',
    listeners=f'p: {{ bind = "@HOST@:{PROXIED}"; accept_proxy = true; trust = "127.0.0.2"; }};',
    backends=f'''v1: {{ servers = ["tcp://{HOST}:{READS}"]; send_proxy = "v1"; }};
v2: {{ servers = ["tcp://{HOST}:{READS}"]; send_proxy = "v2"; }};
who: {{ servers = ["{backend.url}"]; preamble = "${{client.ip}} ${{client.port}}\\n"; }};''',
    routes='''v1: { path = "/v1"; backend = "v1"; }; v2: { path = "/v2"; backend = "v2"; };
who: { path = "/who"; backend = "who"; }; page: { path = "/page"; respond: { body = "x"; }; };''')
(folder / "haproxy.cfg").write_text(f'''
global
    maxconn 100
defaults
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend reads
    mode http
    bind {HOST}:{READS} accept-proxy
    http-request return status 200 content-type text/plain lf-string "{TOLD}\\n\\n"
listen v1
    mode tcp
    bind {HOST}:{PORTS["v1"]}
    source 127.0.0.2
    server s {HOST}:{PROXIED} send-proxy
listen v2
    mode http
    unique-id-format %[uuid()]
    bind {HOST}:{PORTS["v2"]}
    source 127.0.0.2
    server s {HOST}:{PROXIED} send-proxy-v2 proxy-v2-options unique-id,crc32c,authority
backend checks
    option httpchk GET /page
    source 127.0.0.2
    server s {HOST}:{PROXIED} send-proxy-v2 check inter 200ms
listen tls
    mode tcp
    bind {HOST}:{PORTS["tls"]} ssl crt {gateway.authority.server("localhost", HOST)}
    source 127.0.0.2
    server s {HOST}:{PROXIED} send-proxy-v2-ssl-cn proxy-v2-options crc32c,authority,ssl,cert-key,cert-sig
''')
add("send_proxy v1", behind, "/v1", CLIENT, None, "<> <>", {})
add("send_proxy v2", behind, "/v2", CLIENT, None, "<localhost> <{request_id}>", {})
add("send_proxy v2 over TLS", behind, "/v2", CLIENT, None, "<localhost> <{request_id}>", {"tls": True})
add("send_proxy v2, IPv6", behind, "/v2", "2001:db8::7", 77, "<localhost> <{request_id}>",
    {"headers": ["X-Forwarded-For: [2001:db8::7]:77"]})
add("accept_proxy: version 1", before, "v1", False)
add("accept_proxy: version 2, with a checksum", before, "v2", False)
add("accept_proxy: version 2, with what haproxy says about TLS", before, "tls", True)
with Service("/usr/sbin/haproxy", "-db", "-f", folder / "haproxy.cfg", address=(HOST, READS),
             log=folder / "haproxy.log"):
    run(gateway)
