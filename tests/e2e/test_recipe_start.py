"""conf/examples/start.conf and docs/start.md: what the first page says is what happens."""
import re

from harness import scratch, ws
from harness.backends import Backend
from harness.cases import case, contains, equal, run
from harness.gateway import command
from harness.recipe import EXAMPLES, recipe

PAGE = (EXAMPLES.parents[1] / "docs" / "start.md").read_text()


def lines(wire):
    """Answers each line in upper case."""
    while line := wire.read_until(b"\n"):
        wire.send(line.upper())


@case("a message is a line to the service, and a line a message; the echo returns it")
def first():
    with ws.connect(gateway, "/live") as socket:
        for word in ("hello", "again"):
            socket.text(word)
            socket.expect_message(ws.TEXT, word.upper().encode())
    with ws.connect(gateway, "/echo") as socket:
        socket.binary(b"a\nb")
        socket.expect_message(ws.BINARY, b"a\nb")


@case("a mistake is told as the page has it")
def mistake():
    path = scratch.folder() / "shop.conf"
    path.write_text((EXAMPLES / "start.conf").read_text().replace("servers", "server"))
    wanted = re.search(r"^ +shop\.conf:(\d+: error: .*)$", PAGE, re.M)[1]
    checked = command("check", "-c", str(path))
    equal(checked.returncode, 1, "exit status")
    contains(checked.stderr, f"{path}:{wanted}\n")


@case("explain names the route of the address that the page asks for")
def explained():
    url = re.search(r"framegate explain .* (ws://\S+)$", PAGE, re.M)[1]
    said = command("explain", "-c", str(EXAMPLES / "start.conf"), url)
    equal(said.returncode, 0, "exit status")
    contains(said.stdout, "takes it: path below \"/live\"")


gateway = recipe("start", shop=("tcp://127.0.0.1:7000", Backend().serve(lines).url))
run(gateway)
