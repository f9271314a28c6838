// Uses the demo's page as somebody would: connects, types, sends binary, disconnects. Prints what
// the page then shows, as one JSON object.
//     node console.mjs URL TEXT [TRANSPORT]
// TRANSPORT: what is chosen on the page; without it, nothing is
import { inPage } from './chromium.mjs';

const [url, text, transport] = process.argv.slice(2);
const timeout = 30_000;

await inPage(async (page) => {
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(url, { timeout });
    await page.waitForSelector('#state[data-is=open]', { timeout });
    if (transport) {
        await page.getByRole('button', { name: 'Disconnect' }).click();
        await page.waitForSelector('#state[data-is=closed]', { timeout });
        await page.evaluate(() => document.querySelector('#log').replaceChildren());
        await page.selectOption('#by', transport);
        await page.getByRole('button', { name: 'Connect' }).click();
        await page.waitForSelector('#state[data-is=open]', { timeout });
    }
    const received = (part) => page.waitForSelector(
        `#log .received .what:has-text(${JSON.stringify(part)})`, { timeout });
    await page.fill('#text', text);
    await page.keyboard.press('Enter');
    await received(text);
    await page.getByLabel('Binary').check({ force: true });
    await page.fill('#text', `binary ${text}`);
    await page.getByRole('button', { name: 'Send' }).click();
    await received(`binary ${text}`);
    await page.waitForFunction(() => document.querySelector('#latency').textContent !== '–',
        null, { timeout });
    const facts = await page.evaluate(() => Object.fromEntries(
        [...document.querySelectorAll('.facts div')].map((div) =>
            [div.querySelector('dt').textContent, div.querySelector('dd').textContent])));
    const about = await page.textContent('#about');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.waitForSelector('#state[data-is=closed]', { timeout });
    const log = await page.$$eval('#log li', (rows) =>
        rows.map((row) => [row.className, row.querySelector('.what').textContent]));
    console.log(JSON.stringify({ about, facts, log, errors }));
});
