// MQTT.js: every quality of service, a retained message, a mebibyte, a thousand messages in a row,
// and the last will of a client that is lost.
export async function run({ default: mqtt }, url) {
    const options = { reconnectPeriod: 0, connectTimeout: 20_000 };
    const listener = await mqtt.connectAsync(url, options);
    const speaker = await mqtt.connectAsync(url, { ...options, protocolVersion: 5 });
    const mortal = await mqtt.connectAsync(url, {
        ...options, will: { topic: 'news/will', payload: 'I am lost', qos: 1 },
    });
    const large = Array.from({ length: 131_072 }, (_, i) => String(i % 1e7).padStart(8)).join('');
    const name = Math.random().toString(36).slice(2), got = { messages: [], row: [] };
    const waiting = [];
    const received = (topic) => new Promise((resolve) => waiting.push([topic, resolve]));

    listener.on('message', (topic, payload, { qos, retain }) => {
        const text = payload.toString();
        if (topic === 'row') got.row.push(Number(text));
        else got.messages.push([topic, text === large ? `${large.length} bytes` : text, qos, retain]);
        for (const [wanted, resolve] of waiting) if (`${topic}=${text}`.startsWith(wanted)) resolve();
    });

    await speaker.publishAsync(`kept/${name}`, 'grüße', { qos: 1, retain: true });
    const kept = received(`kept/${name}`);
    await listener.subscribeAsync([`kept/${name}`, 'news/#', 'row'], { qos: 2 });
    await kept;
    got.messages[0][0] = 'kept';
    await speaker.publishAsync(`kept/${name}`, '', { retain: true });
    await received(`kept/${name}=`);
    got.messages.pop();

    for (const qos of [0, 1, 2]) {
        const small = received(`news/${qos}`), long = received(`news/large${qos}`);
        await speaker.publishAsync(`news/${qos}`, `wört ${qos}`, { qos });
        await small;
        await speaker.publishAsync(`news/large${qos}`, large, { qos });
        await long;
    }
    const empty = received('news/empty');
    await speaker.publishAsync('news/empty', '', { qos: 1 });
    await empty;

    const last = received('row=999');
    for (let i = 0; i < 1000; i++) speaker.publish('row', String(i), { qos: 1 });
    await last;

    const will = received('news/will');
    mortal.stream.destroy();
    await will;
    await listener.endAsync();
    await speaker.endAsync();
    return got;
}
