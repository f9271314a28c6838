// Opens a page in headless Chromium and speaks WebSocket from it to the same host, several
// sockets at a time. Prints one JSON line with what came back.
//     node h2.mjs URL PATH SOCKETS
import { inPage } from './chromium.mjs';

const [url, path, sockets] = process.argv.slice(2);

await inPage(async (page) => {
    await page.goto(url, { timeout: 60_000 });
    const talk = ([where, n]) => {
        const one = (i) => new Promise((resolve, reject) => {
            const socket = new WebSocket(where);
            const sizes = [0, 1, 125, 126, 70_000, 300_000];
            const got = [];
            const next = () => socket.send(new Uint8Array(sizes[got.length]).fill(i));
            socket.binaryType = 'arraybuffer';
            socket.onopen = next;
            socket.onerror = () => reject(new Error('failed'));
            socket.onmessage = ({ data }) => {
                const bytes = new Uint8Array(data);
                got.push(bytes.length === sizes[got.length] && bytes.every((b) => b === i));
                if (got.length < sizes.length) next();
                else socket.close(4000, 'done');
            };
            socket.onclose = ({ code, wasClean }) => resolve({ got, code, wasClean });
        });
        return Promise.all(Array.from({ length: n }, (_, i) => one(i)));
    };
    const where = new URL(path, url.replace(/^http/, 'ws')).href;
    console.log(JSON.stringify(await page.evaluate(talk, [where, Number(sockets)])));
});
