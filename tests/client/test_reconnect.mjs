// Connections that were lost for good: told, or made anew where that is asked for.
import { assert, FakeWebSocket, Framegate, test, until, watch, withPeer } from './watch.mjs';

const URL = 'ws://gate.example/again';
const only = { transports: ['websocket'] };
const newest = () => FakeWebSocket.all.at(-1);

async function next(before) {
    await until(() => newest() !== before, 'another WebSocket');
    return newest();
}

test('a lost WebSocket is opened again, and again', async () => {
    const seen = watch(URL, { ...only, reconnect: true });
    let fake = newest();
    fake.open();
    for (const code of [1006, 1001, 1012, 1013]) {
        fake.message('x');
        fake.end(code, 'why', code !== 1006);
        await until(() => seen.events.at(-1)[0] === 'reconnect', 'it is told');
        assert.equal(seen.socket.readyState, Framegate.CONNECTING);
        assert.throws(() => seen.socket.send('x'), { name: 'InvalidStateError' });
        fake = await next(fake);
        fake.open();
        assert.equal(seen.socket.readyState, Framegate.OPEN);
    }
    seen.socket.send('again');
    assert.deepEqual(fake.sent, ['again']);
    seen.socket.close(1000);
    await seen.until('close');
    assert.deepEqual(seen.events, ['websocket', 'open', ['reconnect', 1006, 'why', false], 'open',
        ['reconnect', 1001, 'why', true], 'open', ['reconnect', 1012, 'why', true], 'open',
        ['reconnect', 1013, 'why', true], 'open', ['close', 1000, '', true]]);
});

test('what ended on purpose is not opened again', async () => {
    for (const code of [1000, 1008, 1009, 3000, 4403]) {
        const seen = watch(URL, { ...only, reconnect: true });
        newest().open();
        newest().end(code, 'no', true);
        await seen.until('close');
        assert.deepEqual(seen.events.slice(2), [['close', code, 'no', true]]);
    }
});

test('as many tries as were asked for, in a row', async () => {
    const seen = watch(URL, { ...only, reconnect: 2 });
    let fake = newest();
    fake.end(1006);
    fake = await next(fake);
    fake.end(1006);
    fake = await next(fake);
    fake.end(1006);
    await seen.until('close');
    assert.deepEqual(seen.events.map((event) => event[0]),
        ['reconnect', 'reconnect', 'e', 'close']);
});

test('closed while it waits to connect again', async () => {
    const seen = watch(URL, { ...only, reconnect: true });
    const fake = newest();
    fake.open();
    fake.message('x');
    fake.end(1006);
    await seen.until('reconnect');
    seen.socket.close();
    await seen.until('close');
    assert.deepEqual([seen.events.at(-1), newest()], [['close', 1006, '', false], fake]);
});

withPeer('a session that is gone becomes a new one', { echo: true }, async (peer) => {
    for (const transport of ['sse', 'longpoll']) {
        const seen = watch(peer.url, { transports: [transport], reconnect: true });
        await seen.until('open');
        const session = peer.sessions.at(-1);
        await until(() => session.receiver, 'a receiver');
        session.gone = true;
        session.receiver();
        await seen.until('reconnect');
        await until(() => seen.events.at(-1) === 'open', 'it is open again');
        seen.socket.send('hello');
        await seen.received(1);
        assert.deepEqual(seen.events, [transport, 'open',
            ['reconnect', 4404, 'no such session', false], 'open']);
        assert.notEqual(peer.sessions.at(-1), session);
        seen.socket.close();
        await seen.until('close');
    }
});
