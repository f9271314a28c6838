"""A web server behind the gateway: bodies of all kinds, kept connections, early and broken answers."""
import hashlib
import json
import os
import shutil

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import add, case, equal, run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.http1 import read_head, read_response, request
from harness.service import Service
from harness.web import Web

BULK = 256 << 20
GROWTH = 16 << 20                         # of the gateway, meanwhile; sanitizers keep some
PIECE = bytes(range(256)) * 256            # 64 KiB


def answer(req, send):
    """What the path says: /status/…, /length/N, /chunked/N, /close/N, /cut/N, /early, /slow."""
    kind, _, rest = req.target.lstrip("/").partition("/")
    n = int(rest or 0) if rest.isdigit() else 0
    if kind == "length":
        send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % n)
        for _ in range(n // len(PIECE)):
            send(PIECE)
        send(PIECE[:n % len(PIECE)])
    elif kind == "chunked":
        send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, n, 1000):
            piece = PIECE[at:min(at + 1000, n)]
            send(b"%x\r\n%s\r\n" % (len(piece), piece))
        send(b"0\r\nX-Trailer: t\r\n\r\n")
    elif kind == "close":
        send(b"HTTP/1.0 200 OK\r\n\r\n" + PIECE[:n])
        return False
    elif kind == "cut":
        send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (n + 1) + PIECE[:n])
        return False
    elif kind == "status":
        send(b"HTTP/1.1 %d X\r\nETag: \"e\"\r\n%s\r\n" %
             (n, b"" if n in (204, 304) else b"Content-Length: 0\r\n"))
    elif kind == "seen":
        body = json.dumps({"fields": req.fields, "bytes": req.bytes,
                           "sha256": req.digest.hexdigest()}).encode()
        send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) +
             (b"" if req.method == "HEAD" else body))
    else:
        return Web.ok(req, send)
    return True


def body_of(kind, n, version="1.1", tls=False):
    with gateway.wire(tls) as wire:
        wire.send(request(f"/{kind}/{n}", version=version))
        if version == "1.1":
            return read_response(wire).body
        response = read_head(wire)
        body = wire.read_all()
        assert not response.header("Transfer-Encoding"), "a coding for HTTP/1.0"
        equal(wire.ended, "eof", "the end")
        return body


def bodies(kind, version, tls):
    for n in (0, 1, 999, 65_000):
        equal(body_of(kind, n, version, tls), PIECE[:n], f"{n} bytes")


for how in ("length", "chunked", "close"):
    for http in ("1.1", "1.0"):
        add(f"answers by {how} to HTTP/{http}", bodies, how, http, False)
    add(f"answers by {how} over TLS", bodies, how, "1.1", True)


@case("answers without a body, on one connection")
def bare():
    with gateway.wire() as wire:
        for status in (204, 304, 200, 404, 500):
            wire.send(request(f"/status/{status}"))
            response = read_response(wire)
            equal((response.status, response.header("ETag")), (status, '"e"'), "answer")
        wire.send(request("/seen", "HEAD"))
        response = read_response(wire, "HEAD")
        assert int(response.header("Content-Length")) > 100
        wire.send(request("/length/5"))
        equal(read_response(wire).body, PIECE[:5], "what follows a HEAD")


@case("an answer that is cut is no whole answer")
def cut():
    with gateway.wire() as wire:
        wire.send(request("/cut/5"))
        read_head(wire)
        assert len(wire.read_all()) <= 5
        equal(wire.ended, "reset", "the end")
    gateway.expect_log("backend ended within a message")


@case("connections are kept, and few are enough")
def kept():
    before, seen = web.opened, len(web.requests)
    with gateway.wire() as wire:
        for i in range(200):
            wire.send(request(f"/kept{i}"))
            equal(read_response(wire).body, b"GET /kept%d" % i, "answer")
    equal(len(web.requests) - seen, 200, "requests")
    assert web.opened - before <= 1, web.opened - before


@case("what the server is told, and what is kept from it")
def told():
    with gateway.wire(tls=True) as wire:
        wire.send(request("/seen", headers=["X-Forwarded-For: 6.6.6.6", "Keep-Alive: 5", "X: y",
                                            "Connection: x-forwarded-for, keep-alive"]))
        fields = dict(map(tuple, json.loads(read_response(wire).body)["fields"]))
    equal(fields, {"host": "localhost", "x": "y", "x-forwarded-for": "127.0.0.1",
                   "forwarded": "for=127.0.0.1;host=localhost;proto=https",
                   "x-forwarded-proto": "https", "x-forwarded-host": "localhost"}, "fields")


@case("requests with bodies, whole and in chunks, cut anywhere")
def uploads():
    body = os.urandom(300_000)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 7777]), body[i:i + 7777])
                      for i in range(0, len(body), 7777)) + b"0\r\nT: x\r\n\r\n"
    with gateway.wire() as wire:
        for how in ("whole", "cut"):
            for raw in (request("/seen", "POST", body=body),
                        request("/seen", "PUT", headers=["Transfer-Encoding: chunked"]) + chunks):
                wire.feed(raw, how)
                seen = json.loads(read_response(wire).body)
                equal(seen["sha256"], hashlib.sha256(body).hexdigest(), "body")


@case("256 MiB down, and memory stays small")
def large_down():
    start = resident()
    with gateway.wire() as wire:
        wire.send(request(f"/length/{BULK}", headers=["Connection: close"]))
        read_head(wire)
        digest, n, most = hashlib.sha256(), 0, 0
        while piece := wire.read_some():
            n += len(piece)
            digest.update(piece)
            most = max(most, resident())
    equal((n, digest.hexdigest()), (BULK, bulk_digest()), "bytes and digest")
    assert most < start + GROWTH, f"{most - start} bytes more"


@case("256 MiB up, and memory stays small")
def large_up():
    start = resident()
    with gateway.wire() as wire:
        wire.send(f"POST /seen HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BULK}\r\n\r\n".encode())
        most = 0
        for _ in range(BULK // len(PIECE)):
            wire.send(PIECE)
            most = max(most, resident())
        answered = json.loads(read_response(wire).body)
    equal((answered["bytes"], answered["sha256"]), (BULK, bulk_digest()), "bytes and digest")
    assert most < start + GROWTH, f"{most - start} bytes more"


def bulk_digest():
    digest = hashlib.sha256()
    for _ in range(BULK // len(PIECE)):
        digest.update(PIECE)
    return digest.hexdigest()


def resident():
    with open(f"/proc/{gateway.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@case("100 Continue is the server's to say")
def expectation():
    with gateway.wire() as wire:
        wire.send(request("/seen", "POST", headers=["Expect: 100-continue", "Content-Length: 3"]))
        equal(read_head(wire).status, 100, "interim answer")
        wire.send(b"abc")
        equal(json.loads(read_response(wire).body)["bytes"], 3, "bytes")


@case("the access log names the server")
def record():
    body_of("length", 1234)
    row = gateway.expect_record(path="/length/1234")
    equal((row["type"], row["backend"], row["server"], row["status"], row["bytes_out"]),
          ("request", "w", web.url, 200, 1234), "record")


@case("a server that is not there is a 502")
def nobody():
    with gateway.wire() as wire:
        wire.send(request("/nobody/", host="nobody"))
        equal(read_response(wire).status, 502, "status")


@case("nginx: a file, a range, a 304")
def nginx():
    with gateway.wire() as wire:
        wire.send(request("/file.bin", host="nginx"))
        response = read_response(wire)
        equal(response.body, PIECE * 16, "file")
        wire.send(request("/file.bin", host="nginx", headers=["Range: bytes=10-19"]))
        part = read_response(wire)
        equal((part.status, part.body), (206, PIECE[10:20]), "range")
        etag = response.header("ETag")
        wire.send(request("/file.bin", host="nginx", headers=[f"If-None-Match: {etag}"]))
        equal(read_response(wire).status, 304, "status")
        wire.send(request("/gzip.txt", host="nginx", headers=["Accept-Encoding: gzip"]))
        response = read_response(wire)
        equal(response.header("Content-Encoding"), "gzip", "coding of what comes in chunks")


@case("nginx over TLS, with its certificate checked")
def nginx_tls():
    with gateway.wire() as wire:
        for _ in range(3):
            wire.send(request("/file.bin", host="nginx-tls"))
            equal(read_response(wire).body, PIECE * 16, "file")


@case("node: requests on one kept connection")
def node():
    ports = set()
    with gateway.wire(tls=True) as wire:
        for _ in range(20):
            wire.send(request("/x?y=z", "POST", host="node", body=b"hello"))
            response = read_response(wire)
            seen = json.loads(response.body)
            ports.add(response.header("X-Port"))
            equal((seen["method"], seen["url"], seen["bytes"]), ("POST", "/x?y=z", 5), "request")
            equal(seen["headers"]["x-forwarded-proto"], "https", "protocol")
    equal(len(ports), 1, "connections")


NGINX = """
daemon off; master_process off; pid @DIR@/nginx.pid; error_log stderr;
events { }
http {
    access_log off; keepalive_requests 10; gzip on; gzip_types text/plain; gzip_min_length 1;
    types { text/plain txt; }
    client_body_temp_path @DIR@/a; proxy_temp_path @DIR@/b; fastcgi_temp_path @DIR@/c;
    uwsgi_temp_path @DIR@/d; scgi_temp_path @DIR@/e;
    server {
        listen @HOST@:@PORT@; listen @HOST@:@TLS@ ssl; root @DIR@/root;
        ssl_certificate @CERT@; ssl_certificate_key @CERT@;
    }
}
"""


def start_nginx(authority):
    folder = scratch.folder()
    port, tls = free_port(), free_port()
    (folder / "root").mkdir()
    (folder / "root/file.bin").write_bytes(PIECE * 16)
    (folder / "root/gzip.txt").write_bytes(b"text " * 10_000)
    conf = NGINX
    for name, value in (("DIR", folder), ("HOST", HOST), ("PORT", port), ("TLS", tls),
                        ("CERT", authority.server("localhost", HOST))):
        conf = conf.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(conf)
    service = Service(shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-c", folder / "nginx.conf",
                      "-p", folder, address=(HOST, tls), log=folder / "log")
    return service, port, tls


authority = Authority()
web = Web(answer)
nginx_service, nginx_port, nginx_tls_port = start_nginx(authority)
node_port = free_port()
node_service = Service("node", os.path.join(os.path.dirname(__file__), "clients/web.mjs"), HOST, node_port,
                       address=(HOST, node_port), log=scratch.folder() / "node")
gateway = Gateway(
    routes='''nginx: { host = "nginx"; backend = "n"; }; tls: { host = "nginx-tls"; backend = "t"; };
              node: { host = "node"; backend = "node"; };
              nobody: { host = "nobody"; backend = "nobody"; }; web: { backend = "w"; };''',
    backends=f'''w: {{ servers = ["{web.url}"]; }};
        n: {{ servers = ["http://{HOST}:{nginx_port}"]; }};
        t: {{ servers = ["https://{HOST}:{nginx_tls_port}"];
              tls: {{ ca = "{authority.ca}"; sni = "localhost"; }}; }};
        node: {{ servers = ["http://{HOST}:{node_port}"]; health: {{ type = "http"; }}; }};
        nobody: {{ servers = ["http://{HOST}:{free_port()}"]; }};''')
with nginx_service, node_service:
    run(web, gateway)
