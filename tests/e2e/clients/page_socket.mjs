// A page in Chromium opens the socket, sends a text and a binary message, and closes. Prints what
// it saw, as JSON. The page itself is any page of that origin.
//     node page_socket.mjs PAGE URL CODE REASON
import { inPage } from './chromium.mjs';

const [page_url, url, code, reason] = process.argv.slice(2);

await inPage(async (page) => {
    await page.goto(page_url, { timeout: 30_000 });
    const seen = await page.evaluate(([address, close, why]) => new Promise((resolve) => {
        const socket = new WebSocket(address, ['a', 'b']);
        const got = [];
        socket.binaryType = 'arraybuffer';
        socket.onopen = () => {
            socket.send('grüße');
            socket.send(new Uint8Array(300000).fill(7));
        };
        socket.onmessage = ({ data }) => {
            got.push(typeof data === 'string' ? data
                : [data.byteLength, new Uint8Array(data).every((byte) => byte === 7)]);
            if (got.length === 2) socket.close(Number(close), why);
        };
        socket.onclose = ({ code: c, reason: r, wasClean }) => resolve({
            got, code: c, reason: r, wasClean,
            subprotocol: socket.protocol, extensions: socket.extensions });
    }), [url, code, reason]);
    console.log(JSON.stringify(seen));
});
