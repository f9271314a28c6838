"""HTTP/1.1 from the client's side: exact bytes out, answers read strictly."""
import email.utils
import re

from harness.cases import equal


def request(path="/", method="GET", host="localhost", headers=(), body=b"", version="1.1"):
    """The bytes of a well-formed request; headers are "Name: value" strings."""
    lines = [f"{method} {path} HTTP/{version}", f"Host: {host}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Response:
    """Status, headers (lower-case names, values joined by ", ") and body."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) [\x20-\x7e]*", lines[0])
        if not match:
            raise AssertionError(f"bad status line {lines[0]!r}")
        self.status = int(match[1])
        self.headers = {}
        for line in lines[1:-2]:
            match = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", line)
            if not match or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", match[2]):
                raise AssertionError(f"bad header line {line!r}")
            name = match[1].lower()
            if name in self.headers:
                self.headers[name] += ", " + match[2]
            else:
                self.headers[name] = match[2]
        self.body = b""

    def header(self, name):
        return self.headers.get(name.lower())

    @property
    def closes(self):
        """Did it announce the end of the connection?"""
        return "close" in (self.header("Connection") or "").lower()


def read_head(wire):
    return Response(wire.read_until(b"\r\n\r\n"))


def read_response(wire, method="GET"):
    """One whole answer; checks that its framing is sound."""
    response = read_head(wire)
    if 200 <= response.status:
        _check_date(response)
    if method == "HEAD" or response.status in (204, 304) or response.status < 200:
        return response
    length, coding = response.header("Content-Length"), response.header("Transfer-Encoding")
    if coding is not None:
        equal((coding, length), ("chunked", None), "transfer coding and length")
        response.body = _read_chunks(wire)
    elif length is not None:
        response.body = wire.read(int(length))
    else:
        if not response.closes:
            raise AssertionError("an answer without length that does not close")
        response.body = wire.read_all()
    return response


def _read_chunks(wire):
    body = b""
    while True:
        size = int(wire.read_until(b"\r\n"), 16)
        piece = wire.read(size + 2)
        if piece[-2:] != b"\r\n":
            raise AssertionError("a chunk without its end")
        if not size:
            return body
        body += piece[:-2]


def _check_date(response):
    date = response.header("Date") or ""
    parsed = email.utils.parsedate_to_datetime(date)
    equal(date, email.utils.format_datetime(parsed, usegmt=True), "Date")


def fetch(gateway, path="/", method="GET", tls=False, **options):
    """One request on a connection of its own."""
    with gateway.wire(tls) as wire:
        wire.send(request(path, method, **options))
        return read_response(wire, method)
