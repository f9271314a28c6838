// Opens a notebook in Chromium, runs its cell, and prints as JSON what came of it.
//     node jupyter.mjs URL
import { chromium } from 'playwright-core';

const [url] = process.argv.slice(2);
const WAIT = { timeout: 120_000 };
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
    page.on('pageerror', (error) => console.error(String(error)));
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
} finally {
    await browser.close();
}
