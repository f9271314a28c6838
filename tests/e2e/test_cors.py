"""CORS: what preflights and answers say, and what a real browser makes of it."""
import json
import pathlib
import subprocess

from harness.address import HOST
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch

CLIENT = pathlib.Path(__file__).parent / "clients" / "cors.mjs"
GOOD, EVIL = "https://app.example.com", "https://evil.example"
NAMES = ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
         "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
         "Vary")


def told(response):
    """What the answer says about it, without the prefix that all these headers have."""
    return {name.removeprefix("Access-Control-"): response.header(name) for name in NAMES
            if response.header(name) is not None}


def preflight(path, origin, method, *headers):
    lines = [f"Origin: {origin}", f"Access-Control-Request-Method: {method}"]
    if headers:
        lines.append(f"Access-Control-Request-Headers: {','.join(headers)}")
    return fetch(gateway, path, "OPTIONS", headers=lines)


@case("a preflight of an allowed origin is answered before the handler")
def allowed():
    response = preflight("/api", GOOD, "PUT", "content-type", "x-a")
    equal((response.status, response.body), (204, b""), "answer")
    equal(told(response), {"Allow-Origin": GOOD, "Allow-Credentials": "true",
                           "Allow-Methods": "GET, PUT", "Allow-Headers": "Content-Type, X-A",
                           "Max-Age": "600", "Vary": "Origin"}, "headers")


@case("another origin: 403, no such headers, and the log names the missing entry")
def denied():
    response = preflight("/api", EVIL, "GET")
    equal((response.status, told(response)), (403, {"Vary": "Origin"}), "answer")
    gateway.expect_log(f'"{EVIL}" is not in origins of cors')


@case("another method or header: told what would do, and the log names what would not")
def lacking():
    response = preflight("/api", GOOD, "PATCH")
    equal((response.status, told(response)["Allow-Methods"]), (204, "GET, PUT"), "answer")
    gateway.expect_log('"PATCH" is not in methods of cors')
    response = preflight("/api", GOOD, "PUT", "x-secret")
    equal((response.status, told(response)["Allow-Headers"]), (204, "Content-Type, X-A"), "answer")
    gateway.expect_log('"x-secret" is not in headers of cors')


@case("answers: the allowed origin, or none, and caches always know")
def answers():
    for path, status in (("/api", 200), ("/files/none", 404)):
        for origin, wanted in ((GOOD, GOOD), (EVIL, None), (None, None)):
            response = fetch(gateway, path, headers=[f"Origin: {origin}"] if origin else [])
            equal(response.status, status, "status")
            equal(response.header("Access-Control-Allow-Origin"), wanted, "origin")
            equal(response.header("Vary"), "Origin", "Vary")


@case("everybody: one answer for all")
def everybody():
    for origin in (GOOD, None):
        response = fetch(gateway, "/open", headers=[f"Origin: {origin}"] if origin else [])
        equal(told(response), {"Allow-Origin": "*"}, "headers")


@case("a preflight finds the route of the method that it is about")
def by_method():
    equal(preflight("/verbs", GOOD, "DELETE").header("Access-Control-Allow-Methods"), "DELETE",
          "methods")
    equal(fetch(gateway, "/verbs", "DELETE").body, b"deleted", "answer")
    equal(fetch(gateway, "/verbs", "OPTIONS").status, 404, "OPTIONS itself has no route")


@case("OPTIONS that is no preflight goes to the handler")
def options():
    response = fetch(gateway, "/api", "OPTIONS", headers=[f"Origin: {GOOD}"])
    equal((response.status, response.body), (200, b"api"), "answer")


@case("a route without cors says nothing")
def without():
    response = fetch(gateway, "/closed", headers=[f"Origin: {GOOD}"])
    equal(told(response), {}, "headers")


REFUSED = ["TypeError: Failed to fetch"]
JSON = {"method": "PUT", "headers": {"Content-Type": "application/json", "X-A": "1"}, "body": "{}"}


def browse(rows):
    """Each row: URL, options, what is expected. The page is of the origin "localhost"."""
    page = f"http://localhost:{gateway.port}/page"
    asked = json.dumps([[url, options] for url, options, _ in rows])
    result = subprocess.run(["node", CLIENT, page, asked], capture_output=True, text=True,
                            timeout=120)
    equal((result.returncode, result.stderr), (0, ""), "the browser's exit status and messages")
    for (url, options, wanted), got in zip(rows, json.loads(result.stdout)):
        equal(got, wanted, f"{url} {options}")


@case("in Chromium: with and without preflight, with and without credentials")
def browser():
    base = f"http://{HOST}:{gateway.port}"
    with_cookies = {"credentials": "include"}
    browse([
        (f"{base}/mine", {}, [200, "cors", "mine"]),
        (f"{base}/mine", with_cookies, [200, "cors", "mine"]),
        (f"{base}/mine", JSON, [200, "cors", "mine"]),
        (f"{base}/mine", JSON | with_cookies, [200, "cors", "mine"]),
        (f"{base}/mine", {"method": "DELETE"}, REFUSED),
        (f"{base}/mine", {"headers": {"X-B": "1"}}, REFUSED),
        (f"{base}/exposed", with_cookies, [200, "cors", "exposed", "yes"]),
        (f"{base}/open", {}, [200, "cors", "open"]),
        (f"{base}/open", {"headers": {"X-B": "1"}}, [200, "cors", "open"]),
        (f"{base}/open", with_cookies, REFUSED),
        (f"{base}/files/none", {}, [404, "cors", ANY]),
        (f"{base}/api", {}, REFUSED),
        (f"{base}/api", JSON, REFUSED),
        (f"{base}/closed", {}, REFUSED),
        (f"{base}/closed", JSON, REFUSED),
    ])
    gateway.expect_log(f'"http://localhost:{gateway.port}" is not in origins of cors')


class Any:
    def __eq__(self, other):
        return True


ANY = Any()
gateway = Gateway(routes='''
page: { path = "=/page"; respond: { status = 200; type = "text/html"; body = "<title>p</title>"; }; };
api: { path = "/api"; respond: { status = 200; body = "api"; };
    cors: { origins = [ "https://*.example.com", "https://other.example" ];
        methods = [ "GET", "PUT" ]; headers = [ "Content-Type", "X-A" ]; credentials = true;
        max_age = "10m"; }; };
mine: { path = "/mine"; respond: { status = 200; body = "mine"; };
    cors: { origins = [ "http://localhost:@PORT@" ];
        methods = [ "PUT" ]; headers = [ "content-type", "X-A" ]; credentials = true; }; };
exposed: { path = "/exposed"; respond: { status = 200; body = "exposed"; };
    rewrite: { set_response_headers = { X-Own = "yes"; }; };
    cors: { origins = [ "http://localhost:@PORT@" ]; expose = [ "ETag", "X-Own" ];
        credentials = true; }; };
open: { path = "/open"; respond: { status = 200; body = "open"; };
    rewrite: { set_response_headers = { X-Own = "not to be read"; }; };
    cors: { origins = "*"; headers = "*"; }; };
files: { path = "/files"; static = "@DIR@";
    cors: { origins = [ "https://app.example.com", "http://localhost:@PORT@" ]; }; };
verbs: { path = "/verbs"; method = "DELETE"; respond: { status = 200; body = "deleted"; };
    cors: { origins = "https://app.example.com"; methods = "DELETE"; }; };
closed: { path = "/closed"; respond: { status = 200; body = "closed"; }; };
''', listeners='local: { bind = "127.0.0.1:@PORT@"; };')
conf = gateway.conf_file.read_text().replace("@PORT@", str(gateway.port))
gateway.configure(conf)
run(gateway)
