// contrib/client in node: sends what it is told, one message after the other, until the backend
// ends the session, or else ends it itself. Prints what it saw, as JSON.
//     node transports.mjs URL TRANSPORT MESSAGES EXPECTED
// MESSAGES: JSON, of strings and of {"base64"}; EXPECTED: how many are to come before it closes; -1:
// the backend will
import { WebSocket } from 'ws';

import { Framegate } from '../../../contrib/client/framegate.js';

const [url, transport, messages, expected] = process.argv.slice(2);

/* As in a browser, an error that nobody listens for is none. */
globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
        super(...args);
        this.on('error', () => {});
    }
};

const socket = new Framegate(url, { transports: [transport] });
const got = [];
let opened = false;
socket.binaryType = 'arraybuffer';
socket.onopen = () => {
    opened = true;
    for (const message of JSON.parse(messages))
        socket.send(typeof message === 'string' ? message : Buffer.from(message.base64, 'base64'));
};
socket.onmessage = ({ data }) => {
    got.push(typeof data === 'string' ? data : { base64: Buffer.from(data).toString('base64') });
    if (got.length === Number(expected))
        socket.close(1000, 'enough');
};
socket.onclose = ({ code, reason }) => {
    console.log(JSON.stringify({ opened, got, code, reason, transport: socket.transport }));
};
