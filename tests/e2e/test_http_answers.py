"""Answers that need no backend: redirects, fixed bodies, health, and pages for what went wrong."""
from harness import ws
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request

ROUTES = r'''
moved: { path = "/moved"; redirect = "https://new.example/place"; };
found: { path = "/found"; redirect = "https://new.example/"; status = 302; };
parts: { path = "~^/u/(?<name>[^/]+)$"; redirect = "https://${host}/~${path.name}?x=${query.x}"; };
fixed: { path = "=/fixed";
         respond: { status = 418; type = "text/x-tea"; body = "short\nand \"stout\""; }; };
empty: { path = "=/empty"; respond: { status = 204; }; };
health: { path = "=/health"; service = "health"; };
ws: { path = "=/ws"; service = "echo"; };
'''


def redirected(path, status, location, **options):
    response = fetch(gateway, path, **options)
    equal((response.status, response.header("Location")), (status, location), "answer")


@case("a redirect for POST too, and the connection stays")
def redirect_post():
    with gateway.wire() as wire:
        wire.send(request("/moved", "POST", body=b"x" * 1000) + request("/found"))
        equal(read_response(wire).status, 308, "status")
        equal(read_response(wire).status, 302, "status")


@case("what would break a header line does not get into one")
def split():
    for path in ("/u/a?x=%0d%0aSet-Cookie:%20a=b", "/u/a%0d%0aSet-Cookie:b"):
        response = fetch(gateway, path)
        equal(response.header("Set-Cookie"), None, "Set-Cookie")
        equal(response.status, 400, "status")


@case("a fixed answer")
def fixed():
    response = fetch(gateway, "/fixed")
    equal((response.status, response.header("Content-Type"), response.body),
          (418, "text/x-tea", b'short\nand "stout"'), "answer")


@case("a fixed answer without a body")
def empty():
    with gateway.wire() as wire:
        wire.send(request("/empty") + request("/fixed"))
        response = read_response(wire)
        equal((response.status, response.header("Content-Length")), (204, None), "answer")
        equal(read_response(wire).status, 418, "status")


@case("health")
def health():
    equal(fetch(gateway, "/health").status, 200, "status")
    equal(fetch(gateway, "/health", tls=True).status, 200, "status")


@case("a WebSocket for what is none is refused")
def no_socket():
    for path in ("/fixed", "/moved", "/missing"):
        with gateway.wire() as wire:
            wire.send(ws.handshake(path))
            equal(read_response(wire).status == 101, False, "upgraded")


def error_page(status, path, options):
    response = fetch(gateway, path, **options)
    equal(response.status, status, "status")
    contains(("text/html", "text/plain"), response.header("Content-Type").split(";")[0], "types")
    contains(response.body.decode(), str(status), "page")
    equal("script" in response.body.decode(), False, "the page repeats what was asked for")
    equal(len(response.body) < 2000, True, "the page is small")


gateway = Gateway(routes=ROUTES)
add("a redirect", redirected, "/moved", 308, "https://new.example/place")
add("a redirect with another status", redirected, "/found/below", 302, "https://new.example/")
add("a redirect made of the request", redirected, "/u/me?x=1%2B1", 308,
    "https://localhost/~me?x=1%2B1")
add("a redirect made of what is missing", redirected, "/u/me", 308, "https://localhost/~me?x=")
for status, path, options in ((404, "/missing/%3Cscript%3E", {}), (400, "/%zz/%3Cscript%3E", {}),
                              (426, "/ws", {}),
                              (431, "/", {"headers": ["X: " + "<script>" * 5000]}),
                              (417, "/fixed", {"headers": ["Expect: <script>"]})):
    add(f"a page for {status}", error_page, status, path, options)
run(gateway)
