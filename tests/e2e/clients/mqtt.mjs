// MQTT.js, unmodified: two clients, every quality of service, a large payload. Prints what came.
//     node mqtt.mjs URL [CA]
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const [url, ca] = process.argv.slice(2);
const options = { reconnectPeriod: 0, connectTimeout: 20_000, ...(ca && { ca: readFileSync(ca) }) };
const listener = await mqtt.connectAsync(url, options);
const speaker = await mqtt.connectAsync(url, { ...options, protocolVersion: 5 });
const got = [], large = 'x'.repeat(200_000);

const all = new Promise((resolve) => listener.on('message', (topic, payload, packet) => {
    got.push([topic, payload.length > 100 ? payload.length : String(payload), packet.qos]);
    if (got.length === 5) resolve();
}));
await listener.subscribeAsync('news/#', { qos: 2 });
for (const qos of [0, 1, 2]) await speaker.publishAsync(`news/${qos}`, `wört ${qos}`, { qos });
await speaker.publishAsync('news/large', large, { qos: 1 });
await speaker.publishAsync('news/empty', '', { qos: 1 });
await all;
await listener.endAsync();
await speaker.endAsync();
console.log(JSON.stringify(got));
