// Looks at the status page as somebody would, by day, at night and on a phone. Prints what it
// shows, what it asked for, and what went wrong, as one JSON object for each.
//     node status_page.mjs URL STATE [FOLDER]
// STATE: the word that is waited for; FOLDER: where pictures of the pages go
import { join } from 'node:path';
import { inPage } from './chromium.mjs';

const [url, state, folder] = process.argv.slice(2);
const timeout = 30_000;
const looks = [
    { name: 'light', colorScheme: 'light', width: 1280, height: 900 },
    { name: 'dark', colorScheme: 'dark', width: 1280, height: 900 },
    { name: 'phone', colorScheme: 'light', width: 360, height: 740 },
    { name: 'phone-dark', colorScheme: 'dark', width: 360, height: 740 },
];

function shown() {
    const text = (element) => element.textContent.trim();
    const rows = (table) => [...table.querySelectorAll('tbody tr')].map((row) =>
        [...row.children].map(text));
    const root = document.documentElement;
    return {
        state: text(document.querySelector('#state')),
        facts: text(document.querySelector('#facts')),
        charts: [...document.querySelectorAll('#charts h3')].map(text),
        lines: [...document.querySelectorAll('#charts polyline')].map((line) =>
            line.getAttribute('points').split(' ').length),
        tables: Object.fromEntries([...document.querySelectorAll('main section')].map((section) =>
            [text(section.querySelector('h2')), rows(section)])),
        overflow: root.scrollWidth - root.clientWidth,
        ground: getComputedStyle(document.body).backgroundColor,
    };
}

await inPage(async (page) => {
    for (const { name, colorScheme, width, height } of looks) {
        const errors = [], asked = new Set();
        page.removeAllListeners();
        page.on('pageerror', (error) => errors.push(String(error)));
        page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
        page.on('request', (request) => request.url().startsWith('data:') ||
            asked.add(request.url()));
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        await page.goto(url, { timeout });
        await page.waitForFunction((word) => document.querySelector('#state').textContent === word,
            state, { timeout });
        await page.waitForFunction(() => document.querySelectorAll('#charts polyline').length > 0,
            null, { timeout });
        const page_shows = await page.evaluate(shown);
        if (folder)
            await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        console.log(JSON.stringify({ name, errors, asked: [...asked].sort(), ...page_shows }));
    }
});
