"""RFC 6455 section 8.1: text fails at its first impossible byte, not at the end of the message."""
from harness import echo, ws
from harness.cases import equal, run
from harness.utf8 import INVALID


def fail_in_frame(socket, good, bad):
    """The frame announces more than ever comes; its first impossible byte is the last we send."""
    text = b"ab" + good + bytes([bad])
    socket.wire.send(ws.frame(ws.TEXT, text, length=100))
    socket.expect_failed_within(1007)


def fail_in_fragment(socket, good, bad):
    """Alive after the good beginning (a pong says so), dead after the next byte."""
    socket.send(ws.TEXT, b"ab" + good, fin=False)
    socket.send(ws.PING, b"alive")
    got = socket.frame_within()
    equal((got.opcode, got.payload), (ws.PONG, b"alive"), "frame")
    socket.send(ws.CONTINUATION, bytes([bad]), fin=False)
    socket.expect_failed_within(1007)


gateway = echo.gateway()
table = echo.Table(gateway)
for good, bad in INVALID:
    text = good.hex(" ") + "|" + f"{bad:02x}"
    table.add(f"{text} within a frame", fail_in_frame, good, bad)
    table.add(f"{text} between fragments", fail_in_fragment, good, bad)
run(gateway)
