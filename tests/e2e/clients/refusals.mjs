// What a page's WebSocket is told: opens each URL of a JSON list [[URL, [SUBPROTOCOL…]]…] from a
// page, one after the other, and prints a list of [code, reason, wasClean] of their close events.
//     node refusals.mjs PAGE LIST
import { inPage } from './chromium.mjs';

const [page_url, list] = process.argv.slice(2);

await inPage(async (page) => {
    await page.goto(page_url, { timeout: 60_000 });
    const told = await page.evaluate(async (wanted) => {
        const result = [];
        for (const [url, subprotocols] of wanted)
            result.push(await new Promise((resolve) => {
                const socket = new WebSocket(url, subprotocols);
                socket.onclose = (event) => resolve([event.code, event.reason, event.wasClean]);
            }));
        return result;
    }, JSON.parse(list));
    console.log(JSON.stringify(told));
});
