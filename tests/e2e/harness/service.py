"""Programs that are not ours, as backends and displays: started for a test and ended with it."""
import os
import socket
import subprocess

from harness.wait import until

UNPRIVILEGED = {"user": "nobody"} if os.getuid() == 0 else {}  # for those that refuse to be root


class Service:
    """A program that is ready when it listens at `address`: (host, port), or a unix socket's path."""

    def __init__(self, *command, address, log, **options):
        self.log = open(log, "wb")
        self.child = subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL,
                                      stdout=self.log, stderr=self.log, **options)
        until(lambda: self._listens(address), f"{command[0]} to listen", diagnose=self._tail)

    def _listens(self, address):
        if self.child.poll() is not None:
            raise AssertionError(f"ended with {self.child.returncode}: {self._tail()}")
        try:
            self._connect(address)
            return True
        except OSError:
            return False

    @staticmethod
    def _connect(address):
        if isinstance(address, tuple):
            socket.create_connection(address, 5).close()
            return
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(address))

    def printed(self):
        """What it has said so far."""
        with open(self.log.name, errors="replace") as log:
            return log.read()

    def _tail(self):
        return self.printed()[-2000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()
        self.log.close()
