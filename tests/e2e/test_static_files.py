"""Files from a directory: types, conditional and range requests, and nothing from elsewhere."""
import email
import email.utils
import hashlib
import os
import random

from harness import h2
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request

TEXT = b"The quick brown fox jumps over the lazy dog.\n"
BIG = random.Random(1).randbytes(3_000_000)


def populate(root):
    (root / "sub").mkdir(parents=True)
    (root / "bare").mkdir()
    for name, data in (("index.html", b"<!doctype html>home"), ("sub/index.html", b"sub home"),
                       ("text.txt", TEXT), ("big.bin", BIG), ("empty", b""), ("a b.txt", b"space"),
                       ("ü.txt", b"umlaut"), ("100%.txt", b"percent"), ("app.js", b"1"),
                       ("style.css", b"a{}"), ("i.svg", b"<svg/>"), ("i.png", b"\x89PNG"),
                       ("m.wasm", b"\0asm"), ("d.json", b"{}"), ("odd.unheardof", b"?")):
        (root / name).write_bytes(data)
    os.mkfifo(root / "fifo")
    (root.parent / "secret.txt").write_text("secret")
    (root.parent / "www-other").mkdir()
    (root.parent / "www-other" / "secret.txt").write_text("secret")


def serves(path, body, kind):
    response = fetch(gateway, path)
    equal((response.status, response.body), (200, body), "answer")
    equal((response.header("Content-Type") or "").split(";")[0], kind, "Content-Type")


def not_served(path, *statuses):
    response = fetch(gateway, path)
    contains(statuses, response.status, "statuses")
    equal(b"secret" in response.body, False, "leak")


@case("a large file over both listeners, twice on one connection")
def large():
    for tls in (False, True):
        with gateway.wire(tls) as wire:
            for _ in range(2):
                wire.send(request("/big.bin"))
                body = read_response(wire).body
                equal(hashlib.sha256(body).digest(), hashlib.sha256(BIG).digest(), "checksum")


@case("HEAD tells the length and sends nothing")
def head():
    with gateway.wire() as wire:
        wire.send(request("/big.bin", "HEAD") + request("/text.txt"))
        equal(read_response(wire, "HEAD").header("Content-Length"), str(len(BIG)), "length")
        equal(read_response(wire).body, TEXT, "the next answer")


@case("other methods: 405 with Allow")
def post():
    response = fetch(gateway, "/text.txt", "POST", body=b"x")
    equal(response.status, 405, "status")
    contains(response.header("Allow") or "", "GET", "Allow")
    contains(response.header("Allow"), "HEAD", "Allow")


@case("a directory without its slash is a redirect to it")
def slash():
    response = fetch(gateway, "/sub?a=b")
    contains((301, 302, 307, 308), response.status, "statuses")
    location = response.header("Location")
    equal(location.removeprefix("http://localhost"), "/sub/?a=b", "Location")


@case("a file that is replaced has another ETag")
def replaced():
    path = gateway.dir / "www" / "changing.txt"
    path.write_bytes(b"one")
    before = fetch(gateway, "/changing.txt").header("ETag")
    path.write_bytes(b"another")
    after = fetch(gateway, "/changing.txt", headers=[f"If-None-Match: {before}"])
    equal((after.status, after.body), (200, b"another"), "answer")


def conditional(wanted, *lines):
    """Lines with {etag} and {date} of the file; {before} and {after} are an hour off its date."""
    plain = fetch(gateway, "/text.txt")
    etag, date = plain.header("ETag"), plain.header("Last-Modified")
    modified = email.utils.parsedate_to_datetime(date).timestamp()
    dates = {name: email.utils.formatdate(modified + off, usegmt=True)
             for name, off in (("before", -3600), ("after", 3600))}
    response = fetch(gateway, "/text.txt",
                     headers=[line.format(etag=etag, date=date, **dates) for line in lines])
    equal(response.status, wanted, "status")
    if wanted == 200:
        equal(response.body, TEXT, "body")
    if wanted == 206:
        equal(response.body, TEXT[:5], "body")
    if wanted == 304:
        equal(response.header("ETag"), etag, "ETag")


def ranged(value, first, last):
    response = fetch(gateway, "/text.txt", headers=[f"Range: {value}"])
    equal(response.status, 206, "status")
    equal(response.header("Content-Range"), f"bytes {first}-{last}/{len(TEXT)}", "Content-Range")
    equal(response.body, TEXT[first:last + 1], "body")


def unsatisfiable(value):
    response = fetch(gateway, "/text.txt", headers=[f"Range: {value}"])
    equal(response.status, 416, "status")
    equal(response.header("Content-Range"), f"bytes */{len(TEXT)}", "Content-Range")


def whole(value, *statuses):
    """RFC 9110 section 14.2 lets a server choose for what is no range; it never is a part."""
    response = fetch(gateway, "/text.txt", headers=[f"Range: {value}"])
    contains(statuses, response.status, "statuses")
    if response.status == 200:
        equal(response.body, TEXT, "body")


def several(value, *ranges, path="/text.txt", data=TEXT, tls=False):
    """multipart/byteranges, as the library for e-mail reads it."""
    with gateway.wire(tls) as wire:
        wire.send(request(path, headers=[f"Range: {value}"]) + request("/d.json"))
        response = read_response(wire)
        equal(read_response(wire).body, b"{}", "the next answer")
    equal((response.status, response.header("Content-Range")), (206, None), "answer")
    kind = response.header("Content-Type")
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n".encode() + response.body)
    equal(message.get_content_type(), "multipart/byteranges", "type")
    equal([part["Content-Range"] for part in message.get_payload()],
          [f"bytes {first}-{last}/{len(data)}" for first, last in ranges], "ranges")
    boundary = b"\r\n--" + message.get_boundary().encode()
    bodies = [part.split(b"\r\n\r\n", 1)[1] for part in response.body.split(boundary)[1:-1]]
    equal([body == data[first:last + 1] for body, (first, last) in zip(bodies, ranges)],
          [True] * len(ranges), "each part's bytes")
    equal({part.get_content_type() for part in message.get_payload()},
          {fetch(gateway, path, "HEAD").header("Content-Type").split(";")[0]}, "types")


def large_parts():
    several("bytes=1-1400000,1400002-2999998", (1, 1400000), (1400002, 2999998),
            path="/big.bin", data=BIG, tls=True)


@case("parts over HTTP/2: as long as the answer says")
def h2_parts():
    with h2.connect(gateway, tls=True) as connection:
        stream = connection.fetch("/big.bin", headers=[("range", "bytes=2000000-,0-999999")])
        equal(stream.status, 206, "status")
        equal(len(stream.body), int(stream.header("content-length")), "length")
        equal([BIG[2000000:] in stream.body, BIG[:1000000] in stream.body], [True] * 2, "parts")


@case("a range in the middle of a large file, over TLS")
def large_range():
    response = fetch(gateway, "/big.bin", tls=True, headers=["Range: bytes=1000000-1999999"])
    equal(response.status, 206, "status")
    equal(response.body == BIG[1000000:2000000], True, "the bytes are right")


@case("a file tells that it has ranges")
def accept_ranges():
    equal(fetch(gateway, "/text.txt").header("Accept-Ranges"), "bytes", "Accept-Ranges")


gateway = Gateway(routes='''
files: { path = "/files"; static = "@DIR@/www"; index = "text.txt"; };
root: { path = "/"; static = "@DIR@/www"; };
''')
populate(gateway.dir / "www")

for path, body, kind in (("/", b"<!doctype html>home", "text/html"),
                         ("/sub/", b"sub home", "text/html"),
                         ("/text.txt", TEXT, "text/plain"),
                         ("/text.txt?version=2", TEXT, "text/plain"),
                         ("/sub/../text.txt", TEXT, "text/plain"),
                         ("/files/", TEXT, "text/plain"),
                         ("/files/sub/index.html", b"sub home", "text/html"),
                         ("/empty", b"", "application/octet-stream"),
                         ("/a%20b.txt", b"space", "text/plain"),
                         ("/%C3%BC.txt", b"umlaut", "text/plain"),
                         ("/100%25.txt", b"percent", "text/plain"),
                         ("/app.js", b"1", "text/javascript"),
                         ("/style.css", b"a{}", "text/css"),
                         ("/i.svg", b"<svg/>", "image/svg+xml"),
                         ("/i.png", b"\x89PNG", "image/png"),
                         ("/m.wasm", b"\0asm", "application/wasm"),
                         ("/d.json", b"{}", "application/json"),
                         ("/odd.unheardof", b"?", "application/octet-stream")):
    add(f"{path} is {kind}", serves, path, body, kind)
for path in ("/missing", "/sub/missing", "/text.txt/", "/text.txt/more", "/files/missing",
             "/filesystem"):
    add(f"{path} is not there", not_served, path, 404)
add("a directory without index", not_served, "/bare/", 403, 404)
add("what is no file", not_served, "/fifo", 403, 404)
for path in ("/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
             "/sub%2f..%2f..%2fsecret.txt", "/..%5csecret.txt", "//../secret.txt",
             "/files/../../secret.txt", "/files/..%2fsecret.txt", "/files-other/secret.txt",
             "/files%2f..%2f..%2fsecret.txt", "/.%2e/secret.txt", "/%252e%252e/secret.txt"):
    add(f"{path} does not lead out", not_served, path, 400, 403, 404)

add("If-None-Match: the tag", conditional, 304, "If-None-Match: {etag}")
add("If-None-Match: a weak form of the tag", conditional, 304, "If-None-Match: W/{etag}")
add("If-None-Match: a list", conditional, 304, 'If-None-Match: "other", {etag}')
add("If-None-Match: *", conditional, 304, "If-None-Match: *")
add("If-None-Match: another", conditional, 200, 'If-None-Match: "other"')
add("If-None-Match wins over the date", conditional, 200, 'If-None-Match: "other"',
    "If-Modified-Since: {date}")
add("If-Modified-Since: its date", conditional, 304, "If-Modified-Since: {date}")
add("If-Modified-Since: later", conditional, 304, "If-Modified-Since: {after}")
add("If-Modified-Since: earlier", conditional, 200, "If-Modified-Since: {before}")
add("If-Modified-Since: no date", conditional, 200, "If-Modified-Since: yesterday")
add("If-Match: the tag", conditional, 200, "If-Match: {etag}")
add("If-Match: another", conditional, 412, 'If-Match: "other"')
add("If-Unmodified-Since: earlier", conditional, 412, "If-Unmodified-Since: {before}")
add("If-Unmodified-Since: its date", conditional, 200, "If-Unmodified-Since: {date}")
add("If-Range: the tag", conditional, 206, "If-Range: {etag}", "Range: bytes=0-4")
add("If-Range: its date", conditional, 206, "If-Range: {date}", "Range: bytes=0-4")
add("If-Range: another tag", conditional, 200, 'If-Range: "other"', "Range: bytes=0-4")
add("If-Range: another date", conditional, 200, "If-Range: {before}", "Range: bytes=0-4")

size = len(TEXT)
for value, first, last in (("bytes=0-4", 0, 4), ("bytes=4-4", 4, 4), ("bytes=5-", 5, size - 1),
                           ("bytes=-5", size - 5, size - 1), ("bytes=-1000", 0, size - 1),
                           ("bytes=0-1000", 0, size - 1),
                           (f"bytes={size - 1}-", size - 1, size - 1),
                           ("bytes=0-99999999999999999999", 0, size - 1)):
    add(f"Range: {value}", ranged, value, first, last)
for value, *ranges in (("bytes=0-4,10-14", (0, 4), (10, 14)),
                       ("bytes=-5, 0-0", (size - 5, size - 1), (0, 0)),
                       ("bytes=5-9,0-4,9999-", (5, 9), (0, 4))):
    add(f"Range: {value}", several, value, *ranges)
add("large parts over TLS", large_parts)
add("Range: bytes=0-4,100- has one part", ranged, "bytes=0-4,100-", 0, 4)
add("If-Range: another tag, several parts", conditional, 200, 'If-Range: "other"',
    "Range: bytes=0-4,6-7")
for value in ("bytes=0-4,2-6", "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 40, 2)),
              "bytes=0-4,x"):
    add(f"Range: {value} is not divided", whole, value, 200)
for value in (f"bytes={size}-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999-"):
    add(f"Range: {value} is outside", unsatisfiable, value)
for value in ("bytes=", "bytes=a-b", "bytes=5-4", "bytes", "bytes=--5"):
    add(f"Range: {value} is ignored or refused", whole, value, 200, 416)
for value in ("lines=0-4", "", "0-4"):
    add(f"Range: {value} is ignored", whole, value, 200)
run(gateway)
