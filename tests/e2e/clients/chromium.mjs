// Headless Chromium, as each client that needs a browser starts it.
import { chromium } from 'playwright-core';

/// work(context) for pages that share cookies and connections; its result.
export async function inContext(work) {
    const browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        headless: true,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    try {
        return await work(await browser.newContext({ ignoreHTTPSErrors: true }));
    } finally {
        await browser.close();
    }
}

/// work(page) in a fresh page; its result. What goes wrong in the page is said on stderr.
export function inPage(work) {
    return inContext(async (context) => {
        const page = await context.newPage();
        page.on('pageerror', (error) => console.error(String(error)));
        return work(page);
    });
}
