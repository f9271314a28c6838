"""
Upgrades one after the other under load: no message is lost or doubled, no connection refused.

FRAMEGATE_STORM="UPGRADES SESSIONS MESSAGES FRESH": how many of them, and per second how many
messages and new sessions. A big one: "20 1000 10000 50".
"""
# slow
import os
import re
import threading

from harness import http1, sockjs, ws
from harness.cases import case, equal, run
from harness.crowd import Crowd
from harness.gateway import Gateway
from harness.successor import UNKNOWN
from harness.wait import DEADLINE, until

UPGRADES, SESSIONS, MESSAGES, FRESH = map(int, os.environ.get("FRAMEGATE_STORM",
                                                             "4 60 600 10").split())
ROUTES = ('e: { path = "/e"; service = "echo"; };'
          's: { path = "/s"; service = "echo"; transports = ["sockjs"]; };'
          'p: { path = "/p"; respond: { status = 200; body = "page"; }; };')
STREAMS, POLLERS = 5, 5


class Beside(threading.Thread):
    """Clients that say one message after the other, and get each again, until the end."""

    def __init__(self, gateway):
        super().__init__()
        self.gateway = gateway
        self.over = threading.Event()
        self.messages, self.error = 0, None
        self.begin()
        self.start()

    def run(self):
        try:
            while not self.over.wait(0.01):
                self.messages += 1
                self.exchange(self.messages)
            self.finish()
        except BaseException as error:
            self.error = error

    def end(self):
        self.over.set()
        self.join()
        if self.error:
            raise self.error


class Streams(Beside):
    """WebSockets that share a connection of HTTP/2."""

    def begin(self):
        self.sessions = [ws.start(self.gateway, "/e", tls=True, http2=True).opened()
                         for _ in range(STREAMS)]

    def exchange(self, number):
        session = self.sessions[number % STREAMS]
        session.text(b"%d" % number)
        session.expect_message(ws.TEXT, b"%d" % number)

    def finish(self):
        for session in self.sessions:
            session.finish()


class Polls(Beside):
    """SockJS by polls, each request over a connection of its own."""

    def begin(self):
        self.sessions = [sockjs.Session(self.gateway, "/s") for _ in range(POLLERS)]
        for session in self.sessions:
            session.poll(sockjs.OPEN)

    def exchange(self, number):
        session = self.sessions[number % POLLERS]
        session.send(b'["%d"]' % number)
        session.poll(b'a["%d"]\n' % number)

    def finish(self):
        pass                            # they are over when nobody asks any more


def resources(pid):
    """Descriptors, and KiB of memory."""
    with open(f"/proc/{pid}/status") as file:
        memory = int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1])
    return len(os.listdir(f"/proc/{pid}/fd")), memory


@case("sessions of each generation go on, and new ones are let in, while programs come and go")
def storm():
    with Gateway(routes=ROUTES, top="limits: { connections = 0; };", log="info") as gw:
        before = resources(gw.pid)[0]
        beside = [Streams(gw), Polls(gw)]
        with Crowd(gw, "/e", SESSIONS, MESSAGES, FRESH) as crowd:
            for _ in range(UPGRADES):
                visitors, messages = crowd.visitors, crowd.messages
                gw.upgrade()
                equal(http1.fetch(gw, "/p").status, 200, "status")
                until(lambda: crowd.error or crowd.visitors > visitors + FRESH and
                      crowd.messages > messages + SESSIONS, "the crowd to go on", 2 * DEADLINE)
                crowd.check()
        for each in beside:
            each.end()
        for process in gw.before:
            equal(process.wait(DEADLINE) in (0, UNKNOWN), True, "whether one ended well")
        until(lambda: resources(gw.pid)[0] <= before, "as many descriptors as before",
              diagnose=lambda: f"{resources(gw.pid)[0]}, not {before}")
        print(f"# {UPGRADES} upgrades, {SESSIONS} sessions + {STREAMS} of HTTP/2, {crowd.seconds:.0f} s, "
              f"{crowd.messages / crowd.seconds:.0f} messages/s, {beside[0].messages} of HTTP/2, "
              f"{beside[1].messages} of {POLLERS} sessions of SockJS, "
              f"{crowd.visitors} new sessions, slowest answer {crowd.slowest * 1000:.0f} ms, "
              f"memory of the last one {resources(gw.pid)[1]} KiB")


run()
