// A page uses contrib/client as a program would: opens, sends one message of each kind to an echo,
// closes. Prints what it saw, as JSON.
//     node client.mjs PAGE URL OPTIONS [HOW]
// HOW: "module": the source as a module, from PAGE's origin; "no-streams": in a browser that cannot
// read answers as they come; "again": twice, and only the second one counts
import { fileURLToPath } from 'node:url';

import { inPage } from './chromium.mjs';

const script = fileURLToPath(
    new URL('../../../contrib/client/dist/framegate.min.js', import.meta.url));
const [page_url, url, options, how] = process.argv.slice(2);

function use([address, given]) {
    return new Promise((resolve) => {
        const socket = new window.Framegate(address, given);
        const seen = { events: [], got: [] };
        const big = new Uint8Array(300_000).fill(7);
        const messages = ['grüße', '', 'CR\rLF\nCR LF\r\n', big, new Blob(['blob']), big.buffer];
        const show = (data) => typeof data === 'string' ? data
            : [data.byteLength, new Uint8Array(data).every((byte) => byte === 7)];
        const finish = () => resolve({ ...seen, transport: socket.transport, url: socket.url,
            subprotocol: socket.protocol, waiting: socket.bufferedAmount });
        socket.binaryType = 'arraybuffer';
        for (const type of ['open', 'error', 'transport', 'reconnect'])
            socket.addEventListener(type, () => seen.events.push(type));
        socket.onopen = () => messages.forEach((message) => socket.send(message));
        socket.onmessage = ({ data }) => {
            seen.got.push(show(data));
            if (seen.got.length === messages.length)
                socket.close(3000, 'enough');
        };
        socket.onclose = (event) => {
            seen.events.push([event.constructor.name, event.code, event.reason, event.wasClean]);
            finish();
        };
    });
}

await inPage(async (page) => {
    if (how === 'no-streams')
        await page.addInitScript('delete Response.prototype.body');
    await page.goto(page_url, { timeout: 30_000 });
    if (how === 'module')
        await page.addScriptTag({ type: 'module',
            content: `import { Framegate } from "/client/framegate.js";
                window.Framegate = Framegate;` });
    else
        await page.addScriptTag({ path: script });
    await page.waitForFunction(() => window.Framegate);
    const ask = [url, JSON.parse(options)];
    if (how === 'again')
        await page.evaluate(use, ask);
    console.log(JSON.stringify(await page.evaluate(use, ask)));
});
