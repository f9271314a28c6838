// A client for node that finds out by itself what gets through, or by one transport only: says some
// lines to an echo. Prints, as JSON, the transport in use and whether all came back in order.
//     node through.mjs sockjs|framegate URL [TRANSPORT]
import SockJS from 'sockjs-client';
import { WebSocket } from 'ws';

import { Framegate } from '../../../contrib/client/framegate.js';

const [library, url, transport] = process.argv.slice(2);
const PATIENCE = transport ? 60_000 : 4_000;    // ms for one transport
const choice = { timeout: PATIENCE, ...transport ? { transports: [transport] } : {} };
const sent = ['', 'grüße', 'x'.repeat(20_000)];
for (let i = 0; i < 50; i += 1) sent.push(`line ${i}`);
const got = [];
let used;

globalThis.WebSocket ??= WebSocket;
const socket = library === 'sockjs' ? new SockJS(url, null, choice) : new Framegate(url, choice);
socket.onopen = () => sent.forEach((line) => socket.send(line));
socket.onmessage = ({ data }) => {
    used = socket.transport;
    got.push(data);
    if (got.length === sent.length) socket.close();
};
socket.onclose = ({ reason }) => {
    console.log(JSON.stringify({
        transport: used,
        right: got.length === sent.length && got.every((line, i) => line === sent[i]),
        reason: got.length ? '' : reason,
    }));
    process.exit();
};
