"""redirect_https: a plain listener that sends everybody to the TLS one."""
from harness import ws
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response

ALL = 'all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };'
to_443 = Gateway(routes=ALL, plain="redirect_https = true;")
to_8443 = Gateway(routes=ALL, plain="redirect_https = 8443;")


def redirected(gateway, host, path, location):
    for method in ("GET", "HEAD", "POST"):
        response = fetch(gateway, path, method, host=host)
        equal((response.status, response.header("Location")), (308, location), "answer")


@case("a WebSocket is redirected too")
def socket():
    with to_443.wire() as wire:
        wire.send(ws.handshake("/chat?a=b"))
        response = read_response(wire)
        equal((response.status, response.header("Location")),
              (308, "https://localhost/chat?a=b"), "answer")


@case("the TLS listener answers itself")
def over_tls():
    equal(fetch(to_443, "/", tls=True).body, b"all", "answer")


@case("without a Host there is nowhere to go")
def no_host():
    with to_443.wire() as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        equal(read_response(wire).status, 400, "status")


for host, path, location in (
        ("www.example.com", "/", "https://www.example.com/"),
        ("www.example.com", "/a/b?c=d&e=%20", "https://www.example.com/a/b?c=d&e=%20"),
        ("www.example.com:8080", "/a", "https://www.example.com/a"),
        ("[::1]:8080", "/a", "https://[::1]/a"),
        ("192.0.2.1:8080", "/a", "https://192.0.2.1/a")):
    add(f"{host}{path} to 443", redirected, to_443, host, path, location)
for host, path, location in (
        ("www.example.com", "/a?b", "https://www.example.com:8443/a?b"),
        ("www.example.com:8080", "/", "https://www.example.com:8443/"),
        ("[::1]", "/", "https://[::1]:8443/")):
    add(f"{host}{path} to 8443", redirected, to_8443, host, path, location)
run(to_443, to_8443)
