"""Paths are normalised once; what is matched is what is used."""
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch

NORMALISED = {
    "/": "/",
    "/a": "/a",
    "/a/": "/a/",
    "//": "/",
    "//a": "/a",
    "/a//b": "/a/b",
    "/a///b//": "/a/b/",
    "/.": "/",
    "/a/.": "/a/",
    "/a/./b": "/a/b",
    "/a/../b": "/b",
    "/a/b/..": "/a/",
    "/a/b/../": "/a/",
    "/a/b/../../c": "/c",
    "/a/%2e/b": "/a/b",
    "/a/%2E%2e/b": "/b",
    "/a/.%2e/b": "/b",
    "/a/...": "/a/...",
    "/a/.b": "/a/.b",
    "/a/b.": "/a/b.",
    "/a/..b": "/a/..b",
    "/%61%42%7a": "/aBz",
    "/%7Euser": "/~user",
    "/%2D%2E%5f%7e": "/-._~",
    "/a%2fb": "/a%2Fb",
    "/a%2Fb": "/a%2Fb",
    "/%c3%bc": "/%C3%BC",
    "/a%20b": "/a%20b",
    "/%25": "/%25",
    "/%2541": "/%2541",
    "/a;v=1/b,c": "/a;v=1/b,c",
    "/a:b@c!$&'()*+=": "/a:b@c!$&'()*+=",
}

# all of these are the page at /admin, and none may reach another route
ADMIN = ["/admin", "//admin", "/./admin", "/x/../admin", "/%61dmin", "/x/%2e%2e/admin",
         "/admin/", "/admin/users", "/admin//users", "/admin/./users"]
NOT_ADMIN = ["/administrator", "/admin.html", "/Admin", "/admin%2fusers", "/admin%00x", "/x/admin",
             "/admin%3f"]


def normalised(path, wanted):
    for query in ("", "?q=//a/../%61"):
        response = fetch(gateway, path + query, host="normalise")
        equal((response.status, response.header("Location")), (308, f"http://x{wanted}"), path)


def is_admin(path):
    equal(fetch(gateway, path).body, b"admin", path)


def is_not_admin(path):
    response = fetch(gateway, path)
    equal(response.body == b"admin", False, f"{path} reaches the page")


gateway = Gateway(routes='''
show: { host = "normalise"; redirect = "http://x${path}"; };
admin: { path = "/admin"; respond: { status = 200; type = "text/plain"; body = "admin"; }; };
all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };
''')
for path, wanted in NORMALISED.items():
    add(f"{path} is {wanted}", normalised, path, wanted)
for path in ADMIN:
    add(f"{path} is below /admin", is_admin, path)
for path in NOT_ADMIN:
    add(f"{path} is not below /admin", is_not_admin, path)
run(gateway)
