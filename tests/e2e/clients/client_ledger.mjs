// A page and its backend send each other numbered messages by contrib/client. Prints what the page
// saw, as JSON: how many of b1, b2 … came in order, the first that did not, events.
//     node client_ledger.mjs PAGE URL TRANSPORT MESSAGES [no-streams]
// no-streams: in a browser that cannot read answers as they come
import { fileURLToPath } from 'node:url';

import { inPage } from './chromium.mjs';

const script = fileURLToPath(
    new URL('../../../contrib/client/dist/framegate.min.js', import.meta.url));
const [page_url, url, transport, messages, how] = process.argv.slice(2);
const AT_ONCE = 50;     // messages that wait in the page, at most

await inPage(async (page) => {
    if (how === 'no-streams')
        await page.addInitScript('delete Response.prototype.body');
    await page.goto(page_url, { timeout: 30_000 });
    await page.addScriptTag({ path: script });
    const seen = await page.evaluate(([address, name, last, most]) => new Promise((resolve) => {
        const socket = new window.Framegate(address, { transports: [name] });
        let sent = 0, got = 0, wrong = null;
        const events = [];
        const feed = () => {
            while (socket.readyState === 1 && sent < last && socket.bufferedAmount < most * 6)
                socket.send(`c${++sent}`);
            if (sent < last)
                setTimeout(feed, 5);
        };
        socket.onopen = feed;
        socket.onmessage = ({ data }) => {
            if (data === `b${got + 1}`)
                got++;
            else if (data === 'all there')
                socket.close(1000);
            else
                wrong ??= data;
        };
        for (const type of ['transport', 'reconnect', 'error'])
            socket.addEventListener(type, () => events.push(type));
        socket.onclose = ({ code, reason }) => resolve({ sent, got, wrong, events, code, reason,
            transport: socket.transport });
    }), [url, transport, Number(messages), AT_ONCE]);
    console.log(JSON.stringify(seen));
});
