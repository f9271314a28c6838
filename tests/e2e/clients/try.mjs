// Runs scenarios/NAME.mjs against a gateway, with the same library in node or in a page of
// Chromium, and prints what it returns as JSON.
//     node try.mjs NAME node|page URL
import { createRequire } from 'node:module';
import { inPage } from './chromium.mjs';

const [name, where, url] = process.argv.slice(2);
const scenario = new URL(`scenarios/${name}.mjs`, import.meta.url);

// The library under test: what node imports, and the file that a page imports. All unmodified.
const library = {
    mqtt: { node: 'mqtt', page: 'mqtt/dist/mqtt.esm.js' },
    postgresql: { node: '@neondatabase/serverless', page: '@neondatabase/serverless/index.mjs' },
}[name];
const file = (path) => new URL(`../node_modules/${path}`, import.meta.url).pathname;

async function inNode() {
    globalThis.WebSocket = createRequire(import.meta.url)('ws');
    const { run } = await import(scenario);
    return run(library && await import(library.node), url);
}

/// The page is one of the gateway's, whatever it answers there; two modules are put beside it.
async function inBrowser(page) {
    await page.route('**/scenario.mjs', (route) => route.fulfill({ path: scenario.pathname }));
    await page.route('**/library.mjs', (route) => library
        ? route.fulfill({ path: file(library.page) })
        : route.fulfill({ body: '', contentType: 'text/javascript' }));
    await page.goto(new URL('/page', url.replace(/^ws/, 'http')).href);
    return page.evaluate(async (target) => {
        const { run } = await import('/scenario.mjs');
        return run(await import('/library.mjs'), target);
    }, url);
}

const got = where === 'page' ? await inPage(inBrowser) : await inNode();
console.log(JSON.stringify(got));
process.exit();
