// Two pages of the socket.io application in Chromium talk to it and to each other, lose their
// connection and come back. Prints one JSON line with what they saw.
//     node socket_io.mjs URL
import { inContext } from './chromium.mjs';

const [url] = process.argv.slice(2);
const WAIT = { timeout: 60_000 };
const errors = [];

async function open(context, query, transport) {
    const page = await context.newPage();
    page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('requestfailed', (r) => errors.push(`${r.url()}: ${r.failure().errorText}`));
    await page.goto(url + query, WAIT);
    await connected(page, transport, 1);
    return page;
}

const connected = (page, transport, times) => page.waitForFunction(
    ([name, n]) => socket.connected && connects.length === n &&
        socket.io.engine.transport.name === name, [transport, times], WAIT);

// texts and bytes of several sizes, each there and back
const echo = (page) => page.evaluate(async () => {
    const same = [];
    for (const n of [0, 1, 126, 70_000, 1_000_000]) {
        const bytes = new Uint8Array(n).map((_, i) => i * 7);
        const back = new Uint8Array(await socket.emitWithAck('echo', bytes));
        same.push(back.length === n && back.every((b, i) => b === bytes[i]));
        const text = 'grüß dich \u{1f600} '.repeat(n / 20);
        same.push(await socket.emitWithAck('echo', text) === text);
    }
    return same.every(Boolean);
});

const how = (page) => page.evaluate(() => socket.emitWithAck('how'));

async function broadcast(from, to, what) {
    await from.evaluate((w) => socket.emit('say', w, new Uint8Array(5000)), what);
    for (const page of to)
        await page.waitForFunction((w) => heard.some(([got, n]) => got === w && n === 5000), what,
            WAIT);
}

async function lose(page, way) {
    const before = await page.evaluate(() => connects.length);
    await page.evaluate((w) => socket.emit(w), way);
    await connected(page, 'websocket', before + 1);
    return page.evaluate(() => connects);
}

await inContext(async (context) => {
    const seen = {};
    const polling = await open(context, '?transports=polling', 'polling');
    seen.polling = [await echo(polling), await how(polling)];
    const page = await open(context, '', 'websocket');
    seen.color = await page.evaluate(() => getComputedStyle(document.querySelector('h1')).color);
    seen.websocket = [await echo(page), await how(page)];
    const other = await open(context, '?transports=websocket', 'websocket');
    await broadcast(polling, [polling, page, other], 'from the one that polls');
    await broadcast(page, [polling, page, other], 'from the one that was upgraded');
    seen.heard = await Promise.all([polling, page, other].map((p) => p.evaluate(() => heard)));
    seen.protocols = await page.evaluate(() => ['navigation', 'resource'].flatMap((kind) =>
        performance.getEntriesByType(kind).filter((e) => e.name.startsWith('http'))
            .map((e) => [new URL(e.name).pathname, e.nextHopProtocol])));
    seen.errors = [...errors];
    seen.connects = [await lose(page, 'leave'), await lose(page, 'break')];
    await broadcast(other, [page, other], 'after all');
    seen.again = await echo(page);
    console.log(JSON.stringify(seen));
});
