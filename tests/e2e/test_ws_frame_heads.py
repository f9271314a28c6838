"""RFC 6455 sections 5.1 to 5.3: heads that no client may send end the connection with 1002."""
from harness import echo, ws
from harness.cases import run


def refused(socket, data):
    """Fails with 1002, and nothing of what is behind the bad frame is answered."""
    socket.wire.send(data + ws.frame(ws.TEXT, b"behind"))
    socket.expect_failed(1002)


def refused_after_message(socket, data):
    socket.text("before")
    socket.expect_message(ws.TEXT, b"before")
    refused(socket, data)


def refused_at_head(socket, head):
    """The head alone says that it is bad: no payload needs to come."""
    socket.wire.send(head)
    socket.expect_failed(1002)


gateway = echo.gateway()
table = echo.Table(gateway)

for rsv in range(1, 8):
    for name, opcode in (("text", ws.TEXT), ("binary", ws.BINARY), ("ping", ws.PING),
                         ("pong", ws.PONG), ("close", ws.CLOSE)):
        payload = ws.close_payload(1000) if opcode == ws.CLOSE else b"hello"
        table.add(f"{name} with reserved bits {rsv:03b}", refused,
                  ws.frame(opcode, payload, rsv=rsv))
    table.add(f"empty text with reserved bits {rsv:03b}, after a message", refused_after_message,
              ws.frame(ws.TEXT, b"", rsv=rsv))

for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    table.add(f"reserved opcode {opcode}, empty", refused, ws.frame(opcode))
    table.add(f"reserved opcode {opcode} with payload", refused, ws.frame(opcode, b"payload"))
    table.add(f"reserved opcode {opcode} after a message", refused_after_message,
              ws.frame(opcode, b"payload"))

for name, opcode in (("text", ws.TEXT), ("binary", ws.BINARY), ("ping", ws.PING),
                     ("pong", ws.PONG), ("close", ws.CLOSE)):
    payload = ws.close_payload(1000) if opcode == ws.CLOSE else b"hello"
    table.add(f"unmasked {name}", refused, ws.frame(opcode, payload, masked=False))
    table.add(f"unmasked empty {name}", refused, ws.frame(opcode, masked=False))

for n in (0, 1, 125):
    table.add(f"length {n} in 16 bits", refused, ws.frame(ws.BINARY, bytes(n), form=16))
for n in (0, 125, 126, 65535):
    table.add(f"length {n} in 64 bits", refused, ws.frame(ws.BINARY, bytes(n), form=64))
for length in (1 << 63, (1 << 63) + 5, (1 << 64) - 1):
    table.add(f"length {length:#x}: its top bit is set", refused_at_head,
              ws.frame(ws.BINARY, form=64, length=length))
for form, length in ((16, 126), (16, 65535), (64, 65536)):
    table.add(f"ping of {length} bytes: refused at its head", refused_at_head,
              ws.frame(ws.PING, form=form, length=length))
run(gateway)
