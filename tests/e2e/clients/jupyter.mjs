// Opens a notebook in Chromium, runs its cell, and prints as JSON what came of it.
//     node jupyter.mjs URL
import { inPage } from './chromium.mjs';

const [url] = process.argv.slice(2);
const WAIT = { timeout: 120_000 };

await inPage(async (page) => {
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
    await page.goto(url, WAIT);
    await page.waitForFunction(() => globalThis.Jupyter?.notebook?.kernel?.is_connected(), null, WAIT);
    await page.evaluate(() => Jupyter.notebook.execute_all_cells());
    await page.waitForFunction(() => document.querySelector('.output_text pre, .output_stdout pre'),
        null, WAIT);
    const output = await page.textContent('.output_stdout pre');
    await page.evaluate(() => Jupyter.notebook.save_notebook());
    const protocols = await page.evaluate(() => ['navigation', 'resource'].flatMap((kind) =>
        performance.getEntriesByType(kind).filter((e) => e.name.startsWith('https'))
            .map((e) => e.nextHopProtocol)));
    console.log(JSON.stringify({ output, protocols: [...new Set(protocols)],
        requests: protocols.length, sockets: sockets.map((path) => path.split('/')[1]) }));
});
