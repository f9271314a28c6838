// A WebSocket server as an application has it, by node's ws. What each path does stands in
// harness/ws_server.py.
//     node websocket.mjs HOST PORT DEFLATE [PEM]
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { WebSocketServer } from 'ws';

const [host, port, deflate, pem] = process.argv.slice(2);
const server = pem
    ? https.createServer({ cert: readFileSync(pem), key: readFileSync(pem) })
    : http.createServer();
let last = null;

const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 << 20,
    perMessageDeflate: deflate === 'deflate' && { threshold: 0 },
    handleProtocols: (offered) => (offered.has('b') ? 'b' : [...offered][0]),
});

const paths = {
    '/echo': (socket) => {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        socket.on('close', (code, reason) => { last = { code, reason: String(reason) }; });
    },
    '/last': (socket) => socket.send(JSON.stringify(last)),
    '/headers': (socket, request) => socket.send(JSON.stringify(request.headers)),
    '/close': (socket, request, query) => {
        const code = query.get('code');
        if (code) socket.close(Number(code), query.get('reason'));
        else socket.close();
    },
    '/leave': (socket) => socket.terminate(),
};
const refusals = {
    '/no': 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="here"\r\n' +
        'Content-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nwho are you?',
    '/moved': 'HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n' +
        'Connection: close\r\n\r\n',
};

sockets.on('headers', (headers) => headers.push('Set-Cookie: seen=1; Path=/'));
server.on('upgrade', (request, stream, head) => {
    const url = new URL(request.url, 'http://localhost');
    if (refusals[url.pathname]) {
        stream.end(refusals[url.pathname]);
        return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) =>
        paths[url.pathname](socket, request, url.searchParams));
});
server.listen(Number(port), host);
