"""TCP backends: scripted from the test, or an echo that serves by itself."""
import contextlib
import os
import signal
import socket
import threading
import traceback

from harness.address import HOST
from harness.wait import Clock
from harness.wire import Wire


class Backend:
    """
    A listening socket. `accept()` hands the next connection to the test as a Wire: what a backend
    does is written where it is tested. serve() answers by itself instead.
    """

    def __init__(self, unix=None, context=None, host=HOST, backlog=4096):
        self.context = context
        if unix:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.bind(str(unix))
            self.sock.listen(backlog)
            self.url = f"unix:{unix}"
        else:
            self.sock = socket.create_server((host, 0), backlog=backlog)
            self.port = self.sock.getsockname()[1]
            self.url = f"{'tls' if context else 'tcp'}://{host}:{self.port}"

    def accept(self):
        """The next connection; fails when none comes."""
        return Wire(self.accept_socket(), context=self.context, server=True)

    def accept_socket(self):
        self.sock.settimeout(Clock().left())
        return self.sock.accept()[0]

    def connections(self):
        """One connection after the other, for a process that does nothing else."""
        self.sock.settimeout(None)
        while True:
            with Wire(self.sock.accept()[0], context=self.context, server=True) as wire:
                yield wire

    def serve(self, handler):
        """Runs handler(wire) in a thread for each connection; returns self."""
        def one(sock):
            with contextlib.suppress(OSError, AssertionError, ConnectionError):
                with Wire(sock, context=self.context, server=True) as wire:
                    handler(wire)

        def loop():
            self.sock.settimeout(None)
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = self.sock.accept()
                    threading.Thread(target=one, args=(sock,), daemon=True).start()

        threading.Thread(target=loop, daemon=True).start()
        return self

    def close(self):
        """Nobody listens here any more."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)    # ends an accept in another thread
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def echo(wire):
    """Sends back what it reads, byte for byte, until the other side ends."""
    while piece := wire.read_some():
        wire.send(piece)


class BlackHole:
    """An address where connecting neither succeeds nor fails: the accept queue is full."""

    def __init__(self):
        self.sock = socket.socket()
        self.sock.bind((HOST, 0))
        self.sock.listen(0)
        self.port = self.sock.getsockname()[1]
        self.url = f"tcp://{HOST}:{self.port}"
        self._fillers = [self._filler() for _ in range(4)]

    def _filler(self):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex((HOST, self.port))
        return sock

    def close(self):
        for sock in [*self._fillers, self.sock]:
            sock.close()


def dead_url():
    """An address where nobody listens."""
    with socket.create_server((HOST, 0)) as sock:
        return f"tcp://{HOST}:{sock.getsockname()[1]}"


class Child:
    """function(*args) in a forked process, for what must not share this one's interpreter."""

    def __init__(self, function, *args):
        self.pid = os.fork()
        if self.pid:
            return
        status = 1
        try:
            function(*args)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
