// Fetches from a page as its scripts would. Prints what came of each, as one JSON array.
//     node cors.mjs PAGE REQUESTS
// REQUESTS: a JSON array of [URL, options of fetch]
import { inPage } from './chromium.mjs';

const [page_url, requests] = process.argv.slice(2);

await inPage(async (page) => {
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
});
