"""Clients that go on talking while something great happens to the gateway."""
import os
import re
import threading

from harness import sockjs, ws

STREAMS, POLLERS = 5, 5


class Beside(threading.Thread):
    """Clients that say one message after the other, and get each again, until the end."""

    def __init__(self, gateway, path):
        super().__init__()
        self.gateway, self.path = gateway, path
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
        self.sessions = [ws.start(self.gateway, self.path, tls=True, http2=True).opened()
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
        self.sessions = [sockjs.Session(self.gateway, self.path) for _ in range(POLLERS)]
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
