// A web application with socket.io: a page, its script, socket.io's own client, and sockets that
// poll first and become WebSockets. What was asked of it is told to the page.
//     node socket_io.mjs HOST PORT
import http from 'node:http';
import { Server } from 'socket.io';

const page = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>rooms</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/app.css">
<script src="/socket.io/socket.io.js"></script><script src="/app.js"></script></head>
<body><h1>rooms</h1></body></html>`;
const script = `const wanted = new URLSearchParams(location.search).get('transports');
const socket = io({ reconnectionDelay: 50, ...(wanted && { transports: wanted.split(',') }) });
const heard = [];
const connects = [];
// by the time of 'connect' a new transport may have taken over already
let first;
socket.io.on('open', () => first = socket.io.engine.transport.name);
socket.on('connect', () => connects.push(first));
socket.on('heard', (what, bytes) => heard.push([what, bytes && new Uint8Array(bytes).length]));`;
const files = {
    '/': ['text/html; charset=utf-8', page],
    '/app.js': ['text/javascript; charset=utf-8', script],
    '/app.css': ['text/css; charset=utf-8', 'h1 { color: rgb(1, 2, 3); }'],
};

const server = http.createServer((request, response) => {
    const [type, body] = files[request.url.split('?')[0]] || ['text/plain', null];
    response.writeHead(body === null ? 404 : 200, { 'Content-Type': type });
    response.end(body || 'no such file');
});
const io = new Server(server, { pingInterval: 1000, maxHttpBufferSize: 4 << 20 });

io.on('connection', (socket) => {
    let upgrade = null;
    socket.conn.on('upgrade', (transport) => {
        const { httpVersion, method, headers } = transport.socket._socket.upgraded;
        upgrade = { httpVersion, method, upgrade: headers.upgrade,
            proto: headers['x-forwarded-proto'] };
    });
    socket.on('echo', (data, answer) => answer(data));
    socket.on('say', (what, bytes) => io.emit('heard', what, bytes));
    socket.on('how', (answer) => answer({ transport: socket.conn.transport.name, upgrade }));
    socket.on('leave', () => socket.conn.close());
    socket.on('break', () => socket.conn.transport.socket.terminate());
});
// before engine.io's own listener, which has no way to tell
server.prependListener('upgrade', (request, stream) => { stream.upgraded = request; });
server.listen(Number(process.argv[3]), process.argv[2]);
