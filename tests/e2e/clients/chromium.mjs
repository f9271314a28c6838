// Headless Chromium, as each client that needs a browser starts it.
import { chromium } from 'playwright-core';

/// work(page) in a fresh page; its result. What goes wrong in the page is said on stderr.
export async function inPage(work) {
    const browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        headless: true,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    try {
        const page = await browser.newPage({ ignoreHTTPSErrors: true });
        page.on('pageerror', (error) => console.error(String(error)));
        return await work(page);
    } finally {
        await browser.close();
    }
}
