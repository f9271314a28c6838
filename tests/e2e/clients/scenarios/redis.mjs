// Redis by its own protocol (RESP): commands in one go, large values, and a channel. A session is
// a WebSocket; what it reads is a stream, however it is cut into messages.
const encoder = new TextEncoder(), decoder = new TextDecoder('latin1');
const bytes = (word) => word instanceof Uint8Array ? word : encoder.encode(String(word));

function join(pieces) {
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
    }
    return whole;
}

const bulk = (word) => join([bytes(`$${bytes(word).length}\r\n`), bytes(word), bytes('\r\n')]);
const command = (...words) => join([bytes(`*${words.length}\r\n`), ...words.map(bulk)]);

function connect(url) {
    const socket = new WebSocket(url), waiting = [];
    let pieces = [], length = 0;
    socket.binaryType = 'arraybuffer';

    const serve = () => {
        while (waiting.length && length >= waiting[0].size) {
            const { size, resolve } = waiting.shift(), whole = join(pieces);
            pieces = [whole.subarray(size)];
            length -= size;
            resolve(whole.subarray(0, size));
        }
    };
    socket.addEventListener('message', ({ data }) => {
        pieces.push(new Uint8Array(data));
        length += data.byteLength;
        serve();
    });
    const closed = new Promise((resolve) => socket.addEventListener('close',
        ({ code, reason }) => resolve([code, String(reason), length])));
    const read = (size) => new Promise((resolve, reject) => {
        waiting.push({ size, resolve });
        closed.then((how) => reject(new Error(`closed: ${how}`)));
        serve();
    });
    /// Sends, and reads as much as is wanted: is it that?
    const expect = async (wanted, request) => {
        if (request) socket.send(request);
        const got = await read(wanted.length);
        if (got.some((byte, i) => byte !== wanted[i]))
            throw new Error(`not ${decoder.decode(wanted)}: ${decoder.decode(got)}`);
    };
    return new Promise((resolve, reject) => {
        socket.addEventListener('open', () => resolve({ socket, closed, expect }));
        socket.addEventListener('error', () => reject(new Error('it does not open')));
    });
}

async function pipelined({ expect }) {
    const numbers = Array.from({ length: 1000 }, (_, i) => i + 1);
    await expect(bytes('+OK\r\n'), command('SET', 'count', 0));
    await expect(bytes(numbers.map((i) => `:${i}\r\n`).join('')),
        join(numbers.map(() => command('INCR', 'count'))));
    return numbers.length;
}

async function largeValue({ expect }) {
    const value = Uint8Array.from({ length: 4 << 20 }, (_, i) => (i * i) >> 7);
    await expect(bytes('+OK\r\n'), command('SET', 'large', value));
    await expect(bulk(value), command('GET', 'large'));
    return value.length;
}

async function channel(speaker, url) {
    const listener = await connect(url);
    await listener.expect(join([bytes('*3\r\n'), bulk('subscribe'), bulk('news'), bytes(':1\r\n')]),
        command('SUBSCRIBE', 'news'));
    const heard = listener.expect(join(Array.from({ length: 100 }, (_, i) =>
        join([bytes('*3\r\n'), bulk('message'), bulk('news'), bulk(`grüße ${i}`)]))));
    for (let i = 0; i < 100; i++)
        await speaker.expect(bytes(':1\r\n'), command('PUBLISH', 'news', `grüße ${i}`));
    await heard;
    listener.socket.close(1000);
    return (await listener.closed)[0];
}

export async function run(_, url) {
    const session = await connect(url);
    const got = {
        pipelined: await pipelined(session),
        large: await largeValue(session),
        channel: await channel(session, url),
    };
    await session.expect(bytes('+OK\r\n'), command('QUIT'));
    got.quit = await session.closed;
    return got;
}
