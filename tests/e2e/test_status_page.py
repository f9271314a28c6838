"""The status page in a real browser, by day, at night and on a phone; and what it may do."""
import json
import os
import pathlib
import re
import subprocess

from harness import http1, ws
from harness.admin import Admin
from harness.backends import Backend
from harness.cases import case, contains, equal, run
from harness.gateway import Gateway
from harness.wait import until

CLIENT = pathlib.Path(__file__).parent / "clients" / "status_page.mjs"
# Where pictures of the pages go, for whoever wants to look at them.
PICTURES = os.environ.get("STATUS_PAGE_PICTURES")
backend = Backend()


def started():
    admin = Admin()
    return admin, Gateway(
        routes='''echo: { path = "/echo"; service = "echo"; };
                  tcp: { path = "/tcp"; backend = "b"; };''',
        backends=f'b: {{ servers = ["{backend.url}", "tcp://203.0.113.1:1 backup"]; }};',
        top=f"{admin.conf} workers = 2;")


def looks(url, state):
    """What the page is like in each of its looks."""
    result = subprocess.run(["node", CLIENT, url, state, *([PICTURES] if PICTURES else [])],
                            capture_output=True, text=True, timeout=180)
    equal((result.returncode, result.stderr), (0, ""), "the browser's exit status and messages")
    pages = [json.loads(line) for line in result.stdout.splitlines()]
    equal([page["name"] for page in pages], ["light", "dark", "phone", "phone-dark"], "looks")
    return pages


def check_tables(tables):
    equal(list(tables), ["Routes", "Backends", "Recent errors and warnings", "Listeners",
                         "Workers", "Certificates", "Memory"], "tables")
    routes = {row[0]: row for row in tables["Routes"]}
    equal(routes["echo"][:3] + routes["echo"][6:8], ["echo", "–", "2", "2", "2"], "the echo's row")
    equal(routes["tcp"][:5], ["tcp", "b", "0", "0", "0"], "the other route's row")
    equal([row[1:4] for row in tables["Backends"]], [["b", "up", "0"]] * 2, "rows of servers")
    equal([row[0] for row in tables["Listeners"]], ["plain", "secure"], "listeners")
    equal(sum(int(row[2]) for row in tables["Workers"]), 2, "sessions of all workers")
    subject, profile, _, left = tables["Certificates"][0]
    equal((subject, profile), ("CN=localhost", "e2e"), "certificate")
    equal(re.fullmatch(r"\d+ days?", left) is not None, True, f"{left} are days, that")
    contains(tables["Recent errors and warnings"][0][2], 'origin "https://<b>evil"', "a warning")


@case("it shows what is going on, in every look, and asks for nothing but its own data")
def page():
    admin, gateway = started()
    with gateway as gw, ws.connect(gw, "/echo") as one, ws.connect(gw, "/echo", True) as other:
        for socket in (one, other):
            socket.text("hello")
            socket.expect(ws.TEXT, b"hello")
        with ws.start(gw, "/echo", headers=["Origin: https://<b>evil"]) as refused:
            equal(http1.read_head(refused.wire).status, 403, "status")
        until(lambda: len(admin.status(gw)["history"]["rows"]) > 2, "some history")
        pages = looks(admin.url, "ready")
        for shown in pages:
            equal((shown["errors"], shown["asked"]), ([], [admin.url, admin.url + "status.json"]),
                  f"errors of the {shown['name']} page, and what it asked for")
            equal(shown["overflow"], 0, f"how much of the {shown['name']} page is beside the screen")
            equal(len(shown["charts"]), 5, "charts")
            equal(min(shown["lines"]) > 1, True, "each chart has a line, that")
            contains(shown["facts"], "in force", "facts")
            check_tables(shown["tables"])
        grounds = [shown["ground"] for shown in pages]
        equal((grounds[0] == grounds[2], grounds[1] == grounds[3], grounds[0] == grounds[1]),
              (True, True, False), "backgrounds are those of day and night")


@case("its policy names its own script and style, and nothing else")
def policy():
    admin, gateway = started()
    with gateway as gw:
        answer = admin.fetch(gw, "/")
        words = answer.header("Content-Security-Policy")
        directives = dict(part.strip().split(" ", 1) for part in words.split(";"))
        for name in ("script-src", "style-src"):
            equal(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", directives.pop(name)) is not None,
                  True, f"{name} is a hash, that")
        equal(directives, {"default-src": "'none'", "connect-src": "'self'", "img-src": "data:",
                           "base-uri": "'none'", "form-action": "'none'",
                           "frame-ancestors": "'none'"}, "the policy")
        equal((answer.header("X-Content-Type-Options"), answer.header("Cache-Control")),
              ("nosniff", "no-store"), "other headers")
        for lure in (b"<script ", b"<link rel=\"stylesheet", b"@import", b"url("):
            equal(lure in answer.body, False, f"{lure} stands in the page, that")
        equal(re.search(rb"<[^>]*\s(style|on[a-z]+)=", answer.body), None, "attributes that act")


@case("the data: numbers as programs read them, and the history of the last minutes")
def data():
    admin, gateway = started()
    with gateway as gw, ws.connect(gw, "/echo") as socket:
        socket.text("hello")
        socket.expect(ws.TEXT, b"hello")
        status = until(lambda: [s for s in [admin.status(gw)] if
                                s["history"]["rows"] and s["history"]["rows"][-1][1] == 1],
                       "a moment with the session")[0]
        echo = next(route for route in status["routes"] if route["name"] == "echo")
        wanted = {"sessions": 1, "sessions_total": 1, "messages_in": 1, "messages_out": 1,
                  "bytes_in": 5, "bytes_out": 5, "refused_total": 0, "gone": False}
        equal({key: echo[key] for key in wanted}, wanted, "the route")
        equal((status["ready"], status["leaving"], status["held_up"], status["sessions"]),
              (True, False, False, 1), "the whole")
        equal(status["history"]["keys"], ["time", "sessions", "connections", "messages_in",
                                          "messages_out", "bytes_in", "bytes_out", "refusals"],
              "what a moment has")
        equal(status["reload"]["success"], True, "the configuration")
        equal(status["recent"], [], "warnings")


run()
