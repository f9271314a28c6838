// MQTT.js's own bundle in headless Chromium: publishes to itself. Prints what the page received.
//     node mqtt_page.mjs URL COUNT          URL: ws://… (a page of that host is asked for first)
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [url, count] = [process.argv[2], Number(process.argv[3])];
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(String(error)));
    await page.goto(url.replace(/^ws/, 'http'));        // any answer is a page of that origin
    const bundle = new URL('../node_modules/mqtt/dist/mqtt.min.js', import.meta.url);
    await page.addScriptTag({ path: fileURLToPath(bundle) });
    const got = await page.evaluate(([where, n]) => new Promise((resolve, reject) => {
        const client = window.mqtt.connect(where, { reconnectPeriod: 0 }), seen = [];
        client.on('error', reject);
        client.on('message', (topic, payload) => {
            seen.push(payload.toString());
            if (seen.length === n) client.end(false, {}, () => resolve(seen));
        });
        client.on('connect', () => client.subscribe('page', { qos: 1 }, () => {
            for (let i = 0; i < n; i++) client.publish('page', `message ${i} é`, { qos: 1 });
        }));
    }), [url, count]);
    console.log(JSON.stringify(got));
} finally {
    await browser.close();
}
