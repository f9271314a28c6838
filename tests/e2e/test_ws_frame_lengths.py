# slow
"""RFC 6455 section 5.2: payloads of every length form, however the bytes arrive."""
from harness import echo, ws
from harness.cases import run

LENGTHS = (0, 1, 125, 126, 127, 128, 65535, 65536, 1 << 20, 16 << 20)
BYTEWISE_UP_TO = 65536


def text_of(n):
    """n bytes of UTF-8 with characters of every length."""
    unit = "aé€😀".encode()
    return unit * (n // len(unit)) + b"z" * (n % len(unit))


def bytes_of(n):
    return (bytes(range(256)) * (n // 256 + 1))[:n]


def comes_back(socket, opcode, payload, how):
    socket.send(opcode, payload, how)
    socket.expect_message(opcode, payload)
    socket.finish()


gateway = echo.gateway()
table = echo.Table(gateway)
for n in LENGTHS:
    for how in ("whole", "bytewise", "cut"):
        if how != "bytewise" or n <= BYTEWISE_UP_TO:
            table.add(f"text of {n} bytes, {how}", comes_back, ws.TEXT, text_of(n), how)
            table.add(f"binary of {n} bytes, {how}", comes_back, ws.BINARY, bytes_of(n), how)
run(gateway)
