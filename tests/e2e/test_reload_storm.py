"""
Reloads one after the other under load, one in ten of them broken: no message is lost or doubled,
no connection refused, and nothing stays behind.

FRAMEGATE_STORM="RELOADS SESSIONS MESSAGES FRESH": how many of them, and per second how many
messages and new sessions. A big one: "100 1000 10000 50".
"""
# slow
import os
import socket

from harness import http1, process
from harness.address import HOST, free_port
from harness.backends import Backend, echo
from harness.cases import case, contains, equal, run
from harness.crowd import Crowd
from harness.gateway import PROGRAM, Gateway
from harness.storm import POLLERS, STREAMS, Polls, Streams, resources
from harness.wait import DEADLINE, until

RELOADS, SESSIONS, MESSAGES, FRESH = map(int, os.environ.get("FRAMEGATE_STORM",
                                                            "40 60 600 10").split())
ROUTES = ('e: { path = "/e"; service = "echo"; max_message = "@MAX@"; };'
          's: { path = "/s"; service = "echo"; transports = ["sockjs"]; };'
          'b: { path = "/b"; backend = "b"; framing = "line"; idle = "@MAX@s"; };'
          'p: { path = "/p"; respond: { status = 200; body = "page @N@"; }; }; @EXTRA@')
BACKENDS = 'b: { servers = [@SERVERS@]; connect_timeout = "@MAX@s"; };'
PORTS = [free_port() for _ in range(3)]
MEMORY = 4096                           # KiB that a process may have grown by


class Changes:
    """Configurations, each of which differs from the one before in much."""

    def __init__(self, template, certificates, servers, taken):
        self.template, self.certificates = template, certificates
        self.servers, self.taken = servers, taken

    def fine(self, n):
        first, second = self.certificates
        words = {
            "N": n, "MAX": 100 + n % 7, "PORT": self.port(n),
            "EXTRA": 'x: { path = "/x"; redirect = "/p"; };' if n % 2 else "",
            "SERVERS": ", ".join(f'"{url}"' for url in self.servers[n % 2:]),
        }
        text = self.template
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        return text.replace(str(first), str(second)) if n % 3 == 1 else text

    @staticmethod
    def port(n):
        return PORTS[n % len(PORTS)]

    def broken(self, n):
        """One with a mistake; returns it, and what the log says about that."""
        text = self.fine(n)
        return (
            (text + "\nnonsense", "expected '=' after 'nonsense'"),
            (text.replace("max_message", "max_mesage"), "did you mean 'max_message'"),
            (text.replace(str(PORTS[n % 3]), str(self.taken)), "Address already in use"),
            (text.replace(".pem", ".missing"), "No such file"),
        )[n // 10 % 4]


def reload(gw, changes, n):
    """Reload number n, and whether its outcome is what counts now."""
    if n % 10 == 9:
        text, words = changes.broken(n)
        gw.reload(text, fine=False)
        contains(gw.log(), words, "log")
        equal(http1.fetch(gw, "/p").body, b"page %d" % (n - 1), "page")
        return
    gw.reload(changes.fine(n))
    equal(http1.fetch(gw, "/p").body, b"page %d" % n, "page")
    gw.wire_to(changes.port(n)).close()


def started(servers, taken):
    gw = Gateway(routes=ROUTES, backends=BACKENDS, log="info",
                 listeners='more: { bind = "@HOST@:@PORT@"; };',
                 top="limits: { connections = 0; headers = @MAX@; };")
    path = gw.authority.folder / "ca-localhost.pem"
    other = path.rename(path.with_name("other.pem"))
    changes = Changes(gw.conf_file.read_text(), (gw.authority.server("localhost", HOST), other),
                      servers, taken)
    gw.configure(changes.fine(0))
    return gw, changes


@case("sessions of each configuration go on, and new ones are let in, while it changes")
def storm():
    with Backend().serve(echo) as one, Backend().serve(echo) as two, \
            socket.create_server((HOST, 0)) as occupied:
        gw, changes = started([one.url, two.url], occupied.getsockname()[1])
        with gw:
            descriptors = resources(gw.pid)[0]
            beside = [Streams(gw, "/b"), Polls(gw, "/s")]
            with Crowd(gw, "/e", SESSIONS, MESSAGES, FRESH) as crowd:
                before = resources(gw.pid)
                for n in range(1, RELOADS + 1):
                    visitors, messages = crowd.visitors, crowd.messages
                    reload(gw, changes, n)
                    until(lambda: crowd.error or crowd.visitors > visitors and
                          crowd.messages > messages + SESSIONS, "the crowd to go on", 2 * DEADLINE)
                    crowd.check()
                after = resources(gw.pid)
            for each in beside:
                each.end()
            until(lambda: resources(gw.pid)[0] <= descriptors, "as many descriptors as before",
                  diagnose=lambda: f"{resources(gw.pid)[0]}, not {descriptors}")
            print(f"# {RELOADS} reloads, {SESSIONS} sessions + {STREAMS} of HTTP/2, "
                  f"{crowd.seconds:.0f} s, {crowd.messages / crowd.seconds:.0f} messages/s, "
                  f"{beside[0].messages} of HTTP/2, {beside[1].messages} of {POLLERS} sessions of "
                  f"SockJS, {crowd.visitors} new sessions, slowest answer "
                  f"{crowd.slowest * 1000:.0f} ms, descriptors and KiB {before} then {after}, "
                  f"{descriptors} at last as at first")
            if not process.sanitized(PROGRAM):
                equal(after[1] - before[1] < MEMORY, True,
                      f"{after[1] - before[1]} KiB, fewer than {MEMORY}")


run()
