"""A process that none of ours has started, but that comes to us when its parent has ended."""
import ctypes
import os
import select
import signal
import subprocess

SET_CHILD_SUBREAPER = 36
UNKNOWN = -1000                         # what is told to a launcher is on the log, if it is bad
ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Successor:
    """As a subprocess.Popen, as far as a Gateway needs one."""

    def __init__(self, pid):
        self.pid = pid
        self.fd = os.pidfd_open(pid)
        self.returncode = None

    def send_signal(self, number):
        signal.pidfd_send_signal(self.fd, number)

    def _has_ended(self, seconds):
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return bool(poll.poll(None if seconds is None else 1000 * seconds))

    def poll(self):
        """Its exit status, None while it runs; UNKNOWN: somebody else was told."""
        if self.returncode is None and self._has_ended(0):
            try:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:
                self.returncode = UNKNOWN
        return self.returncode

    def wait(self, seconds=None):
        if not self._has_ended(seconds):
            raise subprocess.TimeoutExpired(f"process {self.pid}", seconds)
        return self.poll()

    def kill(self):
        self.send_signal(signal.SIGKILL)
