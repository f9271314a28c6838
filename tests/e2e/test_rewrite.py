"""rewrite and cors before a web server: what it is asked, and what its answers become."""
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch
from harness.web import Web


def answer(req, send):
    send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: old\r\nX-Frame-Options: ALLOWALL\r\n"
         b"Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n"
         b"Access-Control-Expose-Headers: X-Secret\r\nVary: Accept\r\n\r\n" +
         (b"" if req.method == "HEAD" else b"ok"))
    return True


def asked(path, method="GET", status=200, headers=()):
    """Asks, and returns what the server got of it; None: nothing."""
    before = len(web.requests)
    response = fetch(gateway, path, method, headers=headers)
    equal(response.status, status, "status")
    got = web.requests[before:]
    equal(len(got), 1 if status == 200 else 0, "requests that the server got")
    return got[0] if got else None


def target(path, wanted):
    equal(asked(path).target, wanted, "target")


def refused(path):
    equal(asked(path, status=400), None, "request")


@case("the host is another one, and the first one is told beside it")
def host():
    got = asked("/app/x")
    equal((got.one("host"), got.one("x-forwarded-host")), ("app.internal", "localhost"), "hosts")


@case("headers are set in place of the client's, twins of them too; others are removed")
def headers():
    got = asked("/app/x?who=M%C3%BC", headers=["X-Base: /evil", "X_Base: /evil", "x-who: root",
                                              "X-Debug: 1", "X_Debug: 1", "X-Other: kept", "Cookie: a=1"])
    equal((got.all("x-base"), got.all("x_base")), (["/app"], []), "X-Base")
    equal(got.all("x-who"), ["M\u00c3\u00bc"], "X-Who")
    equal([got.all(name) for name in ("x-debug", "x_debug", "cookie", "x-other")],
          [[], [], [], ["kept"]], "others")


@case("the server's answers get the route's headers, and lose what it says about CORS")
def answers():
    response = fetch(gateway, "/app/x", headers=["Origin: https://a.example"])
    equal((response.header("Server"), response.header("X-Frame-Options")), (None, "DENY"), "headers")
    equal(response.header("Access-Control-Allow-Origin"), "https://a.example", "origin")
    equal(response.header("Access-Control-Allow-Credentials"), None, "credentials")
    equal(response.header("Access-Control-Expose-Headers"), None, "exposed")
    equal(response.header("Vary"), "Accept, Origin", "Vary")
    response = fetch(gateway, "/app/x", headers=["Origin: https://evil.example"])
    equal(response.header("Access-Control-Allow-Origin"), None, "origin")
    equal(response.body, b"ok", "body")


@case("the server gets no preflights")
def preflight():
    before = len(web.requests)
    response = fetch(gateway, "/app/x", "OPTIONS", headers=[
        "Origin: https://a.example", "Access-Control-Request-Method: PUT"])
    equal((response.status, response.header("Access-Control-Allow-Methods")), (204, "PUT"), "answer")
    equal(len(web.requests), before, "requests that the server got")
    equal(asked("/app/x", "OPTIONS").method, "OPTIONS", "method")


web = Web(answer)
gateway = Gateway(routes='''
app: { path = "/app"; backend = "w"; rewrite: { strip = "/app"; host = "app.internal";
        set_headers = { X-Base = "/app"; X-Who = "${query.who}"; };
        remove_headers = [ "X-Debug", "Cookie" ];
        set_response_headers = { X-Frame-Options = "DENY"; };
        remove_response_headers = [ "server" ]; };
    cors: { origins = "https://a.example"; methods = "PUT"; }; };
user: { path = "~^/user/(?<id>[^/]*)(?<rest>/.*)?$"; backend = "w";
    rewrite: { path = "/by-id/${path.id}${path.rest}"; }; };
find: { path = "/find"; backend = "w"; rewrite: { path = "/search?what=${query.q}"; }; };
file: { path = "/file"; backend = "w"; rewrite: { path = "/files/${query.name}"; }; };
plain: { path = "/"; backend = "w"; };
''', backends=f'w: {{ servers = ["{web.url}"]; }};')

for path, wanted in (("/app", "/"), ("/app/", "/"), ("/app/a/b?c=d", "/a/b?c=d"),
                     ("/app?x", "/?x"), ("/apple", "/apple"), ("/app/%7Ea%20b", "/~a%20b"),
                     ("/x/../app/y", "/y"), ("/user/7", "/by-id/7"),
                     ("/user/a%20b/posts?n=1", "/by-id/a%20b/posts?n=1"),
                     ("/find?q=a%26b%3Dc+d&x=1", "/search?what=a%26b%3Dc%20d"),
                     ("/file?name=a/b%3Fc", "/files/a/b%3Fc?name=a/b%3Fc")):
    add(f"{path} becomes {wanted}", target, path, wanted)
for path in ("/file?name=../secret", "/file?name=%2e%2e%2fsecret", "/file?name=a/..",
             "/file?name=%0d%0aHost:%20evil", "/file?name=..;/secret", "/user/%2e%2e%2fsecret/x",
             "/app/x?who=%0aX-Admin:1", "/app/x?who=%00"):
    add(f"{path} is refused", refused, path)
run(web, gateway)
