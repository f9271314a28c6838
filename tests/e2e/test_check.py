"""framegate check: every mistake with its place, the line, what was expected; exit 0 or 1."""
import re

from harness import scratch
from harness.cases import add, case, contains, equal, run
from harness.gateway import command

GOOD = '''listeners: { main: { bind = "127.0.0.1:8080"; }; };
backends: { one: { servers = ["tcp://127.0.0.1:7"]; }; };
routes: { main: { backend = "one"; }; };
'''
REST = 'listeners: { main: { bind = "127.0.0.1:8080"; }; };\n'
ROUTE = 'routes: { main: { service = "echo"; %s }; };\n'
TWO = 'routes: { %s service = "echo"; };\n%s service = "echo"; }; };\n'

# name: text, line of the mistake, what the message holds
MISTAKES = {
    "an unknown key": (GOOD + 'wokers = 2;\n', 4, ["wokers", "workers"]),
    "an unknown key of a route": (REST + ROUTE % 'subprotocol = ["a"];', 2,
                                  ["subprotocol", "did you mean 'subprotocols'"]),
    "an unknown key of a listener": (
        'listeners: { main: { bnid = "127.0.0.1:8080"; }; };\n' + ROUTE % "", 1, ["bind"]),
    "a syntax error": (GOOD + "workers = ;\n", 4, []),
    "a wrong type": (GOOD + 'workers = "many";\n', 4, ["workers"]),
    "a negative number": (GOOD + "workers = -1;\n", 4, ["workers"]),
    "a number that wraps": (GOOD + "workers = 4294967297;\n", 4, ["workers"]),
    "a bad duration": (REST + ROUTE % 'idle = "5 parsecs";', 2, ["idle", "5 parsecs"]),
    "a negative duration": (REST + ROUTE % 'idle = -5;', 2, ["idle"]),
    "a duration that overflows": (REST + ROUTE % 'idle = "99999999999999999999d";', 2, ["idle"]),
    "a bad size": (REST + ROUTE % 'max_message = "1X";', 2, ["max_message", "1X"]),
    "a size that overflows": (REST + ROUTE % 'max_message = "99999999999G";', 2, ["max_message"]),
    "an unknown word": (REST + ROUTE % 'framing = "binry";', 2, ["framing", "binary"]),
    "a bad address": ('listeners: { main: { bind = "127.0.0.1:notaport"; }; };\n' + ROUTE % "", 1,
                      ["bind"]),
    "a port too large": ('listeners: { main: { bind = "127.0.0.1:65536"; }; };\n' + ROUTE % "", 1,
                         ["65536"]),
    "a bad network": (REST + ROUTE % 'source = ["10.0.0.0/33"];', 2, ["10.0.0.0/33"]),
    "a bad pattern": (REST + ROUTE % 'path = "~^/(";', 2, ["path"]),
    "a bad server": (REST + 'backends: { one: { servers = ["gopher://x:1"]; }; };\n'
                     'routes: { main: { backend = "one"; }; };\n', 2, ["gopher"]),
    "an unknown backend": (REST + 'routes: { main: { backend = "tow"; }; };\n', 2, ["tow"]),
    "a route without an action": (REST + 'routes: { main: { path = "/"; }; };\n', 2, ["main"]),
    "a route with two actions": (REST + ROUTE % 'redirect = "http://x/";', 2, ["main"]),
    "a route that no request reaches": (
        REST + TWO % ("all: {", 'late: { path = "/x";'), 3, ["late", "all"]),
    "an unknown TLS profile": (
        'listeners: { main: { bind = "127.0.0.1:8080"; tls = "nope"; }; };\n' + ROUTE % "", 1,
        ["nope"]),
    "an unreadable certificate": (
        REST + ROUTE % "" + 'tls: { t: { certificates = ["/nonexistent.pem"]; }; };\n', 3,
        ["/nonexistent.pem"]),
    "an unknown variable": (REST + 'routes: { main: { redirect = "http://${hots}/"; }; };\n', 2,
                            ["hots", "host"]),
    "a feature that comes later": (GOOD + 'limits: { apply = "now"; };\n', 4,
                                   ["not supported yet"]),
    "a name twice": (
        REST + TWO % ("main: {", "main: {"), 3, ["main"]),
}
EMPTY = {
    "an empty file": "",
    "only a comment": "# nothing\n",
    "an unterminated comment": "/* " + GOOD,
    "an unterminated comment later": REST + "/* " + ROUTE % "",
    "no routes": REST,
    "no listeners": ROUTE % "",
}

folder = scratch.folder()


def check(text, name="test.conf", *more):
    path = folder / name
    path.write_text(text)
    return path, command("check", "-c", str(path), *more)


def mistake(text, line, parts):
    path, result = check(text)
    equal(result.returncode, 1, "exit status")
    message = result.stderr
    contains(message, f"{path}:{line}: error: ", "message")
    contains(message, text.splitlines()[line - 1].strip(), "message")
    for part in parts:
        contains(message, part, "message")


def nothing(text):
    _, result = check(text)
    equal(result.returncode, 1, "exit status")
    contains(result.stderr, "error: ", "message")


@case("a good file")
def good():
    _, result = check(GOOD)
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")


@case("every mistake is told, not only the first")
def all_of_them():
    text = REST + 'wokers = 2;\nlimits: { heads = "1K"; };\n' + ROUTE % 'ping = "often";'
    path, result = check(text)
    equal(result.returncode, 1, "exit status")
    lines = re.findall(rf"^{re.escape(str(path))}:(\d+): error: ", result.stderr, re.M)
    equal(sorted(map(int, lines)), [2, 3, 4], "lines with errors")


@case("a name that does not resolve is a warning")
def unresolved():
    text = GOOD.replace("127.0.0.1:7", "nobody.invalid:7")
    _, result = check(text)
    equal(result.returncode, 0, "exit status")


@case("a file that is not there")
def missing():
    result = command("check", "-c", str(folder / "missing.conf"))
    equal(result.returncode, 1, "exit status")
    contains(result.stderr, "missing.conf", "message")


@case("includes: globs, merged group by group, mistakes named by their own file")
def includes():
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "b.conf").write_text(
        'backends: { one: { servers = ["tcp://127.0.0.1:7"]; }; };\n')
    (folder / "conf.d" / "a.conf").write_text(ROUTE.replace('service = "echo"', 'backend = "one"')
                                              % "")
    text = 'include = ["conf.d/*.conf"];\n' + REST
    _, result = check(text)
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    bad = folder / "conf.d" / "c.conf"
    bad.write_text("\nwokers = 1;\n")
    _, result = check(text)
    equal(result.returncode, 1, "exit status")
    contains(result.stderr, f"{bad}:2: error: ", "message")


@case("a start with a bad file: exit 1, with the same message")
def start():
    path, checked = check(GOOD + "wokers = 2;\n")
    started = command("-c", str(path))
    equal(started.returncode, 1, "exit status")
    contains(started.stderr, f"{path}:4: error: ", "message")


def usage(*args):
    result = command(*args)
    equal((result.returncode, result.stdout), (2, ""), "exit status and output")
    equal(result.stderr != "", True, "a message")


for name, (text, line, parts) in MISTAKES.items():
    add(name, mistake, text, line, parts)
for name, text in EMPTY.items():
    add(name, nothing, text)
for args in (["check", "--unheard-of"], ["check", "more", "words"], ["-c"], ["explain"],
             ["config", "unheard-of"]):
    add(f"usage: {' '.join(args)}", usage, *args)
run()
