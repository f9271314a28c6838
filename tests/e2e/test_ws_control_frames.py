"""RFC 6455 section 5.5: pings are answered with their payload, pongs are taken in silence."""
from harness import echo, ws
from harness.cases import equal, run


def ping(socket, payload, how):
    socket.send(ws.PING, payload, how)
    socket.expect(ws.PONG, payload)
    socket.finish()


def too_long(socket, opcode, how):
    payload = ws.close_payload(1000, b"x" * 124) if opcode == ws.CLOSE else bytes(126)
    socket.send(opcode, payload, how)
    socket.expect_failed(1002)


def many_pings(socket, how):
    payloads = [b"ping %d" % i for i in range(10)]
    socket.wire.feed(b"".join(ws.frame(ws.PING, p) for p in payloads), how)
    for payload in payloads:
        socket.expect(ws.PONG, payload)
    socket.finish()


def unsolicited_pong(socket, payload):
    socket.send(ws.PONG, payload)
    socket.send(ws.PONG, payload)
    socket.send(ws.PING, b"still there?")
    socket.expect(ws.PONG, b"still there?")
    socket.text("and talking")
    socket.expect_message(ws.TEXT, b"and talking")
    socket.finish()


def fragmented(socket, opcode):
    payload = ws.close_payload(1000) if opcode == ws.CLOSE else b"half"
    socket.send(opcode, payload, fin=False)
    socket.expect_failed(1002)


def while_data_waits(socket):
    socket.wire.send(ws.frame(ws.BINARY, bytes(300_000)) + ws.frame(ws.PING, b"between")
                     + ws.frame(ws.BINARY, bytes(5)))
    socket.expect_message(ws.BINARY, bytes(300_000))
    pongs = socket.controls
    if not pongs:
        pongs = [socket.frame()]
    equal([(p.opcode, p.payload) for p in pongs], [(ws.PONG, b"between")], "pongs")
    socket.expect_message(ws.BINARY, bytes(5))
    socket.finish()


gateway = echo.gateway()
table = echo.Table(gateway)
for how in ("whole", "bytewise", "cut"):
    for n in (0, 1, 5, 64, 124, 125):
        table.add(f"ping of {n} bytes, {how}", ping, bytes(range(131, 131 + n)), how)
    table.add(f"10 pings in a row, {how}", many_pings, how)
    for name, opcode in (("ping", ws.PING), ("pong", ws.PONG), ("close", ws.CLOSE)):
        table.add(f"{name} of 126 bytes, {how}", too_long, opcode, how)
for payload in (b"", b"nobody asked", bytes(125)):
    table.add(f"unsolicited pong of {len(payload)} bytes", unsolicited_pong, payload)
for name, opcode in (("ping", ws.PING), ("pong", ws.PONG), ("close", ws.CLOSE)):
    table.add(f"{name} without FIN", fragmented, opcode)
table.add("ping between long messages", while_data_waits)
run(gateway)
