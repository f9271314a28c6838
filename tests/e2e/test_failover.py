"""Several servers: taken in turn, and the next one when one is dead."""
import collections
import time

from harness import ws
from harness.backends import Backend, BlackHole, dead_url
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_head, read_response


def greeting(name):
    return lambda wire: (wire.send(name), wire.read_all())


one, two, three = (Backend().serve(greeting(name)) for name in (b"1", b"2", b"3"))
black_hole, other_hole = BlackHole(), BlackHole()


def server_of(path):
    with ws.connect(gateway, path) as socket:
        who = socket.stream(1)
        socket.finish()
        return who


@case("roundrobin: each server gets its share")
def in_turn():
    counts = collections.Counter(server_of("/three") for _ in range(30))
    for name in (b"1", b"2", b"3"):
        equal(8 <= counts[name] <= 12, True, f"a fair share in {counts}")


@case("a dead server is passed over, and nobody notices")
def one_dead():
    equal({server_of("/dead_first") for _ in range(10)}, {b"1"}, "servers")


@case("a server that does not answer is passed over after connect_timeout")
def one_silent():
    equal({server_of("/silent_first") for _ in range(3)}, {b"2"}, "servers")


@case("several servers that never answer: a good one is found within connect_timeout")
def silent_crowd():
    began = time.monotonic()
    equal(server_of("/silent_crowd"), b"1", "server")
    took = time.monotonic() - began
    print(f"# found after {took:.2f} s, of 3 s")
    equal(took < 3, True, f"within connect_timeout, it took {took:.2f} s")
    gateway.expect_log("backend had not answered yet when another server did")


@case("tries: no more servers than that are asked")
def tries():
    statuses = set()
    for _ in range(4):
        with gateway.wire() as wire:
            wire.send(ws.handshake("/two_dead"))
            statuses.add(read_head(wire).status)
    equal(502 in statuses, True, f"a refusal in {statuses}")


@case("all dead: 502")
def all_dead():
    with gateway.wire() as wire:
        wire.send(ws.handshake("/all_dead"))
        equal(read_response(wire).status, 502, "status")


@case("the record names the server that was used")
def recorded():
    server_of("/dead_first")
    equal(gateway.expect_record(route="dead_first").get("server"), one.url, "server")


SERVERS = {
    "three": ([one.url, two.url, three.url], ""),
    "dead_first": ([dead_url(), one.url], ""),
    "silent_first": ([black_hole.url, two.url], 'connect_timeout = "1s";'),
    "silent_crowd": ([black_hole.url, other_hole.url, one.url + " backup"], "tries = 3;"),
    "two_dead": ([dead_url(), dead_url(), one.url], "tries = 1;"),
    "all_dead": ([dead_url(), dead_url()], "tries = 5;"),
}


def listed(urls):
    return ", ".join(f'"{url}"' for url in urls)


gateway = Gateway(
    top="workers = 1;",
    routes="".join(f'{n}: {{ path = "/{n}"; backend = "{n}"; }};\n' for n in SERVERS),
    backends="".join(f"{n}: {{ servers = [{listed(urls)}]; {more} }};\n"
                     for n, (urls, more) in SERVERS.items()))
run(gateway)
