"""The error log: levels, formats, files; what comes from outside cannot forge a line."""
import json

from harness import ws
from harness.backends import dead_url
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response
from harness.wait import until

DEAD = dead_url()
ROUTES = '''echo: { path = "/echo"; service = "echo"; };
            dead: { path = "/dead"; backend = "dead"; };'''
BACKENDS = f'dead: {{ servers = ["{DEAD}"]; tries = 1; }};'


def provoke(gateway, path="/dead", *headers):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path, headers=headers))
        read_response(wire)


def lines(gateway):
    log = gateway.dir / "error.log"
    return log.read_text().splitlines() if log.exists() else []


def own(level, form):
    gateway = Gateway(routes=ROUTES, backends=BACKENDS)
    conf = gateway.conf_file.read_text()
    old = 'to = "stderr"; level = "info";'
    contains(conf, old, "configuration")
    new = f'to = "@DIR@/error.log"; level = "{level}"; format = "{form}";'
    gateway.configure(conf.replace(old, new))
    return gateway


@case("text: one line for a failure, with its reason and the server")
def text():
    with own("info", "text") as gateway:
        provoke(gateway)
        until(lambda: [line for line in lines(gateway) if "refused" in line], "the line")
        line, = [line for line in lines(gateway) if "refused" in line]
        contains(line, DEAD.removeprefix("tcp://"), "line")


@case("json: every line is an object with time, level and message")
def as_json():
    with own("info", "json") as gateway:
        provoke(gateway)
        until(lambda: [line for line in lines(gateway) if "refused" in line], "the line")
    for line in lines(gateway):
        entry = json.loads(line)
        for key in ("time", "level"):
            contains(entry, key, "entry")


@case("level = error leaves warnings out")
def quiet():
    with own("error", "text") as gateway:
        provoke(gateway)
    equal([line for line in lines(gateway) if "refused" in line], [], "lines")


def forged(form):
    """A line break or an escape sequence from a client arrives escaped."""
    with own("info", form) as gateway:
        provoke(gateway, "/echo", "Origin: http://evil.example\tx")
        provoke(gateway, "/echo", "Origin: http://evil2.example\xc2\x9b31m")
        until(lambda: [line for line in lines(gateway) if "evil2" in line], "the line")
        for line in lines(gateway):
            controls = [c for c in line if ord(c) < 32 or 0x7f <= ord(c) < 0xa0]
            equal(controls, [], f"controls in {line!r}")


add("text: control characters are escaped", forged, "text")
add("json: control characters are escaped", forged, "json")
run()
