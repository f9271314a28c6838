// Sends messages of many sizes through the URL to a backend that echoes bytes, and compares.
//     node echo.mjs URL [SUBPROTOCOL]
import { createHash, randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [url, subprotocol] = process.argv.slice(2);
const messages = Array.from({ length: 200 }, (_, i) => randomBytes(i * i));
const sum = (data) => createHash('sha256').update(data).digest('hex');
const sent = Buffer.concat(messages);
const got = [];
let length = 0;

const socket = new WebSocket(url, subprotocol ? [subprotocol] : []);
socket.on('open', () => messages.forEach((message) => socket.send(message)));
socket.on('message', (data, isBinary) => {
    if (!isBinary) throw new Error('a text message');
    got.push(data);
    length += data.length;
    if (length >= sent.length) socket.close(1000, 'done');
});
socket.on('close', (code) => {
    const same = length === sent.length && sum(Buffer.concat(got)) === sum(sent);
    console.log(JSON.stringify({ same, code, subprotocol: socket.protocol }));
});
