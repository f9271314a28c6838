// Which transport is taken when others do not get through.
import { assert, FakeWebSocket, hurry, test, until, watch, withPeer } from './watch.mjs';

const TIMEOUT = 300;

withPeer('a WebSocket that is refused: server-sent events', { echo: true }, async (peer) => {
    const seen = watch(peer.url, { timeout: TIMEOUT });
    assert.equal(seen.socket.transport, '');
    FakeWebSocket.all.at(-1).end(1006);
    await seen.until('open');
    seen.socket.send('hello');
    await seen.received(1);
    assert.deepEqual([seen.events, seen.messages], [['sse', 'open'], ['hello']]);
    seen.socket.close();
    await seen.until('close');
});

withPeer('a WebSocket that is swallowed: the same, and it stays dead', {}, async (peer) => {
    const seen = watch(peer.url, { timeout: TIMEOUT });
    const fake = FakeWebSocket.all.at(-1);
    await seen.until('open');
    fake.open();
    fake.end(1006);
    peer.sessions[0].send('on time');
    await seen.received(1);
    assert.deepEqual([seen.events, seen.messages, fake.closed],
        [['sse', 'open'], ['on time'], []]);
    seen.socket.close();
    await seen.until('close');
});

withPeer('a stream that is held back by a proxy: polls, of the same session',
    { echo: true, stream: () => {} }, async (peer) => {
        const seen = watch(peer.url, { transports: ['sse', 'longpoll'], timeout: TIMEOUT });
        await seen.until('open');
        peer.sessions[0].send('first');
        seen.socket.send('second');
        await seen.received(2);
        assert.deepEqual([seen.events, seen.messages, peer.sessions.length],
            [['longpoll', 'open'], ['first', 'second'], 1]);
        seen.socket.close();
        await seen.until('close');
    });

withPeer('a stream that a proxy answers itself: polls', {
    fate: ({ headers }) => headers.accept === 'text/event-stream' ? [200, '<p>no</p>'] : undefined,
}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse', 'longpoll'] });
    await seen.until('open');
    assert.deepEqual(seen.events, ['longpoll', 'open']);
    seen.socket.close();
    await seen.until('close');
});

withPeer('a stream that falls silent: polls from then on, nothing is lost', {}, async (peer, t) => {
    const enough = hurry(t, 60_000, 300);
    const seen = watch(peer.url, { transports: ['sse', 'longpoll'] });
    await seen.until('open');
    const [session] = peer.sessions;
    session.send('one');
    await seen.received(1);
    peer.stream = () => {};
    session.send('two');
    await seen.until('longpoll');
    enough();
    session.send('three');
    await seen.received(3);
    assert.deepEqual([seen.events, seen.messages],
        [['sse', 'open', 'longpoll'], ['one', 'two', 'three']]);
    seen.socket.close();
    await seen.until('close');
});

withPeer('what the gateway does not offer is not tried', { transports: ['longpoll'] },
    async (peer) => {
        const seen = watch(peer.url, { transports: ['sse', 'longpoll'] });
        await seen.until('open');
        assert.deepEqual(seen.events, ['longpoll', 'open']);
        await until(() => peer.requests.includes('GET /socket/ID?who=me&after=0'), 'a poll');
        seen.socket.close();
        await seen.until('close');
        const other = watch(peer.url, { transports: ['sse'] });
        await other.until('close');
        assert.deepEqual(other.events,
            ['error', ['close', 1006, 'no transport in common', false]]);
        await until(() => peer.sessions[1].deleted, 'its session is deleted');
    });

withPeer('the next socket to a URL begins with what worked there', {}, async (peer) => {
    const first = watch(peer.url, { timeout: TIMEOUT });
    FakeWebSocket.all.at(-1).end(1006);
    await first.until('open');
    const before = FakeWebSocket.all.length;
    const second = watch(peer.url, { timeout: TIMEOUT });
    await second.until('open');
    assert.deepEqual([FakeWebSocket.all.length, second.socket.transport], [before, 'sse']);
    peer.fate = () => [503, ''];
    const third = watch(peer.url, { timeout: TIMEOUT });
    await until(() => FakeWebSocket.all.length > before, 'a WebSocket after all');
    FakeWebSocket.all.at(-1).open();
    assert.deepEqual(third.events, ['websocket', 'open']);
    first.socket.close();
    second.socket.close();
    await second.until('close');
});

withPeer('a WebSocket that opens and is cut at once is not tried first again', {}, async (peer) => {
    const first = watch(peer.url);
    FakeWebSocket.all.at(-1).open();
    FakeWebSocket.all.at(-1).end(1006);
    await first.until('close');
    assert.deepEqual(first.events, ['websocket', 'open', 'error', ['close', 1006, '', false]]);
    const second = watch(peer.url);
    await second.until('open');
    assert.equal(second.socket.transport, 'sse');
    second.socket.close();
    await second.until('close');
});

const refusal = { error: { code: 1014, status: 502, reason: 'backend refused the connection' } };

withPeer('nothing gets through: the gateway\'s own words, where it had any',
    { fate: () => [502, JSON.stringify(refusal)] }, async (peer) => {
        const seen = watch(peer.url);
        FakeWebSocket.all.at(-1).end(1006);
        await seen.until('close');
        assert.deepEqual(seen.events,
            ['error', ['close', 1014, 'backend refused the connection', false]]);
    });

for (const [what, answer] of [['words that are no JSON', [403, '<h1>Forbidden</h1>']],
    ['JSON of somebody else', [403, 'null']], ['other JSON', [403, '{"error": "no"}']]])
    withPeer(`nothing gets through: ${what}`, { fate: () => answer }, async (peer) => {
        const seen = watch(peer.url);
        FakeWebSocket.all.at(-1).end(1006);
        await seen.until('close');
        assert.deepEqual(seen.events, ['error', ['close', 1006, 'HTTP 403', false]]);
    });

test('a WebSocket that the browser forbids: the next transport', async (t) => {
    t.after(() => {
        globalThis.WebSocket = FakeWebSocket;
    });
    globalThis.WebSocket = class {
        constructor() {
            throw new DOMException('mixed content', 'SecurityError');
        }
    };
    const seen = watch('http://127.0.0.1:9/', { transports: ['websocket'] });
    seen.socket.close();
    await seen.until('close');
    assert.deepEqual(seen.events, ['error', ['close', 1006, '', false]]);
    assert.equal(seen.socket.bufferedAmount, 0);
});

test('no transport at all', async () => {
    const seen = watch('http://127.0.0.1:9/', { transports: [] });
    seen.socket.close();
    await seen.until('close');
    assert.deepEqual(seen.events, ['error', ['close', 1006, '', false]]);
});
