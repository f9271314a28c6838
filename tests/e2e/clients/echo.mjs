// Sends messages of many sizes through the URL to a backend that echoes bytes, and compares.
//     node echo.mjs URL [SUBPROTOCOL...]
// With the subprotocol base64 they travel as old clients of websockify send them.
import { createHash, randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [url, ...subprotocols] = process.argv.slice(2);
const messages = Array.from({ length: 200 }, (_, i) => randomBytes(i * i));
const sum = (data) => createHash('sha256').update(data).digest('hex');
const sent = Buffer.concat(messages);
const got = [];
let length = 0;

const socket = new WebSocket(url, subprotocols);
const isOld = () => socket.protocol === 'base64';
socket.on('open', () => messages.forEach((message) => {
    socket.send(isOld() ? message.toString('base64') : message);
}));
socket.on('message', (data, isBinary) => {
    if (isBinary === isOld()) throw new Error('a message of the wrong kind');
    const bytes = isOld() ? Buffer.from(data.toString(), 'base64') : data;
    got.push(bytes);
    length += bytes.length;
    if (length >= sent.length) socket.close(1000, 'done');
});
socket.on('close', (code) => {
    const same = length === sent.length && sum(Buffer.concat(got)) === sum(sent);
    console.log(JSON.stringify({ same, code, subprotocol: socket.protocol }));
});
