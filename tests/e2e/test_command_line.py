"""The other commands: version, and the whole configuration written out."""
from harness import scratch
from harness.cases import add, case, contains, equal, run
from harness.gateway import command

folder = scratch.folder()
CONF = '''listeners: { main: { bind = "127.0.0.1:8080"; }; };
routes: { main: { service = "echo"; idle = "90s"; max_message = "2M"; }; };
'''


@case("version: of the program and of its libraries")
def version():
    result = command("version")
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    for part in ("framegate", "OpenSSL", "c-ares"):
        contains(result.stdout, part, "version")


def accepted(text):
    path = folder / "written.conf"
    path.write_text(text)
    result = command("check", "-c", str(path))
    equal((result.returncode, result.stderr), (0, ""), "check of what was written")


@case("config dump: what is in force, and framegate reads it back")
def dump():
    path = folder / "given.conf"
    path.write_text(CONF)
    result = command("config", "dump", "-c", str(path))
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    for part in ("127.0.0.1:8080", "echo", "idle", "max_message"):
        contains(result.stdout, part, "dump")
    accepted(result.stdout)


@case("a dump of a dump is the same")
def stable():
    path = folder / "given.conf"
    path.write_text(CONF)
    first = command("config", "dump", "-c", str(path)).stdout
    path.write_text(first)
    equal(command("config", "dump", "-c", str(path)).stdout, first, "dump")


@case("config defaults: every key of the contract")
def defaults():
    result = command("config", "defaults")
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    for key in ("workers", "stop_timeout", "head_timeout", "bind", "redirect_https", "servers",
                "connect_timeout", "subprotocols", "origins", "max_message", "ping_timeout",
                "max_lifetime", "buffer", "refuse", "invalid", "framing"):
        contains(result.stdout, key, "defaults")


@case("a start without its file: exit 1")
def nothing():
    result = command("-c", str(folder / "missing.conf"))
    equal(result.returncode, 1, "exit status")
    contains(result.stderr, "missing.conf", "message")


def shown(*args):
    """Help goes to standard output and is no failure."""
    result = command(*args)
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    for part in ("check", "explain", "LISTEN", "TARGET"):
        contains(result.stdout, part, "help")


for args in (["--help"], ["-h"]):
    add(f"help: {' '.join(args)}", shown, *args)
run()
