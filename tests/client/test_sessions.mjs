// Sessions by plain HTTP: nothing is lost, doubled or reordered, whatever is cut; what ends them.
import { assert, test, hurry, until, watch, withPeer } from './watch.mjs';

const MANY = Number(process.env.FRAMEGATE_CLIENT_MESSAGES || 300);

/// The same for the same seed: a failure can be seen again.
function dice(seed) {
    let state = seed;
    return (odds) => {
        state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
        return (state >>> 8) / 2 ** 24 < odds;
    };
}

/// Requests are lost before they arrive, answers afterwards, streams within an event.
function cuts(seed) {
    const roll = dice(seed);
    return {
        fate: () => roll(0.04) ? 'before' : roll(0.04) ? 'after' : undefined,
        stream(chunk, response) {
            if (response.cut)
                return;
            if (!roll(0.04))
                return response.write(chunk);
            response.cut = true;
            response.write(chunk.slice(0, Math.floor(chunk.length / 2)));
            setImmediate(() => response.socket?.destroy());
        },
    };
}

for (const transport of ['sse', 'longpoll'])
    withPeer(`${transport}: a ledger of ${MANY} messages each way while connections are cut`, {},
        async (peer) => {
            const seen = watch(peer.url, { transports: [transport] });
            await seen.until('open');
            Object.assign(peer, cuts(5));
            const [session] = peer.sessions;
            const numbers = Array.from({ length: MANY }, (_, i) => `${i}`);
            for (const number of numbers) {
                seen.socket.send(number);
                session.send(number);
                if (number % 10 === 0)
                    await seen.received(Number(number) - 20);
            }
            await seen.received(MANY);
            await until(() => session.taken.length >= MANY, 'all to arrive');
            assert.equal(seen.messages.join(), numbers.join());
            assert.equal(session.taken.join(), numbers.join());
            assert.ok(peer.requests.length > MANY + 10);
            peer.fate = () => undefined;
            seen.socket.close();
            await seen.until('close');
            assert.deepEqual(seen.events, [transport, 'open', ['close', 1005, '', true]]);
        });

withPeer('sse: the gateway is told of what came, each 64 KiB', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    const [session] = peer.sessions;
    for (let i = 0; i < 20; i++)
        session.send(i % 2 ? 'x'.repeat(10_000) : Buffer.alloc(7_500));
    await seen.received(20);
    await until(() => session.acknowledged.at(-1) >= 14, 'it is told');
    assert.ok(session.acknowledged.length <= 3, `${session.acknowledged}`);
    seen.socket.close();
    await seen.until('close');
});

withPeer('sse: the gateway is told before it has kept half of what it can', { replay: 8000 },
    async (peer) => {
        const seen = watch(peer.url, { transports: ['sse'] });
        await seen.until('open');
        const [session] = peer.sessions;
        for (let i = 1; i <= 40; i++) {
            session.send(['€'.repeat(300), 'x', Buffer.alloc(900)][i % 3]);
            await seen.received(i);
            await until(() => session.out.slice(session.acknowledged.at(-1) || 0).reduce(
                (sum, data) => sum + Buffer.byteLength(data) + 64, 0) <= 4000, 'it is told');
        }
        seen.socket.close();
        await seen.until('close');
    });

withPeer('sse: it is told even while a message waits for the backend', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    const [session] = peer.sessions;
    session.full = [];
    seen.socket.send('waits');
    await until(() => session.full.length, 'the POST is held');
    session.send('x'.repeat(70_000));
    await until(() => session.acknowledged.at(-1) === 1, 'it is told');
    assert.equal(seen.socket.bufferedAmount, 5);
    session.full.shift()();
    session.full = undefined;
    await until(() => seen.socket.bufferedAmount === 0, 'the backend takes it');
    seen.socket.close();
    await seen.until('close');
});

withPeer('a POST that is held for long is asked for again, and delivered once', { poll: 50 },
    async (peer, t) => {
        const seen = watch(peer.url, { transports: ['longpoll'] });
        await seen.until('open');
        const [session] = peer.sessions;
        session.full = [];
        const enough = hurry(t, 60_000, 200);
        seen.socket.send('once');
        await until(() => session.full.length === 2, 'it is asked for again');
        enough();
        session.full.forEach((answer) => answer());
        session.full = undefined;
        await until(() => seen.socket.bufferedAmount === 0, 'it is taken');
        assert.deepEqual(session.taken, ['once']);
        seen.socket.close();
        await seen.until('close');
    });

withPeer('a poll with nothing is asked again; who was taken over asks again', { poll: 20 },
    async (peer) => {
        const seen = watch(peer.url, { transports: ['longpoll'] });
        await seen.until('open');
        const [session] = peer.sessions;
        await until(() => peer.requests.length > 5, 'polls');
        peer.poll = 25_000;
        await until(() => session.receiver, 'a poll');
        const other = fetch(`${peer.url.replace('?', `/${session.id}?`)}&after=0`);
        await until(() => peer.requests.at(-1).includes('after=0'), 'another receiver');
        session.send('one');
        await other.catch(() => {});
        await seen.received(1);
        session.send('two');
        await seen.received(2);
        assert.deepEqual(seen.messages, ['one', 'two']);
        seen.socket.close();
        await seen.until('close');
    });

withPeer('sse: a stream that was taken over is asked for again', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    const [session] = peer.sessions;
    session.send('one');
    await seen.received(1);
    session.receiver(true);
    session.send('two');
    await seen.received(2);
    assert.deepEqual([seen.messages, seen.events], [['one', 'two'], ['sse', 'open']]);
    seen.socket.close();
    await seen.until('close');
});

withPeer('proxies that fail for a while do no harm', { echo: true }, async (peer) => {
    for (const transport of ['sse', 'longpoll']) {
        let left = 6;
        const seen = watch(peer.url, { transports: [transport] });
        await seen.until('open');
        peer.fate = () => left-- > 0 ? [[503, ''], [502, '<p>'], [429, ''], [408, '']][left % 4]
            : undefined;
        seen.socket.send('through');
        await seen.received(1);
        assert.ok(left <= 0 || transport === 'sse');
        peer.fate = () => undefined;
        seen.socket.close();
        await seen.until('close');
        assert.deepEqual(seen.messages, ['through']);
    }
});

withPeer('a message that is refused ends it, with the gateway\'s code', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    peer.fate = (request) => request.method === 'POST' ? [413, JSON.stringify(
        { error: { code: 1009, status: 413, reason: 'message too big' } })] : undefined;
    seen.socket.send('big');
    await seen.until('close');
    assert.deepEqual(seen.events.slice(2), ['error', ['close', 1009, 'message too big', false]]);
    assert.equal(seen.socket.bufferedAmount, 3);
});

for (const transport of ['sse', 'longpoll'])
    withPeer(`${transport}: a session that is gone ends it`, {}, async (peer) => {
        const seen = watch(peer.url, { transports: [transport] });
        await seen.until('open');
        const [session] = peer.sessions;
        await until(() => session.receiver, 'a receiver');
        session.gone = true;
        session.receiver();
        await seen.until('close');
        assert.deepEqual(seen.events.slice(2),
            ['error', ['close', 4404, 'no such session', false]]);
    });

withPeer('a message that comes too late: the receiver tells why', {}, async (peer) => {
    for (const transport of ['sse', 'longpoll']) {
        const seen = watch(peer.url, { transports: [transport] });
        await seen.until('open');
        const session = peer.sessions.at(-1);
        await until(() => session.receiver, 'a receiver');
        peer.fate = (request) => request.method === 'POST' ? [410, JSON.stringify(
            { error: { code: 1000, status: 410, reason: '' } })] : undefined;
        const asked = peer.requests.length;
        seen.socket.send('late');
        await until(() => peer.requests.length > asked, 'the message');
        peer.fate = () => undefined;
        session.send('last words');
        session.end(1000, 'done');
        await seen.until('close');
        assert.deepEqual([seen.messages, seen.events.slice(2), session.taken],
            [['last words'], [['close', 1000, 'done', true]], []]);
    }
});

withPeer('a stream that is cut whenever it begins is asked for as long as it takes', {
    stream(chunk, response) {
        response.write(chunk);
        setImmediate(() => response.socket?.destroy());
    },
}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await until(() => peer.requests.length > 20, 'it is asked for again and again');
    peer.stream = (chunk, response) => response.write(chunk);
    peer.sessions[0].send('through');
    await seen.received(1);
    assert.deepEqual([seen.events, seen.messages], [['sse', 'open'], ['through']]);
    seen.socket.close();
    await seen.until('close');
});

withPeer('messages that never get through end it', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['longpoll'] });
    await seen.until('open');
    peer.fate = ({ method }) => method === 'POST' ? 'before' : undefined;
    seen.socket.send('x');
    await seen.until('close');
    assert.deepEqual(seen.events.slice(2), ['error', ['close', 1006, '', false]]);
    assert.ok(peer.requests.filter((line) => line === 'POST /socket/ID?who=me').length > 10);
});

withPeer('a network that stays away ends it, though not soon', {}, async (peer, t) => {
    hurry(t, 60_000, 100);
    const seen = watch(peer.url, { transports: ['longpoll'] });
    await seen.until('open');
    peer.fate = () => 'never';
    await seen.until('close');
    assert.ok(peer.requests.filter((line) => line.startsWith('GET')).length >= 2);
    assert.deepEqual(seen.events.slice(2), ['error', ['close', 1006, '', false]]);
});

withPeer('a page that goes away takes its session down', {}, async (peer, t) => {
    const handlers = {};
    t.after(() => {
        delete globalThis.addEventListener;
        delete globalThis.removeEventListener;
    });
    globalThis.addEventListener = (type, handler) => {
        handlers[type] = handler;
    };
    globalThis.removeEventListener = (type, handler) => {
        assert.equal(handlers[type], handler);
        delete handlers[type];
    };
    const seen = watch(peer.url, { transports: ['longpoll'] });
    await seen.until('open');
    handlers.pagehide();
    await until(() => peer.sessions[0].deleted, 'its session is deleted');
    await seen.until('close');
    assert.equal(handlers.pagehide, undefined);
});
