"""set_response_headers: in every answer of the route, whoever gives it, and in no other."""
from harness import ws
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch

HSTS = "max-age=31536000; includeSubDomains"
REWRITE = f'''rewrite: {{
    set_response_headers = {{ Strict-Transport-Security = "{HSTS}"; X-Frame-Options = "DENY";
        ETag = "\\"fixed\\""; }};
    remove_response_headers = [ "Last-Modified" ];
}};'''


def has(status, path, method="GET", tls=False, **options):
    response = fetch(gateway, path, method, tls=tls, **options)
    equal(response.status, status, "status")
    equal(response.header("Strict-Transport-Security"), HSTS, "HSTS")
    equal(response.header("X-Frame-Options"), "DENY", "X-Frame-Options")
    equal(response.header("ETag"), '"fixed"', "ETag: one, and the route's")
    equal(response.header("Last-Modified"), None, "Last-Modified")


@case("an accepted handshake has it, and the session works")
def handshake():
    with ws.connect(gateway, "/echo") as session:
        equal(session.response.header("Strict-Transport-Security"), HSTS, "HSTS")
        session.text("hello")
        equal(session.message(), (ws.TEXT, b"hello"), "echo")


@case("a refused handshake has it")
def refused():
    with gateway.wire() as wire:
        ws.WebSocket(wire, "/echo", headers=["Origin: https://evil.example"])
        response = ws.read_head(wire)
        equal((response.status, response.header("Strict-Transport-Security")), (403, HSTS), "answer")


@case("other routes, and what no route takes, have none")
def others():
    for path, status in (("/plain", 200), ("/nowhere", 404)):
        response = fetch(gateway, path)
        equal(response.status, status, "status")
        equal(response.header("Strict-Transport-Security"), None, "HSTS")


@case("what 'defaults' says is in the answer when no route takes a request, too")
def unrouted():
    for path, status in (("/text", 201), ("/nowhere", 404)):
        response = fetch(everywhere, path)
        equal((response.status, response.header("Strict-Transport-Security")), (status, HSTS),
              path)
    everywhere.expect_record(path="/nowhere", status=404)
    equal([r.get("route") for r in everywhere.records(path="/nowhere")], [None], "its route")


everywhere = Gateway(top=f"defaults: {{ {REWRITE} }};", routes='''
text: { path = "/text"; respond: { status = 201; body = "x"; }; };
''')
gateway = Gateway(routes=f'''
echo: {{ path = "/echo"; service = "echo"; {REWRITE} }};
health: {{ path = "/health"; service = "health"; {REWRITE} }};
files: {{ path = "/files"; static = "@DIR@/www"; {REWRITE} }};
text: {{ path = "/text"; respond: {{ status = 201; body = "x"; }}; {REWRITE} }};
away: {{ path = "/away"; redirect = "https://example.com/"; {REWRITE} }};
denied: {{ path = "/denied"; respond: {{ status = 200; }}; deny = "0.0.0.0/0"; {REWRITE} }};
plain: {{ path = "/plain"; respond: {{ status = 200; body = "x"; }}; }};
''')
(gateway.dir / "www").mkdir()
(gateway.dir / "www" / "a.txt").write_bytes(b"0123456789")

for tls in (False, True):
    where = "over TLS" if tls else "in the clear"
    add(f"a file {where}", has, 200, "/files/a.txt", "GET", tls)
    add(f"a fixed answer {where}", has, 201, "/text", "GET", tls)
    add(f"a redirect {where}", has, 308, "/away", "GET", tls)
add("HEAD of a file", has, 200, "/files/a.txt", "HEAD")
add("a service", has, 200, "/health")
add("no such file", has, 404, "/files/none")
add("a directory's redirect", has, 308, "/files")
add("another method", has, 405, "/files/a.txt", "DELETE")
add("a client who is denied", has, 403, "/denied")
add("no WebSocket", has, 426, "/echo")
run(gateway, everywhere)
