// sockjs-client in a page of headless Chromium. Prints one JSON line for each transport.
//     node sockjs_page.mjs PAGE URL-OF-ECHO URL-OF-CLOSE TRANSPORT...
import { fileURLToPath } from 'node:url';
import { inPage } from './chromium.mjs';
import { leave, talk } from './sockjs_talk.mjs';

const [where, echo, close, ...transports] = process.argv.slice(2);
const client = fileURLToPath(new URL('../node_modules/sockjs-client/dist/sockjs.min.js', import.meta.url));

await inPage(async (page) => {
    await page.goto(where, { timeout: 60_000 });
    await page.addScriptTag({ path: client });
    await page.addScriptTag({ content: `${talk};${leave}` });
    for (const transport of transports) {
        console.log(JSON.stringify(await page.evaluate(
            async ([a, b, name]) => [await talk(SockJS, a, name), await leave(SockJS, b, name)],
            [echo, close, transport],
        )));
    }
});
