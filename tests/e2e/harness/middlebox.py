"""What stands between clients and gateways and means well: a proxy that cuts, swallows, holds back."""
import contextlib
import random
import socket
import struct
import threading

from harness.address import HOST


class Cut(Exception):
    """Raised by a rule: this connection is reset, on both sides."""


def passes(piece):
    return piece


def cuts_upgrades():
    """Resets who wants to speak anything but HTTP."""
    def up(piece):
        if b"\r\nUpgrade: " in piece:
            raise Cut
        return piece
    return up, passes


def swallows_upgrades():
    """Takes them, and never answers."""
    swallowed = []

    def up(piece):
        if b"\r\nUpgrade: " in piece:
            swallowed.append(True)
        return b"" if swallowed else piece
    return up, passes


def holds_events():
    """Lets no answer through that is a stream of events before it has all of it."""
    held = []

    def down(piece):
        if held or b"text/event-stream" in piece:
            held.append(piece)
            return b""
        return piece
    return passes, down


def holds_bodies_of_events():
    """The same, though the head goes through."""
    held = []

    def down(piece):
        if held:
            return b""
        head, found, _ = piece.partition(b"\r\n\r\n")
        if found and b"text/event-stream" in head:
            held.append(True)
            return head + found
        return piece
    return passes, down


def both(*rules):
    """One after the other."""
    def rule():
        pairs = [make() for make in rules]

        def through(which):
            def one(piece):
                for pair in pairs:
                    piece = pair[which](piece)
                return piece
            return one
        return through(0), through(1)
    return rule


def cuts_at_random(seed, most):
    """Each connection lasts for at most so many bytes, both ways together."""
    rng = random.Random(seed)

    def rule():
        left = [rng.randrange(most)]

        def some(piece):
            left[0] -= len(piece)
            if left[0] < 0:
                raise Cut
            return piece
        return some, some
    return rule


class Middlebox:
    """Listens at `port` and passes on to that port of a gateway; rule() makes (up, down) for each
    connection: functions that say what becomes of a piece of bytes. Counts what it cut."""

    def __init__(self, port, rule):
        self.target, self.rule = port, rule
        self.cuts = 0
        self.sock = socket.create_server((HOST, 0), backlog=1024)
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path, scheme="http"):
        return f"{scheme}://{HOST}:{self.port}{path}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.sock.accept()[0]
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection((HOST, self.target))
        except OSError:
            client.close()
            return
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        up, down = self.rule()
        other = threading.Thread(target=self._pass, args=(server, client, down), daemon=True)
        other.start()
        self._pass(client, server, up)
        other.join()
        client.close()
        server.close()

    def _pass(self, source, target, through):
        try:
            while piece := source.recv(65536):
                target.sendall(through(piece))
            target.shutdown(socket.SHUT_WR)
        except Cut:
            self.cuts += 1
            self._end(source, target)
        except OSError:
            self._end(source, target)

    @staticmethod
    def _end(*socks):
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)     # wakes the other thread

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()
