// framegate.js → dist/framegate.min.js, which sets the global Framegate.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { minify } from 'terser';

const here = new URL('./', import.meta.url);
const { version, license } = JSON.parse(readFileSync(new URL('package.json', here)));
const source = readFileSync(new URL('framegate.js', here), 'utf8');

// Private names stay private: what a page may add to a socket begins with no underscore.
const count = {};
for (const [name] of source.matchAll(/\b_\w+/g))
    count[name] = (count[name] || 0) + 1;
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const props = Object.fromEntries(Object.keys(count).sort((a, b) => count[b] - count[a])
    .map((name, i) => [`$${name}`, `_${letters[i % 52]}${i < 52 ? '' : Math.floor(i / 52)}`]));

const script = source.replace(/^export default .*\n/m, '').replace(/^export /m, '');
const { code } = await minify(`(() => {${script} globalThis.Framegate = Framegate; })();`, {
    ecma: 2018,
    compress: { passes: 3, unsafe_arrows: true },
    mangle: { properties: { regex: /^_/ } },
    nameCache: { props: { props } },
    format: { preamble: `/* framegate ${version}, ${license} */` },
});
mkdirSync(new URL('dist', here), { recursive: true });
writeFileSync(new URL('dist/framegate.min.js', here), `${code}\n`);
