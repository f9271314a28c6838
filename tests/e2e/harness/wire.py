"""One end of a connection, plain or TLS, single-threaded: sending never stops receiving."""
import random
import select
import socket
import ssl
import struct

from harness.cases import equal
from harness.wait import Clock

READ = 1 << 18


class Wire:
    """
    A socket and, for TLS, an SSL object over memory. What arrives while sending is kept, so two
    talkative ends cannot block each other. `ended` says how the other side did: "", "eof", "reset".
    """

    def __init__(self, sock, context=None, server=False, server_hostname="localhost", session=None):
        self.sock = sock
        self.ended = ""
        self._in = bytearray()
        self._out = bytearray()
        self._tls = None
        self._closed_notify = False
        sock.setblocking(False)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self._raw_in, self._raw_out = ssl.MemoryBIO(), ssl.MemoryBIO()
            self._tls = context.wrap_bio(self._raw_in, self._raw_out, server_side=server,
                                         server_hostname=None if server else server_hostname,
                                         session=session)
            self._handshake()

    @classmethod
    def connect(cls, address, **options):
        """To (host, port) or to the path of a unix socket."""
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        sock = socket.socket(family)
        try:
            sock.settimeout(Clock().left())
            sock.connect(address)
            return cls(sock, **options)
        except BaseException:
            sock.close()
            raise

    # TLS over memory

    def _handshake(self):
        clock = Clock()
        while True:
            try:
                self._tls.do_handshake()
                self._flush(clock)
                self._decrypt()
                return
            except ssl.SSLWantReadError:
                self._flush(clock)
                if self.ended:
                    raise ConnectionError(f"{self.ended} in the TLS handshake") from None
                self._wait(select.POLLIN, clock, "the TLS handshake")
                self._take()
            except ssl.SSLError:
                self._flush(clock)     # our alert
                raise

    @property
    def tls(self):
        """The SSL object: version(), cipher(), getpeercert(), selected_alpn_protocol() …"""
        return self._tls

    def _decrypt(self):
        try:
            while True:
                piece = self._tls.read(READ)
                if not piece:
                    break
                self._in += piece
        except ssl.SSLWantReadError:
            return
        except ssl.SSLZeroReturnError:
            pass
        self._closed_notify = True

    # moving bytes

    def _wait(self, events, clock, what):
        poll = select.poll()
        poll.register(self.sock, events)
        if not poll.poll(clock.left() * 1000):
            raise TimeoutError(f"nothing happened while waiting for {what}; "
                               f"unread: {bytes(self._in[:200])!r}")

    def _take(self):
        """Receives what is there, once. True when there was something (an end is something)."""
        if self.ended:
            return False
        try:
            piece = self.sock.recv(READ)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            self.ended = "reset"
            return True
        if not piece:
            self.ended = "eof"
        if self._tls is None:
            self._in += piece
        elif piece:
            self._raw_in.write(piece)
            if self._tls.version():
                self._decrypt()
        return True

    def _flush(self, clock):
        if self._tls is not None:
            self._out += self._raw_out.read()
        while self._out and self.ended != "reset":
            if not self._push():
                self._wait(select.POLLOUT | (0 if self.ended else select.POLLIN), clock, "room")
                self._take()

    def _push(self):
        """Sends what goes, once. False when the kernel takes nothing now."""
        try:
            sent = self.sock.send(memoryview(self._out)[:READ])
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            self.ended = "reset"
            return True
        del self._out[:sent]
        return True

    def _queue(self, data):
        if self._tls is None:
            self._out += data
        elif data:
            self._tls.write(data)

    def send(self, data):
        """Returns when the kernel has all of it, or the other side is gone (see `ended`)."""
        self._queue(data)
        self._flush(Clock())

    def feed(self, data, how):
        """Sends "whole", "bytewise", or "cut" at random places."""
        if how == "whole":
            self.send(data)
            return
        at = 0
        while at < len(data) and not self.ended:
            step = 1 if how == "bytewise" else random.choice((1, 2, 3, 17, 1460, 50_000))
            self.send(data[at:at + step])
            at += step

    def offer(self, data):
        """
        Sends without waiting or receiving. True: all of data is taken (what the kernel has no room
        for is kept and goes first the next time); False: nothing of it.
        """
        if self._out and (not self._push() or self._out):
            return False
        self._queue(data)
        if self._tls is not None:
            self._out += self._raw_out.read()
        self._push()
        return True

    # receiving

    @property
    def unread(self):
        return bytes(self._in)

    def _more(self, clock, what):
        """Waits for bytes; False at the end of the stream."""
        while True:
            before = len(self._in)
            if self.ended or self._closed_notify:
                return False
            if not self._take():
                self._wait(select.POLLIN, clock, what)
                continue
            if len(self._in) > before:
                return True

    def read(self, n):
        """Exactly n bytes."""
        clock = Clock()
        while len(self._in) < n:
            if not self._more(clock, f"{n} bytes"):
                raise ConnectionError(f"{self.end_name()} after {len(self._in)} of {n} bytes: "
                                      f"{bytes(self._in[:200])!r}")
        return self._cut(n)

    def read_some(self):
        """At least one byte; b"" at the end."""
        if not self._in:
            self._more(Clock(), "bytes")
        return self._cut(len(self._in))

    def read_until(self, end):
        """Up to and with `end`."""
        clock, start = Clock(), 0
        while (at := self._in.find(end, start)) < 0:
            start = max(0, len(self._in) - len(end))
            if not self._more(clock, repr(end)):
                raise ConnectionError(f"{self.end_name()} before {end!r}: {bytes(self._in)!r}")
        return self._cut(at + len(end))

    def read_all(self):
        """All that comes until the other side ends; then see `ended`."""
        clock = Clock()
        while self._more(clock, "the end"):
            pass
        return self._cut(len(self._in))

    def _cut(self, n):
        piece = bytes(memoryview(self._in)[:n])
        del self._in[:n]
        return piece

    def readable(self):
        """Is there anything to receive, an end included?"""
        return bool(self._in or self.ended or self._take())

    def has_ended(self):
        """Takes all that is there already: has the other side ended?"""
        while self._take():
            pass
        return bool(self.ended or self._closed_notify)

    def end_name(self):
        return "close_notify" if self._closed_notify else self.ended

    def expect_eof(self):
        """The other side ends properly, with nothing more said."""
        equal(self.read_all(), b"", "what came before the end")
        equal(self.end_name(), "close_notify" if self._tls else "eof", "the end")

    def expect_gone(self):
        """The other side is gone, no matter how and what it said before."""
        self.read_all()

    # ending

    def finish(self):
        """No more from us: close_notify where there is TLS, then FIN. Receiving goes on."""
        if self._tls is not None:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass
            self._flush(Clock())
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends with an RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
