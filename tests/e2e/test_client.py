# slow
"""
contrib/client in Chromium: each transport forced, then whatever gets through what stands between;
its package: size, types, what is in it.
"""
import gzip
import json
import pathlib
import subprocess

from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.middlebox import (Middlebox, both, cuts_upgrades, holds_bodies_of_events,
                               holds_events, swallows_upgrades)
from harness.wait import until

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "contrib" / "client"
SCRIPT = FOLDER / "dist" / "framegate.min.js"
CLIENT = pathlib.Path(__file__).parent / "clients" / "client.mjs"
MOST = 4096     # bytes, compressed

ECHOED = ["grüße", "", "CR\rLF\nCR LF\r\n", [300000, True], [4, False], [300000, True]]
opened = []


def command(*args, **options):
    return subprocess.run(args, capture_output=True, text=True, timeout=300, check=False,
                          **options)


def used(page, url, how="", **options):
    """What the page saw."""
    result = command("node", str(CLIENT), page, url, json.dumps(options), how)
    equal((result.returncode, result.stderr), (0, ""), "the browser's exit status and messages")
    return json.loads(result.stdout)


def expect(seen, transport, subprotocol="", events=("transport", "open")):
    equal(seen["got"], ECHOED, "messages")
    equal(seen["events"], [*events, ["CloseEvent", 3000, "", True]], "events")
    equal((seen["transport"], seen["subprotocol"], seen["waiting"]),
          (transport, subprotocol, 0), "transport, subprotocol, bytes that wait")
    opened.append(transport)
    until(lambda: len(gateway.records(type="session", messages_in=6, messages_out=6))
          == len(opened), "a record with all messages", diagnose=gateway.diagnosis)


def page_of(where, scheme="http"):
    return where.url("/page", scheme)


def forced(transport, scheme, how=""):
    seen = used(page_of(gateway, scheme), gateway.url("/echo", scheme), how,
                transports=[transport], protocols=["other", "chat"])
    expect(seen, transport, "chat")
    equal(seen["url"], gateway.url("/echo", "wss" if scheme == "https" else "ws"), "url")


def through(rule, transport):
    """The page comes through the same middlebox, and asks for what is relative to it."""
    with Middlebox(gateway.port, rule) as box:
        expect(used(page_of(box), "echo", timeout=1000), transport)


def again():
    """Two sockets of one page, one after the other: the upgrade of the second is none."""
    with Middlebox(gateway.port, both(cuts_upgrades, holds_events)) as box:
        seen = used(page_of(box), "echo", "again", timeout=1000)
        opened.append("longpoll")
        expect(seen, "longpoll")
        equal(box.cuts, 1, "upgrades that were cut")


for transport in ("websocket", "sse", "longpoll"):
    for scheme in ("http", "https"):
        add(f"{transport}, {scheme}", forced, transport, scheme)
add("sse, as a module", forced, "sse", "http", "module")
add("sse by EventSource", forced, "sse", "http", "no-streams")

add("upgrades are cut", through, cuts_upgrades, "sse")
add("upgrades are swallowed", through, swallows_upgrades, "sse")
add("upgrades are cut, events held back", through, both(cuts_upgrades, holds_events),
    "longpoll")
add("upgrades are swallowed, bodies of events held back", through,
    both(swallows_upgrades, holds_bodies_of_events), "longpoll")
add("what worked is tried first", again)


@case("a page of another origin, with cookies and without")
def other_origin():
    for credentials in ("same-origin", "include"):
        for transport in ("sse", "longpoll"):
            seen = used(f"http://localhost:{gateway.port}/page", gateway.url("/far", "http"),
                        transports=[transport], credentials=credentials, protocols=["chat"])
            expect(seen, transport, "chat")


@case("a page of an origin that is not allowed")
def wrong_origin():
    seen = used(f"http://localhost:{gateway.port}/page", gateway.url("/echo", "http"))
    equal(seen["events"], ["error", ["CloseEvent", 1006, "", False]], "events")


@case("refusals: the gateway's code and words")
def refused():
    seen = used(page_of(gateway), gateway.url("/dead", "http"))
    equal(seen["events"], ["error", ["CloseEvent", 1014, "backend refused the connection", False]],
          "events")
    seen = used(page_of(gateway), gateway.url("/close", "http"), transports=["longpoll"])
    equal(seen["events"], ["transport", "open", ["CloseEvent", 3000, "Go away!", True]], "events")


@case("the script is small, and says what it is")
def weight():
    packed = len(gzip.compress(SCRIPT.read_bytes(), 9, mtime=0))
    equal(packed <= MOST, True, f"{packed} bytes, compressed: no more than {MOST}")
    contains(SCRIPT.read_text(), "/* framegate 0.1.0, BSD-2-Clause */", "script")
    equal((FOLDER / "LICENSE").read_bytes(), (TOP / "COPYING").read_bytes(), "license")


@case("types: what a program may do, and what not")
def types():
    result = command(str(FOLDER / "node_modules/.bin/tsc"), "-p", str(TOP / "tests" / "client"))
    equal((result.returncode, result.stdout), (0, ""), "what the compiler says")


@case("the package: what is in it, and how it is imported")
def package():
    result = command("npm", "pack", "--dry-run", "--json", "--ignore-scripts", cwd=FOLDER)
    equal(result.returncode, 0, f"exit status ({result.stderr})")
    names = sorted(entry["path"] for entry in json.loads(result.stdout)[0]["files"])
    equal(names, ["LICENSE", "README.md", "dist/framegate.min.js", "framegate.d.ts",
                  "framegate.js", "package.json"], "files")
    program = ('import Default, { Framegate } from "framegate";'
               'import("framegate/framegate.min.js").then(() => console.log('
               'Default === Framegate, globalThis.Framegate.OPEN, Framegate.CLOSED));')
    result = command("node", "--input-type=module", "-e", program, cwd=FOLDER)
    equal((result.returncode, result.stdout), (0, "true 1 3\n"), f"import ({result.stderr})")


built = command("sh", str(FOLDER / "build"))
if built.returncode:
    raise SystemExit(f"not ok - contrib/client/build: {built.stderr}")
ALL = 'transports = [ "websocket", "sse", "longpoll" ];'
gateway = Gateway(top="workers = 2;", backends='''
dead: { servers = [ "tcp://127.0.0.1:9" ]; };
''', routes=f'''
page: {{ path = "=/page"; respond: {{ type = "text/html"; body = "<title>p</title>"; }}; }};
client: {{ path = "/client"; static = "{FOLDER}"; }};
echo: {{ path = "/echo"; service = "echo"; {ALL} subprotocols = [ "chat", "" ]; }};
close: {{ path = "/close"; service = "close"; {ALL} }};
dead: {{ path = "/dead"; backend = "dead"; {ALL} }};
far: {{ path = "/far"; service = "echo"; {ALL} origins = [ "*" ]; subprotocols = [ "chat" ];
    cors: {{ origins = [ "http://localhost:@PORT@" ]; methods = [ "GET", "POST", "DELETE" ];
        headers = [ "Content-Type", "Framegate-Seq", "Framegate-Protocol" ];
        credentials = true; }}; }};
''', listeners='local: { bind = "127.0.0.1:@PORT@"; };')
conf = gateway.conf_file.read_text().replace("@PORT@", str(gateway.port))
gateway.configure(conf)
run(gateway)
