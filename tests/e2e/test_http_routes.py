"""Routes: the first one that matches by host, path, method, header, query and source takes it."""
from harness.address import HOST
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch

ROUTES = [
    ("exact", 'path = "=/exact";'),
    ("deep", 'path = "/tree/deep";'),
    ("tree", 'path = "/tree";'),
    ("pattern", r'path = "~^/item/(?<id>\\d+)$";'),
    ("host", 'host = "one.example"; path = "/host";'),
    ("wild", 'host = "*.example"; path = "/host";'),
    ("hosts", 'host = ["two.test", "*.three.test"]; path = "/host";'),
    ("method", 'method = "PUT"; path = "/method";'),
    ("methods", 'method = ["POST", "DELETE"]; path = "/method";'),
    ("header", 'path = "/header"; header: { X-Kind = "a"; };'),
    ("query", 'path = "/query"; query: { v = "2"; };'),
    ("here", f'path = "/source"; source = ["{HOST}/32", "127.0.0.1/32"];'),
    ("elsewhere", 'path = "/from"; source = ["192.0.2.0/24"];'),
    ("both", 'path = "/both"; method = "POST"; header: { X-Kind = "a"; };'),
]

TAKEN = [
    # route, path, and what the request has
    ("exact", "/exact", {}),
    ("exact", "/exact?query", {}),
    ("rest", "/exact/", {}),
    ("rest", "/exact/x", {}),
    ("tree", "/tree", {}),
    ("tree", "/tree/", {}),
    ("tree", "/tree/x", {}),
    ("rest", "/treex", {}),
    ("deep", "/tree/deep", {}),
    ("deep", "/tree/deep/er", {}),
    ("tree", "/tree/deeper", {}),
    ("pattern", "/item/42", {}),
    ("rest", "/item/x", {}),
    ("rest", "/item/42/x", {}),
    ("host", "/host", {"host": "one.example"}),
    ("host", "/host", {"host": "ONE.example:8080"}),
    ("wild", "/host", {"host": "other.example"}),
    ("rest", "/host", {"host": "example"}),
    ("hosts", "/host", {"host": "two.test"}),
    ("hosts", "/host", {"host": "x.three.test"}),
    ("rest", "/host", {"host": "three.test"}),
    ("rest", "/host", {"host": "elsewhere"}),
    ("method", "/method", {"method": "PUT"}),
    ("methods", "/method", {"method": "POST"}),
    ("methods", "/method", {"method": "DELETE"}),
    ("rest", "/method", {}),
    ("rest", "/method", {"method": "put"}),
    ("header", "/header", {"headers": ["x-kind: a"]}),
    ("rest", "/header", {"headers": ["X-Kind: b"]}),
    ("rest", "/header", {}),
    ("query", "/query?v=2", {}),
    ("query", "/query?a=b&v=2", {}),
    ("query", "/query?v=%32", {}),
    ("rest", "/query?v=1", {}),
    ("rest", "/query?v=22", {}),
    ("rest", "/query", {}),
    ("here", "/source", {}),
    ("rest", "/from", {}),
    ("both", "/both", {"method": "POST", "headers": ["X-Kind: a"]}),
    ("rest", "/both", {"method": "POST"}),
    ("rest", "/both", {"headers": ["X-Kind: a"]}),
]


def route(name, match):
    return f'{name}: {{ {match} respond: {{ status = 200; type = "text/plain"; ' \
           f'body = "{name}"; }}; }};\n'


def taken(name, path, options):
    response = fetch(gateway, path, **options)
    equal((response.status, response.body), (200, name.encode()), "answer")


def recorded(path):
    """The access log says which route it was."""
    equal(gateway.expect_record(type="request", path=path).get("route"), "pattern", "route")


gateway = Gateway(routes="".join(route(*r) for r in ROUTES) + route("rest", ""))
for name, path, options in TAKEN:
    add(f"{path} {options or ''} is taken by {name}", taken, name, path, options)
add("the record names the route", recorded, "/item/42")
run(gateway)
