"""RFC 6455 section 7: the close handshake, the codes that may stand in it, and the end of TCP."""
import struct

from harness import echo, ws
from harness.cases import contains, run
from harness.utf8 import INVALID, UNFINISHED, VALID

GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
              3000, 3001, 3999, 4000, 4001, 4999)
BAD_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


def answered(socket, payload, how):
    """A good Close is answered with the same code, then the server ends TCP."""
    socket.send(ws.CLOSE, payload, how)
    socket.expect_failed(struct.unpack("!H", payload[:2])[0])


def answered_empty(socket):
    socket.send(ws.CLOSE)
    got = socket.frame()
    contains((1000, 1005), got.code, "codes")
    socket.finish_after(got, got.code)


def refused(socket, payload, code=1002):
    socket.send(ws.CLOSE, payload)
    socket.expect_failed(code)


def after_close(socket, behind):
    """What follows our Close is not looked at, not even when it is wrong."""
    socket.wire.send(ws.frame(ws.CLOSE, ws.close_payload(1000)) + behind)
    socket.expect_failed(1000)


def message_then_close(socket, n):
    """What was sent before the Close still comes back before the answer to it."""
    socket.wire.send(ws.frame(ws.BINARY, bytes(n)) + ws.frame(ws.CLOSE, ws.close_payload(1000)))
    socket.expect_message(ws.BINARY, bytes(n))
    socket.expect_failed(1000)


def closed_after_violation(socket):
    """Failing is final: nothing behind the violation is answered but the Close."""
    socket.wire.send(ws.frame(3) + ws.frame(ws.PING, b"?") + ws.frame(ws.CLOSE, b""))
    socket.expect_failed(1002)


def end_without_close(socket):
    """A client that ends TCP without a Close gets the end of TCP, and nothing hangs."""
    socket.wire.finish()
    socket.wire.expect_gone()


gateway = echo.gateway()
table = echo.Table(gateway)
for code in GOOD_CODES:
    for how in ("whole", "bytewise"):
        table.add(f"code {code}, {how}", answered, ws.close_payload(code), how)
    table.add(f"code {code} with a reason", answered, ws.close_payload(code, "Grüße".encode()),
              "cut")
table.add("the longest reason", answered, ws.close_payload(1000, b"r" * 123), "whole")
table.add("no payload", answered_empty)
for code in BAD_CODES:
    table.add(f"code {code} may not be sent", refused, ws.close_payload(code))
    table.add(f"code {code} with a reason may not be sent", refused, ws.close_payload(code, b"why"))
for byte in (0x00, 0x03, 0xff):
    table.add(f"a payload of one byte {byte:02x}", refused, bytes([byte]))
for text in VALID:
    table.add(f"reason {text.hex(' ')}", answered, ws.close_payload(1000, text), "whole")
for text in [good + bytes([bad]) for good, bad in INVALID] + UNFINISHED:
    table.add(f"reason {text.hex(' ')} is not UTF-8", refused,
              ws.close_payload(1000, b"why: " + text), 1007)
for name, behind in (("a text", ws.frame(ws.TEXT, b"late")), ("a ping", ws.frame(ws.PING, b"late")),
                     ("a second Close", ws.frame(ws.CLOSE, ws.close_payload(1001))),
                     ("a bad frame", ws.frame(7, b"bad", rsv=7)), ("garbage", bytes(range(256)))):
    table.add(f"{name} behind the Close is ignored", after_close, behind)
for n in (0, 1000, 1 << 20):
    table.add(f"a message of {n} bytes before the Close", message_then_close, n, direct=True)
table.add("a violation ends it, whatever follows", closed_after_violation)
table.add("TCP ends without a Close", end_without_close)
run(gateway)
