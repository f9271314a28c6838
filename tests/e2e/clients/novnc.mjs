// Opens a noVNC page in headless Chromium, waits until the desktop's colour is on the canvas,
// clicks and types. Prints one JSON line at each step that was reached.
//     node novnc.mjs URL '#rrggbb' X Y TEXT
import { inPage } from './chromium.mjs';

const [url, colour, x, y, text] = process.argv.slice(2);
const say = (step) => console.log(JSON.stringify(step));
const timeout = 60_000;

await inPage(async (page) => {
    await page.goto(url, { timeout });
    await page.waitForSelector('canvas', { timeout });
    const size = await page.waitForFunction((wanted) => {
        const canvas = document.querySelector('canvas');
        if (!canvas.width || !canvas.height) return false;
        const [r, g, b] = canvas.getContext('2d')
            .getImageData(canvas.width - 1, canvas.height - 1, 1, 1).data;
        const seen = '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('');
        return seen === wanted && [canvas.width, canvas.height];
    }, colour, { timeout });
    say({ seen: colour, size: await size.jsonValue() });
    await page.locator('canvas').click({ position: { x: Number(x), y: Number(y) } });
    await page.keyboard.type(text);
    say({ typed: text });
    // The page must stay until what was typed is on its way: the desktop changes its colour then.
    await page.waitForFunction((old) => {
        const canvas = document.querySelector('canvas');
        const [r, g, b] = canvas.getContext('2d')
            .getImageData(canvas.width - 1, canvas.height - 1, 1, 1).data;
        return '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('') !== old;
    }, colour, { timeout });
    say({ changed: true });
});
