#!/usr/bin/python3
"""
The same as websocket.mjs, by Python's websockets: websocket.py HOST PORT DEFLATE [PEM]. It prints
how sessions of /echo ended.
"""
import asyncio
import http
import json
import ssl
import sys
import urllib.parse

import websockets

host, port, deflate = sys.argv[1:4]
last = None


async def echo(socket, _):
    global last
    try:
        async for message in socket:
            await socket.send(message)
    finally:
        await socket.wait_closed()
        last = {"code": socket.close_code, "reason": socket.close_reason}
        print(socket.close_code, socket.close_reason, flush=True)


async def say_last(socket, _):
    await socket.send(json.dumps(last))
    await socket.wait_closed()


async def headers(socket, _):
    names = {name.lower(): value for name, value in socket.request_headers.raw_items()}
    await socket.send(json.dumps(names))
    await socket.wait_closed()


async def close(socket, query):
    if "code" in query:
        await socket.close(int(query["code"]), query.get("reason", ""))
    else:
        await socket.write_close_frame(websockets.frames.Close(1005, ""))
        await socket.wait_closed()


async def leave(socket, _):
    socket.transport.abort()


PATHS = {"/echo": echo, "/last": say_last, "/headers": headers, "/close": close, "/leave": leave}


async def refuse(target, _):
    path = urllib.parse.urlsplit(target).path
    if path == "/no":
        return (http.HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": 'Basic realm="here"',
                                               "Content-Type": "text/plain"}, b"who are you?")
    if path == "/moved":
        return http.HTTPStatus.FOUND, {"Location": "/echo"}, b""
    return None


async def serve(socket):
    url = urllib.parse.urlsplit(socket.path)
    await PATHS[url.path](socket, dict(urllib.parse.parse_qsl(url.query)))


def choose(offered, _):
    return "b" if "b" in offered else offered[0] if offered else None


async def main():
    context = None
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[4])
    async with websockets.serve(
            serve, host, int(port), ssl=context, process_request=refuse, max_size=64 << 20,
            extra_headers={"Set-Cookie": "seen=1; Path=/"}, subprotocols=["b"], select_subprotocol=choose,
            compression="deflate" if deflate == "deflate" else None):
        await asyncio.Future()


asyncio.run(main())
