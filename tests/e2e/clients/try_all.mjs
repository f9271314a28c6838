// contrib/client in node: one session for each {url, transport, messages, expected} in the JSON on
// standard input. It sends its messages, strings or {"base64"}, and ends the session when it got
// as many as expected; null: its backend will. Prints what each saw, as JSON.
import { text } from 'node:stream/consumers';

import { WebSocket } from 'ws';

import { Framegate } from '../../../contrib/client/framegate.js';

// as in a browser, an error that nobody listens for is none
globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
        super(...args);
        this.on('error', () => {});
    }
};

const tried = ({ url, transport, messages, expected }) => new Promise((resolve) => {
    const socket = new Framegate(url, { transports: [transport] });
    const got = [];
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
        for (const m of messages)
            socket.send(typeof m === 'string' ? m : Buffer.from(m.base64, 'base64'));
    };
    socket.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data
            : { base64: Buffer.from(data).toString('base64') });
        if (got.length === expected)
            socket.close(4000, 'enough');
    };
    socket.onclose = ({ code, reason }) => {
        resolve({ got, end: [code, reason], transport: socket.transport });
    };
});

const seen = await Promise.all(JSON.parse(await text(process.stdin)).map(tried));
process.stdout.write(JSON.stringify(seen), () => process.exit());     // keeps connections for later
