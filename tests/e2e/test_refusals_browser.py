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
}
BACKENDS = f'''
    b: {{ servers = [ "{backend.url}" ]; }};
    map: {{ map = "{tokens}"; key = "${{query.token}}"; allow_targets = "127.0.0.0/8"; }};
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
ROUTES = PAGE + " ".join(f'{name}: {{ path = "/{name}"; refuse = "close"; {keys} }};'
                         for name, (keys, _, _) in CASES.items())


def told(gateway, urls):
    """[code, reason, wasClean] for each (path, subprotocols)."""
    wanted = json.dumps([[gateway.url(path), offer] for path, offer in urls])
    done = subprocess.run(["node", CLIENT, gateway.url("/page", "http"), wanted],
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
    with Gateway(top="workers = 1;", backends=BACKENDS, routes=ROUTES) as gateway:
        with contextlib.ExitStack() as stack:
            occupied(gateway, stack)
            paths = {"token": "/token?token=nobody", "target": "/target?token=away"}
            got = told(gateway, [(paths.get(name, f"/{name}"), offer) for name in CASES])
            for (name, (_, code, reason)), heard in zip(CASES.items(), got):
                equal(heard, [code, reason, True], f"what the page heard of {name}")


def all_together(limits, others, code, reason):
    """What is against the connection itself."""
    with Gateway(top=f"limits: {{ {limits} }};", backends=BACKENDS, routes=ROUTES +
                 'any: { backend = "b"; refuse = "close"; };') as gateway:
        with contextlib.ExitStack() as stack:
            # The page's own connection is kept, and the browser may open spare ones.
            for _ in range(others):
                stack.enter_context(ws.connect(gateway, "/any"))
            equal(told(gateway, [("/any", ["binary"]), ("/any", [])]),
                  [[code, reason, True]] * 2, "what the page heard")


add("each refusal, without subprotocols", each, [])
add("each refusal, with subprotocols offered", each, ["binary", "base64"])
add("handshakes", all_together, 'handshakes = "1/h burst 1";', 1,
    4429, "more handshakes than limits.handshakes")
run()
