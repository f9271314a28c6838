"""Backends that keep a ledger of lines with their clients: who sends what, and that all of it came."""
import threading

from harness.cases import equal
from harness.wait import until


def serve(backend, messages):
    """Writes b1, b2 … while it reads c1, c2 …; then says "all there", and waits for the end."""
    sock = backend.accept_socket()
    sock.settimeout(None)
    lines = b"".join(b"b%d\n" % i for i in range(1, messages + 1))
    threading.Thread(target=sock.sendall, args=(lines,)).start()
    with sock.makefile("rb") as stream:
        for i in range(1, messages + 1):
            equal(stream.readline(), b"c%d\n" % i, "line from the client")
        until(lambda: threading.active_count() == 1, "all to be written")
        sock.sendall(b"all there\n")
        equal(stream.readline(), b"", "the end")
