// A gateway's plain HTTP sessions for one test, with what goes wrong on the way. It is strict: what
// a client must not do it refuses, and keeps in `wrong`.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const DEADLINE = 30_000;

/// Waits until check() is true, asked after each turn of the loop.
export async function until(check, what) {
    const end = performance.now() + DEADLINE;
    while (!check()) {
        if (performance.now() > end)
            throw new Error(`nothing came of: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
    }
}

class Session {
    constructor(peer) {
        this.peer = peer;
        this.id = randomBytes(16).toString('base64url');
        this.out = [];          // messages for the client; the id of the first is 1
        this.taken = [];        // messages of the client
        this.seq = 0;
        this.acknowledged = [];
        this.closed = undefined;
        this.receiver = undefined;
    }

    /// To the client: text or bytes.
    send(data) {
        this.out.push(data);
        this.receiver?.();
    }

    end(code, reason) {
        this.closed = { code, reason };
        this.receiver?.();
    }

    take(text, body) {
        const data = text ? body.toString() : body;
        this.taken.push(data);
        this.peer.echo && this.send(data);
    }
}

const fault = (status, code, reason) => [status, { error: { code, status, reason } }];

/// fate(request) is asked for each request; it says what happens to it:
///   undefined    it is served            'before'  cut without having been looked at
///   'after'      served, the answer is cut   'never'   not answered
///   [status, body]  answered with that, by a proxy
/// stream(chunk, response): what becomes of a piece of an event stream; default: it is written.
export class Peer {
    constructor({ echo = false, transports = ['sse', 'longpoll'], poll = 25_000, protocols = [],
        replay = 262_144,
        fate = () => undefined, stream = (chunk, response) => response.write(chunk) } = {}) {
        Object.assign(this, { echo, transports, poll, protocols, replay, fate, stream });
        this.sessions = [];
        this.requests = [];
        this.wrong = [];
        this.server = createServer((request, response) => this.#request(request, response));
    }

    async listen() {
        await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.server.address().port}/socket?who=me`;
        return this;
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }

    async #request(request, response) {
        const pieces = [];
        const url = new URL(request.url, 'http://peer');
        request.on('error', () => {});
        response.on('error', () => {});
        const path = url.pathname.replace(/[^/]{22}$/, 'ID');
        this.requests.push(`${request.method} ${path}${url.search}`);
        if (url.searchParams.get('who') !== 'me')
            this.wrong.push(`lost the query: ${request.url}`);
        try {
            for await (const piece of request)
                pieces.push(piece);
        } catch {
            return;
        }
        const fate = this.fate(request, url);
        if (fate === 'before')
            return request.socket.destroy();
        if (fate === 'never')
            return;
        if (Array.isArray(fate))
            return response.writeHead(fate[0]).end(fate[1]);
        const answer = this.#serve(request, url, Buffer.concat(pieces), response);
        if (fate === 'after')
            return setImmediate(() => request.socket.destroy());
        if (answer)
            this.#answer(response, ...answer);
    }

    #answer(response, status, body) {
        const text = body === undefined ? undefined : JSON.stringify(body);
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    }

    #serve(request, url, body, response) {
        const [, base, id] = url.pathname.split('/');
        if (base !== 'socket')
            return fault(404, 4404, 'no route takes this request');
        if (id === undefined)
            return this.#open(request, url.searchParams, body);
        const session = this.sessions.find((one) => one.id === id);
        if (!session || session.gone)
            return fault(404, 4404, 'no such session');
        const query = url.searchParams;
        switch (request.method) {
        case 'GET': return this.#receive(session, request, query, response);
        case 'POST': return query.has('ack') ? this.#acknowledge(session, query, body)
            : this.#deliver(session, request, body, response);
        case 'DELETE':
            session.deleted = true;
            session.gone = true;
            session.receiver?.();
            return [204];
        }
    }

    #open(request, query, body) {
        if (query.get('ack') !== '0')
            this.wrong.push('does not say that it acknowledges');
        if (request.method !== 'POST' || body.length)
            return fault(405, 1002, 'not POST');
        const offered = (request.headers['framegate-protocol'] || '').split(', ');
        const session = new Session(this);
        this.sessions.push(session);
        return [201, { session: session.id, transports: this.transports, replay: this.replay,
            protocol: offered.find((name) => this.protocols.includes(name)) }];
    }

    #acknowledge(session, query, body) {
        const id = Number(query.get('ack'));
        if (body.length || !(id >= 0 && id <= session.out.length))
            this.wrong.push(`ack ${query}`);
        session.acknowledged.push(id);
        return [204];
    }

    #deliver(session, request, body, response) {
        const seq = Number(request.headers['framegate-seq']);
        const text = /^text\//.test(request.headers['content-type']);
        if (seq === session.seq + 1) {
            session.seq = seq;
            session.take(text, body);
        } else if (seq !== session.seq) {
            this.wrong.push(`seq ${seq} after ${session.seq}`);
            return [409, { expected: session.seq + 1 }];
        }
        if (!session.full)
            return [204];
        session.full.push(() => this.#answer(response, 204));
    }

    #receive(session, request, query, response) {
        const after = Number(query.get('after'));
        if (!(after >= 0 && after <= session.out.length)) {
            this.wrong.push(`after ${query}`);
            return fault(400, 1002, 'after');
        }
        if (session.receiver)
            session.receiver(true);
        return request.headers.accept === 'text/event-stream'
            ? this.#stream(session, after, response) : this.#poll(session, after, response);
    }

    #poll(session, after, response) {
        const timer = setTimeout(() => finish(204), this.poll);
        const finish = (...answer) => {
            clearTimeout(timer);
            session.receiver = undefined;
            this.#answer(response, ...answer);
        };
        const look = (replaced) => {
            if (replaced)
                return finish(...fault(409, 4409, 'another receiver took over'));
            const messages = session.out.slice(after, after + 10).map((data, i) =>
                typeof data === 'string' ? { id: after + i + 1, text: data }
                    : { id: after + i + 1, base64: data.toString('base64') });
            const all = after + messages.length === session.out.length;
            if (session.gone)
                finish(...fault(404, 4404, 'no such session'));
            else if (messages.length || session.closed)
                finish(200, { messages, closed: all ? session.closed : undefined });
        };
        response.on('close', () => {
            if (session.receiver === look)
                session.receiver = undefined;
            clearTimeout(timer);
        });
        session.receiver = look;
        look();
    }

    #stream(session, after, response) {
        const write = (chunk) => this.stream(chunk, response, session);
        const look = (replaced) => {
            if (replaced)
                write(`event: close\ndata: {"code": 4409, "reason": "gone", "retry": true}\n\n`);
            if (replaced || session.gone)
                return response.end();
            while (after < session.out.length && session.receiver === look)
                write(this.event(session.out[after], ++after));
            if (session.closed && session.receiver === look) {
                write(`event: close\ndata: ${JSON.stringify(session.closed)}\n\n`);
                response.end();
            }
        };
        response.on('close', () => {
            if (session.receiver === look)
                session.receiver = undefined;
        });
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        session.receiver = look;
        write(`: ${' '.repeat(100)}\n\n`);
        look();
    }

    event(data, id) {
        const kind = typeof data !== 'string' ? 'binary' : data.includes('\r') ? 'text' : '';
        return kind
            ? `id: ${id}\nevent: ${kind}\ndata: ${Buffer.from(data).toString('base64')}\n\n`
            : `id: ${id}\n${data.split('\n').map((line) => `data: ${line}\n`).join('')}\n`;
    }
}
