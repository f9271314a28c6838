# slow
"""Large messages in fragments of every size, and many small ones: all come back whole, in order."""
from harness import echo, ws
from harness.cases import run


def fragmented(socket, opcode, total, size):
    unit = "Zeichen: aé€😀 ".encode() if opcode == ws.TEXT else bytes(range(251))
    payload = unit * (total // len(unit)) + b"." * (total % len(unit))
    parts = [payload[at:at + size] for at in range(0, total, size)]
    for i, part in enumerate(parts):
        socket.send(opcode if i == 0 else ws.CONTINUATION, part, fin=i == len(parts) - 1)
    socket.expect_message(opcode, payload)
    socket.finish()


def many(socket, opcode, count, size):
    """All are sent before the first answer is looked at."""
    payloads = [b"%08d" % i + b"x" * (size - 8) for i in range(count)]
    socket.wire.send(b"".join(ws.frame(opcode, p) for p in payloads))
    for payload in payloads:
        socket.expect_message(opcode, payload)
    socket.finish()


def one_by_one(socket, opcode, count, size):
    for i in range(count):
        payload = b"%08d" % i + b"y" * (size - 8)
        socket.send(opcode, payload)
        socket.expect_message(opcode, payload)
    socket.finish()


gateway = echo.gateway()
table = echo.Table(gateway)
for kind, opcode in (("text", ws.TEXT), ("binary", ws.BINARY)):
    for size in (64, 1300, 65536, 1 << 20):
        total = 1 << 18 if size < 1000 else 4 << 20
        table.add(f"{kind} of {total} bytes in fragments of {size}", fragmented, opcode, total,
                  size)
    for size in (8, 125, 126, 16384):
        table.add(f"1000 {kind} messages of {size} bytes", many, opcode, 1000, size)
    table.add(f"1000 {kind} messages of 1000 bytes, one by one", one_by_one, opcode, 1000, 1000)
run(gateway)
