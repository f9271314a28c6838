"""RFC 6455 section 8.1: text is UTF-8; valid text passes however cut, other ends with 1007."""
from harness import echo, ws
from harness.cases import run
from harness.utf8 import INVALID, UNFINISHED, VALID

# longer texts, as programs produce them
TEXTS = ["Hello, wörld: κόσμε", "\ufeffwith a byte order mark", "नमस्ते दुनिया",
         "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301", "\0null inside\0",
         "".join(map(chr, range(0x20, 0x500))), "𐍈" * 1000]


def valid(socket, text, how):
    socket.text(text, how)
    socket.expect_message(ws.TEXT, text)
    socket.finish()


def valid_in_fragments(socket, text):
    """Cut into one fragment a byte, so that every character is cut everywhere."""
    for i in range(len(text)):
        socket.send(ws.CONTINUATION if i else ws.TEXT, text[i:i + 1], fin=i == len(text) - 1)
    socket.expect_message(ws.TEXT, text)
    socket.finish()


def invalid(socket, text, how):
    socket.text(text, how)
    socket.expect_failed_within(1007)


def binary_is_free(socket):
    data = b"".join(good + bytes([bad]) for good, bad in INVALID)
    socket.binary(data)
    socket.expect_message(ws.BINARY, data)
    socket.finish()


def clean_start(socket):
    """What a message left behind does not reach into the next one."""
    for text in TEXTS:
        valid_again = text.encode()
        socket.text(valid_again)
        socket.expect_message(ws.TEXT, valid_again)
    socket.text(b"\x80")
    socket.expect_failed_within(1007)


gateway = echo.gateway()
table = echo.Table(gateway)
for text in VALID:
    around = b"a" + text + "é".encode()
    table.add(f"valid {text.hex(' ')}", valid, text, "whole")
    table.add(f"valid {text.hex(' ')} between others, bytewise", valid, around, "bytewise")
    table.add(f"valid {text.hex(' ')} in fragments", valid_in_fragments, around)
for text in TEXTS:
    name = text[:12].encode("unicode_escape").decode()
    table.add(f"text '{name}', bytewise", valid, text.encode(), "bytewise")
    table.add(f"text '{name}' in fragments", valid_in_fragments, text.encode())
for good, bad in INVALID:
    text = good + bytes([bad])
    table.add(f"invalid {text.hex(' ')}", invalid, text, "whole")
    table.add(f"invalid {text.hex(' ')} between others", invalid, b"ab" + text + b"cd", "whole")
for text in UNFINISHED:
    table.add(f"ends within a character: {text.hex(' ')}", invalid, b"ab" + text, "whole")
    table.add(f"ends within a character: {text.hex(' ')}, bytewise", invalid, text, "bytewise")
table.add("binary messages may hold anything", binary_is_free)
table.add("each message begins anew", clean_start)
run(gateway)
