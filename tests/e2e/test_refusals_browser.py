# slow
"""refuse = close: a page in a real browser sees the code and the words of each refusal."""
import contextlib
import json
import pathlib
import subprocess

from harness import scratch, ws
from harness.backends import Backend, BlackHole, dead_url, echo
from harness.cases import add, equal, run
from harness.gateway import Gateway

CLIENT = pathlib.Path(__file__).parent / "clients" / "refusals.mjs"
backend, silent, black_hole = Backend().serve(echo), Backend(), BlackHole()
(tokens := scratch.folder() / "tokens").write_text("away: 192.0.2.1:7\n")

# path: what it takes, what the page hears
CASES = {
    "sessions": ('backend = "b"; limits: { sessions = 1; };',
                 4429, "limits.sessions of the route reached"),
    "per_ip": ('backend = "b"; limits: { per_ip = 1; };',
               4429, "limits.per_ip of the route reached"),
    "denied": ('backend = "b"; deny = "127.0.0.0/8";', 4403, "client address denied"),
    "origin": ('backend = "b"; origins = [ "https://example.com" ];', 4403, "origin not allowed"),
    "subprotocol": ('backend = "b"; subprotocols = [ "other" ];',
                    4400, "no common subprotocol"),
    "token": ('backend = "map";', 4404, "no such token in the map"),
    "target": ('backend = "map";', 4403, "the target's address is not in allow_targets"),
    "dead": ('backend = "dead";', 1014, "backend refused the connection"),
    "down": ('backend = "down";', 1014, "no server of the backend is up"),
    "slow": ('backend = "slow";', 1014, "backend did not answer within connect_timeout"),
    "full": ('backend = "full";', 1013, "every server of the backend has max_sessions"),
    "queue": ('backend = "queue";', 1013, "no place in the backend within queue.timeout"),
    "queue_full": ('backend = "queue_full";', 1013, "the queue for the backend is full"),
    "control": ('backend = "greeted";', 4400, "a value of the request holds a control character"),
    "nowhere": (None, 4404, "no route takes this request"),
}
PATHS = {"token": "/token?token=nobody", "target": "/target?token=away",
         "control": "/control?who=%01"}
BACKENDS = f'''
    b: {{ servers = [ "{backend.url}" ]; }};
    map: {{ map = "{tokens}"; key = "${{query.token}}"; allow_targets = "127.0.0.0/8"; }};
    greeted: {{ servers = [ "{backend.url}" ]; preamble = "${{query.who}}"; }};
    dead: {{ servers = [ "{dead_url()}" ]; }};
    down: {{ servers = [ "{dead_url()}" ]; }};
    slow: {{ servers = [ "{black_hole.url}" ]; connect_timeout = "200ms"; tries = 1; }};
    full: {{ servers = [ "{silent.url}" ]; max_sessions = 1; }};
    queue: {{ servers = [ "{silent.url}" ]; max_sessions = 1;
              queue: {{ length = 1; timeout = "100ms"; }}; }};
    queue_full: {{ servers = [ "{silent.url}" ]; max_sessions = 1;
                   queue: {{ length = 1; timeout = "1h"; }}; }};
'''
PAGE = 'page: { path = "/page"; respond: { type = "text/html"; body = "<title>x</title>"; }; };'
ROUTES = PAGE + " ".join(f'{name}: {{ path = "/{name}"; {keys} }};'
                         for name, (keys, _, _) in CASES.items() if keys)
TOP = 'defaults: { refuse = "close"; };'


def told(gateway, urls, pages=None):
    """[code, reason, wasClean] for each (path, subprotocols)."""
    wanted = json.dumps([[gateway.url(path), offer] for path, offer in urls])
    done = subprocess.run(["node", CLIENT, (pages or gateway).url("/page", "http"), wanted],
                          capture_output=True, text=True, timeout=120, check=False)
    equal(done.returncode, 0, f"exit status ({done.stderr})")
    return json.loads(done.stdout)


def occupied(gateway, stack):
    """Sessions that stand where there is one place only; one that waits for it; a server is down."""
    for _ in range(3):
        with ws.connect(gateway, "/down") as session:
            session.expect_failed(1014)
    for name in ("sessions", "per_ip", "full", "queue", "queue_full"):
        stack.enter_context(ws.connect(gateway, f"/{name}"))
    stack.enter_context(ws.start(gateway, "/queue_full"))


def each(offer):
    with Gateway(top="workers = 1;" + TOP, backends=BACKENDS, routes=ROUTES) as gateway:
        with contextlib.ExitStack() as stack:
            occupied(gateway, stack)
            got = told(gateway, [(PATHS.get(name, f"/{name}"), offer) for name in CASES])
            for (name, (_, code, reason)), heard in zip(CASES.items(), got):
                equal(heard, [code, reason, True], f"what the page heard of {name}")
                record = gateway.expect_record(path=f"/{name}", close_code=code, reason=reason)
                equal((record["status"], record["closed_by"]), (101, "gateway"), "record")


def all_together(limits, code, reason):
    """What is against the connection itself; the page comes from elsewhere, so it has one only."""
    with Gateway(top=TOP + f"limits: {{ {limits} }};", backends=BACKENDS, routes='''
                 any: { backend = "b"; origins = [ "*" ]; };''') as gateway:
        with Gateway(routes=PAGE) as pages, ws.connect(gateway, "/"):
            equal(told(gateway, [("/any", ["binary"]), ("/any", [])], pages),
                  [[code, reason, True]] * 2, "what the page heard")
            gateway.expect_log(f": 127.0.0.1: {reason}")
            gateway.expect_record(path="/any", close_code=code, reason=reason)


add("each refusal, without subprotocols", each, [])
add("each refusal, with subprotocols offered", each, ["binary", "base64"])
add("handshakes", all_together, 'handshakes = "1/h burst 1";',
    4429, "more handshakes than limits.handshakes")
add("connections", all_together, "connections = 1;", 1013, "limits.connections reached")
add("per_ip", all_together, "per_ip = 1;", 4429, "limits.per_ip reached")
add("memory", all_together, 'memory = "16K";', 1013, "limits.memory reached")
run()
