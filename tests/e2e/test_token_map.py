"""map, key and allow_targets: tokens lead to targets, and to none that is not in the file."""
import concurrent.futures
import itertools
import os

from harness import scratch, ws
from harness.backends import Backend, dead_url
from harness.cases import add, case, equal, run
from harness.gateway import Gateway, command
from harness.http1 import read_response
from harness.wait import until


def say(name):
    return lambda wire: (wire.send(name), wire.read_all())


class Map:
    """A token file; written in place, or as editors do it, by a rename."""

    def __init__(self, path):
        self.path = path

    def write(self, text):
        self.path.write_text(text)

    def replace(self, text):
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(text)
        os.rename(new, self.path)


folder = scratch.folder()
(folder / "dir").mkdir()
one, two, three = (Backend().serve(say(name)) for name in (b"1", b"2", b"3"))
sock = Backend(unix=folder / "u.sock").serve(say(b"u"))
ONE, TWO, THREE = (b.url.removeprefix("tcp://") for b in (one, two, three))
tokens = Map(folder / "tokens")
many = Map(folder / "many")
part = Map(folder / "dir" / "a")
tokens.write(f"# comment\n\none: {ONE}\ntwo: {TWO}\nwith space: {TWO}\n"
             f"a/../b: {TWO}\nmapped: ::ffff:{ONE}\n"
             f"local: unix_socket:{folder}/u.sock\nnamed: localhost:{one.port}\n"
             f"dead: {dead_url().removeprefix('tcp://')}\nfull: {THREE}\n")
many.write("")
part.write(f"one: {ONE}\n")


def opened(path):
    socket = ws.connect(gateway, path)
    return socket, socket.stream(1)


def who(path):
    socket, name = opened(path)
    socket.finish()
    return name


def refused(path, status):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path))
        equal(read_response(wire).status, status, f"status of {path}")


@case("a token leads to its target, wherever the key takes it from")
def found():
    equal(who("/q?token=one"), b"1", "target")
    equal(who("/q?x=y&token=with%20space"), b"2", "target")
    equal(who("/q?token=with+space"), b"2", "target")
    equal(who("/q?token=%6fne&token=two"), b"1", "target")
    equal(who("/q?token=a%2F..%2Fb"), b"2", "target")
    equal(who("/q?token=mapped"), b"1", "target")
    equal(who("/p/two"), b"2", "target")
    equal(who("/q?token=local"), b"u", "target")
    record = gateway.expect_record(route="path", status=101)
    equal((record["backend"], record["server"]), ("path", f"tcp://{TWO}"), "record")


def unknown(path):
    refused(path, 404)


@case("refuse = close: 4404 and a reason")
def close_code():
    with ws.connect(gateway, "/close?token=nobody") as socket:
        equal(socket.expect_failed(4404), "no such token in the map", "reason")


@case("a control character in a token is 400")
def control():
    refused("/q?token=one%0A", 400)
    refused("/q?token=%00", 400)


@case("a change counts for the very next session; those that are open go on")
def changes():
    kept, name = opened("/q?token=one")
    for turn in range(20):
        target, wanted = ((TWO, b"2"), (THREE, b"3"))[turn % 2]
        (tokens.write, tokens.replace)[turn % 3 == 0](
            tokens.path.read_text().split("changing:")[0] + f"changing: {target}\n")
        equal(who("/q?token=changing"), wanted, f"target after change {turn}")
    tokens.write(tokens.path.read_text().split("changing:")[0])
    refused("/q?token=changing", 404)
    kept.binary(b"still here")
    kept.finish()


@case("a directory means all its files, and what changes in it counts at once")
def directory():
    equal(who("/dir?token=one"), b"1", "target")
    more = Map(folder / "dir" / "b")
    for turn in range(10):
        more.write(f"new{turn}: {TWO}\n")
        equal(who(f"/dir?token=new{turn}"), b"2", "target")
        if turn:
            refused(f"/dir?token=new{turn - 1}", 404)
    os.unlink(more.path)
    refused("/dir?token=new9", 404)
    equal(who("/dir?token=one"), b"1", "target")


@case("a directory may hold what is no file, and links that lead out of it")
def anything():
    odd = folder / "dir"
    elsewhere = Map(folder / "elsewhere")
    elsewhere.write(f"linked: {ONE}\n")
    os.mkfifo(odd / "fifo")
    os.mkdir(odd / "folder")
    os.symlink("loop", odd / "loop")
    os.symlink(elsewhere.path, odd / "link")
    with Backend(unix=odd / "socket"):
        equal(who("/dir?token=linked"), b"1", "target")
        gateway.expect_log(f"cannot read the tokens in {odd}/loop")
        for turn in range(10):
            target, wanted = ((TWO, b"2"), (THREE, b"3"))[turn % 2]
            (elsewhere.write, elsewhere.replace)[turn % 3 == 0](f"linked: {target}\n")
            equal(who("/dir?token=linked"), wanted, f"target after change {turn}")
    os.rmdir(odd / "folder")
    for name in ("fifo", "loop", "link", "socket"):
        (odd / name).unlink(missing_ok=True)
    refused("/dir?token=linked", 404)


@case("lines that are wrong are said, and the others count")
def wrong_lines():
    wrong = Map(folder / "dir" / "w")
    wrong.write(f"bad\nfine: {THREE}\nworse: h:99999\n")
    equal(who("/dir?token=fine"), b"3", "target")
    gateway.expect_log(f"{wrong.path}:1: expected 'TOKEN: HOST:PORT'")
    gateway.expect_log(f"{wrong.path}:3: its port must be a number from 1 to 65535")
    refused("/dir?token=worse", 404)
    os.unlink(wrong.path)


@case("a file that is gone has no tokens; back again it has")
def gone():
    text = tokens.path.read_text()
    os.unlink(tokens.path)
    refused("/q?token=one", 404)
    tokens.replace(text)
    equal(who("/q?token=one"), b"1", "target")


@case("a file that cannot be read leaves the tokens that were there")
def unreadable():
    big = folder / "big"
    with open(big, "wb") as f:
        f.truncate(65 << 20)
    text = tokens.path.read_text()
    os.rename(big, tokens.path)
    equal(who("/q?token=one"), b"1", "target")
    gateway.expect_log("more than 64M")
    os.unlink(tokens.path)
    tokens.replace(text)
    equal(who("/q?token=one"), b"1", "target")


@case("allow_targets: judged by address, names after they were resolved")
def allowed():
    for _ in range(5):                  # which says nothing about the target
        refused("/denied?token=one", 403)
    refused("/denied?token=named", 403)
    refused("/denied?token=mapped", 403)
    refused("/denied?token=local", 403)
    gateway.expect_log("the target's address is not in allow_targets")
    equal(who("/allowed?token=one"), b"1", "target")
    equal(who("/allowed?token=mapped"), b"1", "target")
    refused("/allowed?token=local", 403)


@case("max_sessions counts for each target, and a dead one is 502")
def limits():
    socket, _ = opened("/few?token=full")
    refused("/few?token=full", 503)
    equal(who("/few?token=one"), b"1", "another target")
    tokens.write(tokens.path.read_text() + "# the target stays the same\n")
    refused("/few?token=full", 503)
    socket.finish()
    until(lambda: gateway.records(route="few", server=f"tcp://{THREE}"), "the session's end")
    equal(who("/few?token=full"), b"3", "target")
    refused("/few?token=dead", 502)


@case("sessions that come, or give up, while a large map changes: never a wrong target")
def storm():
    crowd = "".join(f"token-{n}: {THREE}\n" for n in range(20000))
    many.write(f"{crowd}x: {ONE}\n")
    turns, over = itertools.cycle((ONE, TWO)), []

    def client(number):
        names = set()
        for turn in range(20):
            if (number + turn) % 3 == 0:
                with gateway.wire() as wire:        # and goes away at once
                    wire.send(ws.handshake("/many?token=x"))
            else:
                names.add(who("/many?token=x"))
        return names

    def writer():
        while not over:
            many.replace(f"{crowd}x: {next(turns)}\n")

    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        writing = pool.submit(writer)
        try:
            names = set().union(*pool.map(client, range(8)))
        finally:
            over.append(True)
        writing.result()
    equal(names <= {b"1", b"2"}, True, f"targets {names}")
    many.replace(f"{crowd}x: {THREE}\n")
    equal(who("/many?token=x"), b"3", "target in the end")
    equal(who("/many?token=token-19999"), b"3", "target of the last token")


@case("framegate check: a map needs its key, and goes before or instead of servers")
def mistakes():
    conf = folder / "wrong.conf"
    conf.write_text('''listeners: { a: { bind = "127.0.0.1:1"; }; };
backends: { a: { map = "x"; }; b: { key = "${host}"; }; c: { servers = "tcp://a:1"; map = "x";
 key = "${query.a}"; }; d: { servers = "tcp://a:1"; allow_targets = "10.0.0.0/8"; }; };
routes: { a: { backend = "a"; }; };
''')
    done = command("check", "-c", str(conf))
    equal(done.returncode, 1, "exit status")
    for words in ("a 'map' needs a 'key'", "backend 'b' needs 'servers' or a 'map'",
                  "'key' goes with 'map'", "backend 'c' has a 'map' and 'servers'",
                  "'allow_targets' goes with 'map'"):
        equal(words in done.stderr, True, f"{words!r} in {done.stderr}")


def backend(name, more="", key="${query.token}", path=tokens.path):
    return f'{name}: {{ map = "{path}"; key = "{key}"; {more} }};\n'


gateway = Gateway(
    top="workers = 2;",
    backends=backend("query") + backend("path", key="${path.id}") +
    backend("dir", path=folder / "dir") + backend("few", "max_sessions = 1;") +
    backend("many", path=many.path) +
    backend("denied", 'allow_targets = "192.0.2.0/24";') +
    backend("allowed", 'allow_targets = [ "127.0.0.0/8", "::1" ];'),
    routes=r'''
query: { path = "/q"; backend = "query"; };
path: { path = "~^/p/(?<id>[^/]+)$"; backend = "path"; };
dir: { path = "/dir"; backend = "dir"; };
many: { path = "/many"; backend = "many"; };
few: { path = "/few"; backend = "few"; };
denied: { path = "/denied"; backend = "denied"; };
allowed: { path = "/allowed"; backend = "allowed"; };
close: { path = "/close"; backend = "query"; refuse = "close"; };
''')
for path in ("/q", "/q?token=", "/q?token=nobody", "/q?token=one%20", "/q?token=One",
             "/q?token=..%2Ftokens", f"/q?token={ONE}", f"/q?token=x%3A%20{ONE}", "/q?token=%23",
             "/q?token=" + "x" * 6000, "/q?token=one%3A%20" + ONE, "/q?token=unix_socket:/run/x", "/q?token=nobody&token=one", "/q?token=%FF", "/q?token=a/b",
             "/q?token[]=one", "/p/nobody", "/p/%2e%2e%2fone"):
    add(f"not in the map: {path[:60]}", unknown, path)
run(gateway)
