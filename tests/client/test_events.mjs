// The event stream: what the HTML standard lets a server and a network do with it.
import { assert, until, watch, withPeer } from './watch.mjs';

/// Each event as given, written in pieces of n bytes.
function streamed(name, n, text, wanted) {
    withPeer(`an event stream: ${name}, ${n} bytes at a time`, {}, async (peer) => {
        const bytes = Buffer.from(text);
        peer.stream = (chunk, response) => {
            response.write(': begin\n\n');
            peer.response = response;
        };
        const seen = watch(peer.url, { transports: ['sse'] });
        await seen.until('open');
        peer.response.socket.setNoDelay(true);
        for (let i = 0; i < bytes.length; i += n) {
            peer.response.write(bytes.subarray(i, i + n));
            await new Promise((resolve) => setImmediate(resolve));
        }
        await seen.received(wanted.length);
        assert.deepEqual(seen.messages, wanted);
        peer.sessions[0].out.length = wanted.length;
        seen.socket.close();
        await seen.until('close');
    });
}

for (const n of [1, 3, 1000]) {
    streamed('CR LF', n, 'id: 1\r\ndata: a\r\ndata: b\r\n\r\nid:2\r\ndata:c\r\n\r\n: end\r\n',
        ['a\nb', 'c']);
    streamed('CR', n, 'id: 1\rdata: ä\rdata\r\rid: 2\rdata:  b\r\r: end\r', ['ä\n', ' b']);
    streamed('fields that say nothing', n,
        'retry: 5\nid: 1\nnonsense\ndata: a\nother: x\n\nevent: x\n\n'
        + 'data: \u2028 😀\nid: 2\n\n', ['a', '\u2028 😀']);
    streamed('binary', n, 'id: 1\nevent: binary\ndata: /wA=\n\nid: 2\nevent: binary\ndata: \n\n',
        [Buffer.from([255, 0]), Buffer.alloc(0)]);
    streamed('what is here already', n,
        'id: 1\ndata: a\n\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n', ['a', 'b']);
}

withPeer('an event stream: a gap is asked for again', {}, async (peer) => {
    const seen = watch(peer.url, { transports: ['sse'] });
    await seen.until('open');
    const [session] = peer.sessions;
    let lost = false;
    peer.stream = (chunk, response) => {
        lost ||= chunk.startsWith('id: 2\n');
        return lost && chunk.startsWith('id: 2\n') && peer.requests.filter(
            (line) => line.startsWith('GET')).length === 1 || response.write(chunk);
    };
    for (const message of ['one', 'two', 'three'])
        session.send(message);
    await seen.received(3);
    assert.deepEqual([seen.messages, lost], [['one', 'two', 'three'], true]);
    await until(() => peer.requests.some((line) => line.includes('after=1')), 'it is asked for');
    seen.socket.close();
    await seen.until('close');
});
