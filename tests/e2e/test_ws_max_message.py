"""max_message: a message that is larger ends with 1009 as soon as that is known."""
from harness import ws
from harness.cases import add, run
from harness.gateway import Gateway

LIMIT = 1000


def allowed(opcode, parts):
    """Twice, for the limit counts for each message by itself."""
    with ws.connect(gateway, "/") as socket:
        for _ in range(2):
            for i, part in enumerate(parts):
                socket.send(ws.CONTINUATION if i else opcode, part, fin=i == len(parts) - 1)
            socket.expect_message(opcode, b"".join(parts))
        socket.finish()


def too_big(data):
    with ws.connect(gateway, "/") as socket:
        socket.wire.send(data)
        socket.expect_failed_within(1009)


gateway = Gateway(routes=f'echo: {{ path = "/"; service = "echo"; max_message = {LIMIT}; }};')
for kind, opcode in (("text", ws.TEXT), ("binary", ws.BINARY)):
    add(f"{kind} of exactly the limit", allowed, opcode, [b"x" * LIMIT])
    add(f"{kind} of exactly the limit in fragments", allowed, opcode, [b"x" * (LIMIT // 2)] * 2)
    add(f"{kind} of one byte more", too_big, ws.frame(opcode, bytes(LIMIT + 1)))
    add(f"{kind} whose head announces too much", too_big,
        ws.frame(opcode, b"only this", form=16, length=LIMIT + 1))
    add(f"{kind} whose head announces 2^62", too_big,
        ws.frame(opcode, b"only this", form=64, length=1 << 62))
    add(f"{kind} whose fragments together are too large", too_big,
        ws.frame(opcode, b"x" * LIMIT, fin=False) + ws.frame(ws.CONTINUATION, b"x", fin=False))
run(gateway)
