// Echoes messages of many kinds and sizes with permessage-deflate: node's ws, or a browser's page.
//     node deflate.mjs ws|chromium URL [OPTIONS OF PERMESSAGE-DEFLATE AS JSON]
// Prints { extensions, same, code } as one line of JSON.
import WebSocket from 'ws';
import { inPage } from './chromium.mjs';

const [client, url, options] = process.argv.slice(2);

// Runs in node as in a page.
const talk = (socket) => new Promise((resolve, reject) => {
    const words = (n) => 'words and numbers 0123456789 äöü€😀 '.repeat(n);
    const sent = Array.from({ length: 40 }, (_, i) => words(i * i));
    let got = 0;
    let same = true;
    socket.onopen = () => sent.forEach((text, i) =>
        socket.send(i % 2 ? text : new TextEncoder().encode(text)));
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
        const isText = typeof data === 'string';
        const text = isText ? data : new TextDecoder().decode(data);
        same &&= isText === (got % 2 === 1) && text === sent[got];
        if (++got === sent.length) socket.close(1000);
    };
    socket.onerror = () => reject(new Error('the connection failed'));
    socket.onclose = ({ code }) => resolve({
        extensions: socket.extensions, same: same && got === sent.length, code });
});

const result = client === 'chromium'
    ? await inPage((page) => page.evaluate(`(${talk})(new WebSocket(${JSON.stringify(url)}))`))
    : await talk(new WebSocket(url, { perMessageDeflate: JSON.parse(options ?? 'true') }));
console.log(JSON.stringify(result));
