// Fetches from a page as its scripts would. Prints what came of each, as one JSON array.
//     node cors.mjs PAGE REQUESTS
// REQUESTS: a JSON array of [URL, options of fetch]
import { chromium } from 'playwright-core';

const [page_url, requests] = process.argv.slice(2);

const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
    const page = await browser.newPage();
    await page.goto(page_url, { timeout: 30_000 });
    const results = await page.evaluate((list) => Promise.all(list.map(
        async ([url, options]) => {
            try {
                const response = await fetch(url, options);
                const own = response.headers.get('X-Own');
                const seen = [response.status, response.type, await response.text()];
                return own === null ? seen : [...seen, own];
            } catch (error) {
                return [String(error)];
            }
        })), JSON.parse(requests));
    console.log(JSON.stringify(results));
} finally {
    await browser.close();
}
