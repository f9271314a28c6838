"""
Upgrades one after the other under load: no message is lost or doubled, no connection refused.

FRAMEGATE_STORM="UPGRADES SESSIONS MESSAGES FRESH": how many of them, and per second how many
messages and new sessions. A big one: "20 1000 10000 50".
"""
# slow
import os

from harness import http1
from harness.cases import case, equal, run
from harness.crowd import Crowd
from harness.gateway import Gateway
from harness.storm import POLLERS, STREAMS, Polls, Streams, resources
from harness.successor import UNKNOWN
from harness.wait import DEADLINE, until

UPGRADES, SESSIONS, MESSAGES, FRESH = map(int, os.environ.get("FRAMEGATE_STORM",
                                                             "4 60 600 10").split())
ROUTES = ('e: { path = "/e"; service = "echo"; };'
          's: { path = "/s"; service = "echo"; transports = ["sockjs"]; };'
          'p: { path = "/p"; respond: { status = 200; body = "page"; }; };')


@case("sessions of each generation go on, and new ones are let in, while programs come and go")
def storm():
    with Gateway(routes=ROUTES, top="limits: { connections = 0; };", log="info") as gw:
        before = resources(gw.pid)[0]
        beside = [Streams(gw, "/e"), Polls(gw, "/s")]
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
