"""framegate explain: which route takes a request, which did not and why, and what will happen."""
import re

from harness import scratch
from harness.cases import add, case, contains, equal, run
from harness.gateway import command

CONF = '''listeners: { main: { bind = "127.0.0.1:8080"; }; };
backends: { vnc: { servers = ["tcp://127.0.0.1:5900"]; };
            app: { servers = ["http://127.0.0.1:3000"]; }; };
routes: {
    desk: { host = "desk.example"; path = "/vnc"; backend = "vnc"; };
    put: { path = "/put"; method = "PUT"; service = "health"; };
    marked: { path = "/marked"; header: { X-Mark = "1"; }; service = "health"; };
    old: { path = "/old"; redirect = "https://new.example${path}"; };
    app: { path = "/app"; backend = "app"; };
    files: { path = "/files"; static = "/usr/share/doc"; };
};
'''
path = scratch.folder() / "test.conf"
path.write_text(CONF)


def explain(*args):
    result = command("explain", "-c", str(path), *args)
    equal(result.stderr, "", "messages")
    return result


def taken(route, parts, *args):
    result = explain(*args)
    equal(result.returncode, 0, "exit status")
    equal(bool(re.search(rf"\b{route}\b", result.stdout)), True, f"{route} in {result.stdout!r}")
    for part in parts:
        contains(result.stdout, part, "explanation")


@case("no route: exit 1, and each one says why not")
def none():
    result = explain("http://localhost/nowhere")
    equal(result.returncode, 1, "exit status")
    for route in ("desk", "put", "marked", "old", "files"):
        contains(result.stdout, route, "explanation")
    contains(result.stdout, "404", "explanation")


@case("those tried before say which condition did not hold")
def reasons():
    result = explain("http://localhost/old/x")
    for route, condition in (("desk", "host"), ("put", "path"), ("marked", "path")):
        lines = [line for line in result.stdout.splitlines() if re.search(rf"\b{route}\b", line)]
        equal(any(condition in line for line in lines), True,
              f"{condition} as a reason against {route} in {result.stdout!r}")


@case("the right URL with the wrong method says so")
def method():
    result = explain("-X", "GET", "http://localhost/put")
    contains(result.stdout, "method", "explanation")


@case("a web server's route shows the request that it would get")
def proxied():
    taken("app", ["GET /app/b?c HTTP/1.1", "X-Forwarded-For: 127.0.0.1", "the server's",
                  "response_timeout"], "http://localhost/app/a/../b?c")
    taken("app", ["Upgrade: websocket", "a tunnel once it says 101",
                  "for HTTP/2 told as 200"], "ws://localhost/app")
    own = scratch.folder() / "only1.conf"
    own.write_text(CONF.replace("};", "http2 = false; };", 1))
    for url in ("ws://localhost:8080/app", "ws://desk.example:8080/vnc"):
        words = command("explain", "-c", str(own), url).stdout
        contains(words, "101", "explanation")
        equal("HTTP/2" in words, False, f"a word about HTTP/2 in {words}")


@case("a URL that is none: exit 1 or 2")
def no_url():
    result = command("explain", "-c", str(path), "http://local host/")
    contains((1, 2), result.returncode, "exit statuses")
    equal(result.stderr != "", True, "a message")


add("a backend", taken, "desk", ["vnc", "127.0.0.1:5900"], "ws://desk.example/vnc/1")
add("a normalised path", taken, "desk", ["vnc"], "ws://desk.example//x/../%76nc")
add("a method", taken, "put", ["health"], "-X", "PUT", "http://localhost/put")
add("a header", taken, "marked", ["health"], "-H", "X-Mark: 1", "http://localhost/marked")
add("a redirect and its target", taken, "old", ["308", "https://new.example/old/x"],
    "http://localhost/old/x")
add("files", taken, "files", ["/usr/share/doc"], "http://localhost/files/a")
@case("places, queue, map and limits are told")
def limits():
    own = scratch.folder() / "limits.conf"
    own.write_text('''listeners: { a: { bind = "127.0.0.1:1"; }; };
backends: { m: { map = "/etc/hosts"; key = "${query.t}"; };
            b: { servers = [ "tcp://a:1", "tcp://b:1 backup" ]; max_sessions = 5; queue: { }; }; };
defaults: { limits: { sessions = 9; messages = "60/m burst 5"; }; };
routes: { m: { path = "/m"; backend = "m"; }; b: { backend = "b"; }; };''')
    handshake = [word for header in ("Upgrade: websocket", "Connection: Upgrade",
                                     "Sec-WebSocket-Version: 13",
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                 for word in ("-H", header)]
    for path, words in (("/m", ["what ${query.t} leads to in the map /etc/hosts"]),
                        ("/b", ["5 for each server; 100 more wait up to 10s",
                                "limits.sessions", "60/m burst 5"])):
        result = command("explain", "-c", str(own), *handshake, f"http://localhost{path}")
        equal(result.returncode, 0, f"exit status ({result.stderr})")
        for part in words:
            equal(part in result.stdout, True, f"{part!r} in {result.stdout}")


run()
