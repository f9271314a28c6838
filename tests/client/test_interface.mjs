// Framegate is used as WebSocket is: constants, properties, handlers, what is thrown.
import { assert, FakeWebSocket, Framegate, test, until, watch, withPeer } from './watch.mjs';

const URL = 'ws://gate.example/socket';
const only = { transports: ['websocket'], timeout: 100 };

test('constants stand on the class and on each socket', () => {
    const socket = new Framegate(URL, only);
    ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'].forEach((name, i) => {
        assert.equal(Framegate[name], i);
        assert.equal(socket[name], i);
    });
    assert.equal(socket.readyState, Framegate.CONNECTING);
});

test('URLs: each scheme becomes that of a WebSocket', () => {
    for (const [given, url] of [
        ['ws://gate.example/a?b=c', 'ws://gate.example/a?b=c'],
        ['http://gate.example:81/a', 'ws://gate.example:81/a'],
        ['https://gate.example/a', 'wss://gate.example/a'],
    ])
        assert.equal(new Framegate(given, only).url, url);
});

test('what a WebSocket throws, with the same names', () => {
    const socket = new Framegate(URL, only);
    const throws = (name, f) => assert.throws(f, { name });
    throws('SyntaxError', () => new Framegate('/no/base'));
    throws('SyntaxError', () => new Framegate('ftp://gate.example/'));
    throws('SyntaxError', () => new Framegate(`${URL}#fragment`));
    throws('SyntaxError', () => new Framegate(URL, ['a', 'a']));
    throws('SyntaxError', () => new Framegate(URL, 'a b'));
    throws('InvalidStateError', () => socket.send('early'));
    throws('InvalidAccessError', () => socket.close(1001));
    throws('InvalidAccessError', () => socket.close(5000));
    throws('SyntaxError', () => socket.close(1000, 'ü'.repeat(62)));
    assert.equal(socket.readyState, Framegate.CONNECTING);
});

test('handlers: one each, replaced and removed; listeners beside them', async () => {
    const socket = new Framegate(URL, only);
    const calls = [];
    socket.onopen = () => calls.push('replaced');
    socket.addEventListener('open', () => calls.push('listener'));
    socket.onopen = function handler(event) {
        calls.push(this === socket, event.target === socket);
    };
    assert.equal(socket.onmessage, null);
    socket.onmessage = () => calls.push('removed');
    socket.onmessage = null;
    const fake = FakeWebSocket.all.at(-1);
    fake.open();
    fake.message('x');
    assert.deepEqual(calls, ['listener', true, true]);
});

test('by WebSocket: everything passes as it is', async () => {
    const seen = watch(URL, ['a', 'b'], only);
    const fake = FakeWebSocket.all.at(-1);
    assert.deepEqual([fake.url, fake.protocols, fake.binaryType], [URL, ['a', 'b'], 'arraybuffer']);
    fake.extensions = 'permessage-deflate';
    fake.open('b');
    assert.deepEqual([seen.socket.protocol, seen.socket.extensions, seen.socket.transport],
        ['b', 'permessage-deflate', 'websocket']);
    const bytes = new Uint8Array([1, 2]);
    seen.socket.send('text');
    seen.socket.send(bytes);
    assert.deepEqual(fake.sent, ['text', bytes]);
    fake.bufferedAmount = 6;
    assert.equal(seen.socket.bufferedAmount, 6);
    fake.message('one');
    fake.message(new Uint8Array([3]).buffer);
    assert.deepEqual(seen.messages, ['one', Buffer.from([3])]);
    seen.socket.close(3001, 'bye');
    assert.deepEqual([seen.socket.readyState, fake.closed], [2, [3001, 'bye']]);
    seen.socket.send('1234');
    fake.message('not heard any more');
    await seen.until('close');
    assert.deepEqual(seen.events, ['websocket', 'open', ['close', 3001, 'bye', true]]);
    assert.deepEqual([seen.messages.length, seen.socket.readyState, seen.socket.bufferedAmount],
        [2, 3, 10]);
});

test('binaryType decides what binary messages are', async () => {
    const socket = new Framegate(URL, only);
    const got = [];
    socket.onmessage = ({ data, origin }) => got.push(data, origin);
    assert.equal(socket.binaryType, 'blob');
    FakeWebSocket.all.at(-1).open();
    FakeWebSocket.all.at(-1).message(new Uint8Array([1, 2]).buffer);
    assert.ok(got[0] instanceof Blob);
    assert.deepEqual(new Uint8Array(await got[0].arrayBuffer()), new Uint8Array([1, 2]));
    assert.equal(got[1], 'ws://gate.example');
});

test('an end that is not clean is an error, and comes with the code and words of the other side',
    async () => {
        const seen = watch(URL, only);
        FakeWebSocket.all.at(-1).open();
        FakeWebSocket.all.at(-1).end(1011, 'backend reset', true);
        await seen.until('close');
        const other = watch(URL, only);
        FakeWebSocket.all.at(-1).open();
        FakeWebSocket.all.at(-1).message('x');
        FakeWebSocket.all.at(-1).end(1006);
        await other.until('close');
        assert.deepEqual(seen.events.slice(2), [['close', 1011, 'backend reset', true]]);
        assert.deepEqual(other.events.slice(2), ['error', ['close', 1006, '', false]]);
    });

test('closed while it opens: 1006', async () => {
    const seen = watch(URL);
    seen.socket.close();
    await seen.until('close');
    assert.deepEqual(seen.events, ['error', ['close', 1006, '', false]]);
});

for (const transport of ['sse', 'longpoll'])
    withPeer(`by ${transport}: all kinds of messages, both ways, in order`,
        { echo: true, protocols: ['b'] }, async (peer) => {
            const seen = watch(peer.url, ['a', 'b'], { transports: [transport] });
            await seen.until('open');
            const { socket } = seen;
            assert.deepEqual([socket.protocol, socket.extensions, socket.transport],
                ['b', '', transport]);
            const buffer = new Uint8Array([0, 255, 10, 13]);
            const big = 'grüße 😀\n'.repeat(20_000);
            socket.send('text');
            socket.send('');
            socket.send(buffer.buffer);
            buffer.fill(7);                         // what is sent later is not what was meant
            socket.send(buffer.subarray(1, 3));
            socket.send(new Blob(['blob', 'by']));
            socket.send(new ArrayBuffer(0));
            socket.send('lines\n\nand : colons\n data: x\n');
            socket.send('\ufeffmark');
            socket.send(12);
            socket.send('\ufeffCR\rand CR LF\r\n');
            socket.send(big);
            assert.equal(socket.bufferedAmount,
                4 + 4 + 2 + 6 + 'lines\n\nand : colons\n data: x\n'.length + 7 + 2 + 17
                + Buffer.byteLength(big));
            await seen.received(11);
            assert.deepEqual(seen.messages, ['text', '', Buffer.from([0, 255, 10, 13]),
                Buffer.from([7, 7]), Buffer.from('blobby'), Buffer.alloc(0),
                'lines\n\nand : colons\n data: x\n', '\ufeffmark', '12',
                '\ufeffCR\rand CR LF\r\n', big]);
            await until(() => socket.bufferedAmount === 0, 'all was taken');
            socket.close(3000, 'enough, ü');
            await seen.until('close');
            assert.deepEqual(seen.events,
                [transport, 'open', ['close', 3000, '', true]]);
            assert.equal(peer.sessions[0].deleted, true);
        });

withPeer('closing sends first what was to be sent', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    const [session] = peer.sessions;
    session.full = [];
    seen.socket.send('one');
    seen.socket.send('two');
    seen.socket.close();
    seen.socket.send('too late');
    assert.equal(seen.socket.bufferedAmount, 14);
    await until(() => session.full.length, 'the first POST is held');
    session.send('not heard');
    await until(() => peer.requests.length > 2, 'requests');
    assert.equal(session.deleted, undefined);
    const [held] = session.full;
    session.full = undefined;
    held();
    await seen.until('close');
    assert.deepEqual(session.taken, ['one', 'two']);
    assert.deepEqual([seen.messages, seen.events.at(-1)], [[], ['close', 1005, '', true]]);
});

withPeer('the gateway closes: its code and reason, after the last message', {}, async (peer) => {
    for (const transport of ['sse', 'longpoll']) {
        const seen = watch(peer.url, { transports: [transport] });
        await seen.until('open');
        const session = peer.sessions.at(-1);
        session.out.push('last');
        session.end(1011, 'backend reset "x"');
        await seen.until('close');
        assert.deepEqual([seen.messages, seen.events.slice(2)],
            [['last'], [['close', 1011, 'backend reset "x"', true]]]);
    }
});

withPeer('closed while a session is being made: it is taken down', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['longpoll'] });
    seen.socket.close();
    await seen.until('close');
    assert.deepEqual(seen.events, ['error', ['close', 1006, '', false]]);
    await until(() => peer.sessions[0]?.deleted, 'the session is deleted');
});
