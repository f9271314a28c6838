"""Files that lie there compressed beside the originals, by Accept-Encoding."""
import gzip
import os

from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch

TEXT = b"function f() { return 'framegate'; }\n" * 1000
GZ = gzip.compress(TEXT)
BR = b"what brotli would have made of it"     # the gateway does not look into it


def asked(coding, body, *accept):
    response = fetch(gateway, "/app.js", headers=[f"Accept-Encoding: {a}" for a in accept])
    equal(response.status, 200, "status")
    equal(response.header("Content-Encoding"), coding, "Content-Encoding")
    equal(response.header("Vary"), "Accept-Encoding", "Vary")
    equal(response.header("Content-Type"), "text/javascript; charset=utf-8", "Content-Type")
    equal(response.body, body, "body")


@case("each coding has a tag of its own, and conditions go by it")
def tags():
    tag = {}
    for accept in ("identity", "gzip", "br"):
        tag[accept] = fetch(gateway, "/app.js",
                            headers=[f"Accept-Encoding: {accept}"]).header("ETag")
        equal(tag[accept].startswith('"'), True, "a strong tag")
    equal(len(set(tag.values())), 3, "different tags")
    for accept in tag:
        for known in tag:
            response = fetch(gateway, "/app.js", headers=[
                f"Accept-Encoding: {accept}", f"If-None-Match: {tag[known]}"])
            equal(response.status, 304 if accept == known else 200, f"{accept} for {known}")
            equal(response.header("Vary"), "Accept-Encoding", "Vary")


@case("a part is one of the bytes that this client gets")
def ranges():
    response = fetch(gateway, "/app.js", headers=["Accept-Encoding: gzip", "Range: bytes=10-19"])
    equal((response.status, response.body), (206, GZ[10:20]), "part")
    equal(response.header("Content-Encoding"), "gzip", "Content-Encoding")
    equal(response.header("Content-Range"), f"bytes 10-19/{len(GZ)}", "Content-Range")
    response = fetch(gateway, "/app.js", headers=["Range: bytes=10-19"])
    equal((response.status, response.body), (206, TEXT[10:20]), "part")


@case("no other part of a download that was begun in another coding")
def resume():
    tag = fetch(gateway, "/app.js", headers=["Accept-Encoding: gzip"]).header("ETag")
    response = fetch(gateway, "/app.js", headers=[f"If-Range: {tag}", "Range: bytes=10-19"])
    equal((response.status, response.body), (200, TEXT), "answer")


@case("nothing that the client accepts: 406")
def none():
    response = fetch(gateway, "/only.txt", headers=["Accept-Encoding: br, identity;q=0"])
    equal((response.status, response.header("Vary")), (406, "Accept-Encoding"), "answer")


@case("a twin that is older than its file is none")
def old():
    response = fetch(gateway, "/old.css", headers=["Accept-Encoding: gzip"])
    equal((response.body, response.header("Content-Encoding")), (b"new", None), "answer")
    os.utime(gateway.dir / "www" / "old.css.gz")
    response = fetch(gateway, "/old.css", headers=["Accept-Encoding: gzip"])
    equal((response.body, response.header("Content-Encoding")), (b"twin", "gzip"), "answer")


gateway = Gateway(routes='''root: { path = "/"; static = "@DIR@/www"; };''')
www = gateway.dir / "www"
www.mkdir()
for name, data, time in (("app.js", TEXT, 1000), ("app.js.gz", GZ, 1000), ("app.js.br", BR, 2000),
                         ("only.txt", b"only", 1000), ("old.css", b"new", 1001),
                         ("old.css.gz", b"twin", 1000)):
    (www / name).write_bytes(data)
    os.utime(www / name, (time, time))

add("no Accept-Encoding", asked, None, TEXT)
add("an empty one", asked, None, TEXT, "")
add("gzip", asked, "gzip", GZ, "gzip")
add("what browsers send", asked, "br", BR, "gzip, deflate, br, zstd")
add("weights", asked, "gzip", GZ, "br;q=0.4, gzip;q=0.5, identity;q=0.1")
add("two fields", asked, "gzip", GZ, "br;q=0", "gzip")
add("anything but", asked, "gzip", GZ, "*, br;q=0")
add("rather as it is", asked, None, TEXT, "identity, gzip;q=0.5")
add("not as it is", asked, "gzip", GZ, "gzip;q=0.1, identity;q=0")
add("a coding that is not there", asked, None, TEXT, "zstd")
run(gateway)
