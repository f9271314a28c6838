"""Origins: a browser's page of a foreign site gets 403, and the log names the missing entry."""
from harness import ws
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response

ROUTES = '''
same: { path = "/same"; service = "echo"; };
some: { path = "/some"; service = "echo";
        origins = ["https://app.example.com", "https://*.example.org", "http://localhost:3000"]; };
null: { path = "/null"; service = "echo"; origins = ["null"]; };
both: { path = "/both"; service = "echo"; origins = ["same", "https://app.example.com"]; };
any: { path = "/any"; service = "echo"; origins = ["*"]; };
'''
# path, Host, Origin
LET_IN = [
    ("/same", "www.example.com", None),
    ("/same", "www.example.com", "http://www.example.com"),
    ("/same", "www.example.com:8080", "http://www.example.com:8080"),
    ("/same", "WWW.example.com", "http://www.EXAMPLE.com"),
    ("/same", "www.example.com:80", "http://www.example.com"),
    ("/some", "x", None),
    ("/some", "x", "https://app.example.com"),
    ("/some", "x", "https://a.example.org"),
    ("/some", "x", "http://localhost:3000"),
    ("/null", "x", "null"),
    ("/both", "x", "http://x"),
    ("/both", "x", "https://app.example.com"),
    ("/any", "x", "http://anything.example:99"),
    ("/any", "x", "null"),
]
REFUSED = [
    ("/same", "www.example.com", "http://evil.example"),
    ("/same", "www.example.com", "http://www.example.com.evil.example"),
    ("/same", "www.example.com", "http://www.example.com:81"),
    ("/same", "www.example.com:8080", "http://www.example.com"),
    ("/same", "www.example.com", "null"),
    ("/some", "x", "http://app.example.com"),
    ("/some", "x", "https://app.example.com:444"),
    ("/some", "x", "https://xapp.example.com"),
    ("/some", "x", "https://example.org"),
    ("/some", "x", "https://evil-example.org"),
    ("/some", "x", "https://a.example.org.evil.example"),
    ("/some", "x", "http://localhost"),
    ("/some", "x", "http://x"),
    ("/null", "x", "http://x"),
    ("/both", "x", "http://y"),
]


def origin_line(origin):
    return [f"Origin: {origin}"] if origin else []


def let_in(path, host, origin):
    with ws.connect(gateway, path, host=host, headers=origin_line(origin)) as socket:
        socket.finish()


def refused(path, host, origin):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path, host=host, headers=origin_line(origin)))
        equal(read_response(wire).status, 403, "status")


@case("the log names the entry that is missing")
def names_it():
    refused("/same", "x", "https://new.example.net")
    gateway.expect_log("https://new.example.net")
    line = [line for line in gateway.log().splitlines() if "new.example.net" in line][0]
    contains(line, "origins", "the log line")


@case("the record of a session names its origin")
def recorded():
    with ws.connect(gateway, "/any", headers=["Origin: http://a.example"]) as socket:
        socket.finish(4242)
    equal(gateway.expect_record(type="session", close_code=4242).get("origin"), "http://a.example")


gateway = Gateway(routes=ROUTES)
for path, host, origin in LET_IN:
    add(f"{path} of {host} lets in {origin}", let_in, path, host, origin)
for path, host, origin in REFUSED:
    add(f"{path} of {host} refuses {origin}", refused, path, host, origin)
run(gateway)
