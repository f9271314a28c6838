"""balance, weights, backup, max_sessions and queue: who gets which session, and who waits."""
import collections
import contextlib

from harness import ws
from harness.backends import Backend, dead_url
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response
from harness.wait import until


def greeting(name):
    return lambda wire: (wire.send(name), wire.read_all())


servers = [Backend().serve(greeting(b"%d" % i)) for i in range(3)]
A, B, C = (f'"{s.url}"' for s in servers)


def listed(*urls):
    return f"servers = [{', '.join(urls)}];"


def option(url, options):
    return f'{url[:-1]} {options}"'


def opened(path, **options):
    """An open session and the name of its server."""
    socket = ws.connect(gateway, path, **options)
    return socket, int(socket.stream(1))


def server_of(path, **options):
    socket, who = opened(path, **options)
    socket.finish()
    return who


def refused(path, status, reason):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path))
        response = read_response(wire)
    equal(response.status, status, "status")
    equal(reason in response.body.decode(), True, f"{reason} in {response.body}")
    return response


@case("weights")
def weights():
    equal([server_of("/weights") for _ in range(14)], [0, 0, 1, 0, 2, 0, 0] * 2, "servers")


@case("leastconn: who has the fewest gets the next one")
def leastconn():
    with contextlib.ExitStack() as stack:
        sessions = [opened("/least") for _ in range(30)]
        for socket, _ in sessions:
            stack.callback(socket.wire.close)
        equal(collections.Counter(who for _, who in sessions), {0: 10, 1: 10, 2: 10}, "counts")
        freed = [s for s in sessions if s[1] == 1][:5]
        for socket, _ in freed:
            socket.finish()
        until(lambda: len(gateway.records(route="least", status=101)) == 5, "five records")
        for _ in range(5):
            socket, who = opened("/least")
            stack.callback(socket.wire.close)
            equal(who, 1, "server")


@case("random: all of them, and none far beyond its share")
def best_of_two():
    with contextlib.ExitStack() as stack:
        counts = collections.Counter()
        for _ in range(90):
            socket, who = opened("/random")
            stack.callback(socket.wire.close)
            counts[who] += 1
        equal(all(20 <= counts[i] <= 40 for i in range(3)), True, f"fair shares in {counts}")


@case("hash: the same key, the same server, and the others keep theirs when one is dead")
def hashed():
    keys = [f"user{i}" for i in range(40)]
    first = {key: server_of(f"/hash?user={key}") for key in keys}
    equal({key: server_of(f"/hash?user={key}") for key in keys}, first, "servers")
    equal(set(first.values()), {0, 1, 2}, "servers used")
    fewer = {key: server_of(f"/hash_dead?user={key}") for key in keys}
    for key in keys:
        if first[key] != 2:
            equal(fewer[key], first[key], f"server of {key}")


@case("hash: a control character in the key is 400")
def hash_control():
    refused("/hash?user=a%0Ab", 400, "control character")


@case("backup: only while no other server is up")
def backup():
    equal({server_of("/backup") for _ in range(6)}, {0}, "servers")
    equal({server_of("/backup_only") for _ in range(6)}, {1}, "servers")


@case("max_sessions: 503 with Retry-After, and the next one when a place is free")
def full():
    one, _ = opened("/full")
    response = refused("/full", 503, "max_sessions")
    equal(response.header("Retry-After") is not None, True, "Retry-After")
    with ws.connect(gateway, "/full_close") as socket:
        socket.stream(1)
        second = ws.connect(gateway, "/full_close")
        got = second.frame()
        equal((got.code, "max_sessions" in got.reason), (1013, True), f"close {got.reason}")
        second.wire.close()
    one.finish()
    gateway.expect_record(route="full", status=101)
    opened("/full")[0].finish()


@case("max=N of a server goes before max_sessions")
def own_max():
    with contextlib.ExitStack() as stack:
        counts = collections.Counter()
        for _ in range(5):
            socket, who = opened("/own_max")
            stack.callback(socket.wire.close)
            counts[who] += 1
        equal(counts, {0: 1, 1: 4}, "sessions")


@case("queue: first come, first served; who leaves gives the place up; full is 503")
def queue():
    """One worker sees what happens to its sockets in the order in which it happens."""
    with Gateway(top="workers = 1;", backends=BACKENDS,
                 routes='queue: { path = "/queue"; backend = "queue"; };') as own:
        holder = ws.connect(own, "/queue")
        holder.stream(1)
        first, gone, third = (ws.start(own, "/queue") for _ in range(3))
        with own.wire() as wire:
            wire.send(ws.handshake("/queue"))
            response = read_response(wire)
        equal((response.status, b"queue" in response.body), (503, True), "a fourth one")
        gone.wire.close()
        fourth = ws.start(own, "/queue")
        holder.finish()
        equal(first.opened().stream(1), b"0", "greeting")
        equal(third.wire.unread, b"", "the third still waits")
        first.finish()
        equal(third.opened().stream(1), b"0", "greeting")
        third.finish()
        equal(fourth.opened().stream(1), b"0", "greeting")
        fourth.finish()


@case("queue: 504 after its timeout, 1013 where the reason is to be seen")
def queue_timeout():
    holder, _ = opened("/brief")
    refused("/brief", 504, "queue.timeout")
    holder.finish()
    holder, _ = opened("/brief_close")
    late = ws.connect(gateway, "/brief_close")
    got = late.frame()
    equal((got.code, "queue.timeout" in got.reason), (1013, True), f"close {got.reason}")
    late.wire.close()
    holder.finish()


BACKENDS = f'''
weights: {{ {listed(option(A, "weight=5"), B, C)} }};
least: {{ {listed(A, B, C)} balance = "leastconn"; }};
random: {{ {listed(A, B, C)} balance = "random"; }};
hash: {{ {listed(A, B, C)} balance = "hash:${{query.user}}"; }};
hash_dead: {{ {listed(A, B, chr(34) + dead_url() + chr(34))} balance = "hash:${{query.user}}"; }};
backup: {{ {listed(A, option(B, "backup"))} }};
backup_only: {{ {listed(chr(34) + dead_url() + chr(34), option(B, "backup"))} }};
full: {{ {listed(A)} max_sessions = 1; }};
full_close: {{ {listed(A)} max_sessions = 1; }};
own_max: {{ {listed(option(A, "max=1"), B)} max_sessions = 9; }};
queue: {{ {listed(A)} max_sessions = 1; queue: {{ length = 3; timeout = "1h"; }}; }};
brief: {{ {listed(A)} max_sessions = 1; queue: {{ timeout = "20ms"; }}; }};
brief_close: {{ {listed(A)} max_sessions = 1; queue: {{ timeout = "20ms"; }}; }};
'''
NAMES = [line.split(":")[0] for line in BACKENDS.strip().splitlines()]
gateway = Gateway(top="workers = 2;", backends=BACKENDS, routes="".join(
    f'{name}: {{ path = "/{name}"; backend = "{name}"; '
    f'{"refuse = " + chr(34) + "close" + chr(34) + ";" if name.endswith("close") else ""} }};\n'
    for name in NAMES))
run(gateway)
