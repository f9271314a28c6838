/*
 * framegate.js: a WebSocket that gets through.
 *
 * Framegate is used as WebSocket is. Where WebSocket does not get through, messages travel in
 * server-sent events and POSTs, else in long polls: by the plain HTTP sessions of framegate, which
 * are resumed after any loss of connection, so that no message is lost, doubled or reordered.
 *
 * A carrier moves the messages of one connection; there are two, Native and Session. Each has
 * _run() (a promise of how it ended), _send, _close, _waiting (bytes), and _up (it was open).
 * Names that begin with _ are nobody else's; the minified script shortens them.
 */

const CONNECTING = 0, OPEN = 1, CLOSING = 2, CLOSED = 3;

/* ms without any byte from the gateway, which says something more often: the connection is dead. */
const SILENCE = 60000;
/* What is asked in vain so often is given up, after some minutes at the most. */
const TRIES = 12;
/*
 * Bytes received by server-sent events before the gateway is told; a quarter of what it keeps, at
 * the most: it stops the backend when that is full, and goes on when it is half empty.
 */
const ACKNOWLEDGE = 65536;
/* What it counts for a message beside its bytes, and for a character of text at the most. */
const MESSAGE = 64, CHARACTER = 3;
/* ms that what got through to a URL is tried first there */
const REMEMBER = 600000;
/* How connections end that may be made anew. */
const PASSING = [1001, 1006, 1011, 1012, 1013, 1014, 4429];

/* URL → { _name, _until } */
const past = new Map();

/* Who waits before another try; all go on at once when the network is back. */
const asleep = new Set();
const wake = () => asleep.forEach((go) => go());

/* Of the page or the worker; elsewhere there is nothing to listen to. */
const listen = (how, type, handler) => globalThis[how] && globalThis[how](type, handler);
const ADD = "addEventListener", REMOVE = "removeEventListener";

function pause(tries) {
    listen(ADD, "online", wake);    /* once: it is the same function */
    return new Promise((resolve) => {
        const go = () => {
            clearTimeout(timer);
            asleep.delete(go);
            resolve();
        };
        const timer = setTimeout(go, Math.random() * Math.min(30000, 100 * 2 ** tries));
        asleep.add(go);
    });
}

const misuse = (name, text) => new DOMException(text, name);
const isText = (data) => !/^\[object (ArrayBuffer|Blob|File)]$/.test(
    Object.prototype.toString.call(data)) && !ArrayBuffer.isView(data);
const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/* What an answer that is not 2xx says; the gateway explains itself in JSON. */
async function refusal(answer) {
    let said = {};

    try {
        said = JSON.parse(await answer.text()).error || said;
    } catch (_) {
        /* It is a proxy's. */
    }
    return { status: answer.status, code: +said.code || 1006,
        reason: said.reason || `HTTP ${answer.status}` };
}

/*
 * Makes a function that takes an event stream piece by piece (HTML standard, 9.2), and gives
 * (type, data, id) of each event. A CR at the end of a piece may be half of a CR LF.
 */
function eventReader(give) {
    let rest = "", type = "", data = [], id;

    return (piece) => {
        const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);

        rest = lines.pop();
        for (const line of lines) {
            const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line);

            if (name === "data")
                data.push(value);
            else if (name === "event")
                type = value;
            else if (name === "id")
                id = value;
            if (line === "") {
                if (data.length)
                    give(type, data.join("\n"), id);
                type = "";
                data = [];
            }
        }
    };
}

/* By the browser's WebSocket. */
class Native {
    constructor(owner) {
        this._owner = owner;
    }

    _run() {
        const owner = this._owner;

        return new Promise((resolve) => {
            const socket = this._socket = new WebSocket(owner.url, owner._protocols);
            const timer = setTimeout(() => {
                socket.onopen = socket.onclose = null;
                socket.close();
                resolve({});
            }, owner._timeout);
            let heard = false, began;

            socket.binaryType = "arraybuffer";
            socket.onerror = () => {};  /* node's `ws` throws what nobody listens to */
            socket.onopen = () => {
                clearTimeout(timer);
                began = Date.now();
                owner._opened(this, "websocket", socket.protocol, socket.extensions);
            };
            socket.onmessage = ({ data }) => {
                heard = true;
                owner._message(data);
            };
            socket.onclose = (event) => {
                clearTimeout(timer);
                /* It may be that upgrades get through and what follows does not. */
                if (this._up && !heard && event.code === 1006
                    && Date.now() - began < owner._timeout)
                    owner._remember(owner._names.find((name) => name !== "websocket"));
                resolve(event);
            };
        });
    }

    _send(data) {
        this._socket.send(data);
    }

    _close(code, reason) {
        if (this._socket)
            this._socket.close(...code === undefined ? [] : [code, reason]);
    }

    get _waiting() {
        return this._socket ? this._socket.bufferedAmount : 0;
    }
}

/* By a plain HTTP session. */
class Session {
    constructor(owner, modes) {
        this._owner = owner;
        this._modes = modes;
        this._queue = [];           /* blobs that the gateway has not taken */
        this._waiting = 0;          /* bytes of them */
        this._sent = 0;             /* number of the last that it has taken */
        this._last = 0;             /* id of the last message that is here */
        this._size = 0;             /* bytes of those that it was not told of */
        this._asked = new Set();    /* requests under way: what aborts them */
        this._gone = false;         /* the gateway does not know it any more */
        this._heard = Date.now();
        this._leave = () => this._bye({ keepalive: true });
    }

    _run() {
        return new Promise((resolve) => {
            this._resolve = resolve;
            this._begin();
        });
    }

    /* The session, or the wish for it, is over. */
    _over(code, reason, wasClean) {
        listen(REMOVE, "pagehide", this._leave);
        this._stop();
        this._resolve({ code: code || 1006, reason: reason || "", wasClean: !!wasClean });
    }

    _stop() {
        this._done = true;
        this._asked.forEach((abort) => abort());
        wake();
    }

    _url(query) {
        const url = new URL(this._owner._base);

        if (this._id)
            url.pathname = url.pathname.replace(/\/*$/, "/") + this._id;
        return url.href + (query && (url.search ? "&" : "?") + query);
    }

    /*
     * One request. read(answer, alive) makes of an answer what is returned; alive() says that
     * something came. Throws { status, code, reason }, or what has no status where there was no
     * answer; late: because nothing came in time.
     */
    async _ask(method, query, options, read, patience) {
        const control = new AbortController(), abort = () => control.abort();
        let timer, late = false;
        const alive = (ms) => {
            clearTimeout(timer);
            timer = setTimeout(() => {
                late = true;
                abort();
            }, ms);
        };

        if (this._id)
            this._asked.add(abort);     /* else a session could be left behind */
        alive(patience || SILENCE);
        try {
            const answer = await fetch(this._url(query), { method, cache: "no-store",
                signal: control.signal, credentials: this._owner._credentials, ...options });
            if (!answer.ok)
                throw await refusal(answer);
            const result = await (read ? read(answer, alive) : answer.text());
            this._heard = Date.now();
            return result;
        } catch (error) {
            throw late ? { late } : error;
        } finally {
            clearTimeout(timer);
            this._asked.delete(abort);
        }
    }

    /*
     * Does it until it succeeds: by the protocol whatever is asked twice is done once. passing: an
     * answer that is not the last word, besides those that are never. Without it, of what is sent:
     * true when the session has ended, of which the receiver will tell.
     */
    async _insist(work, passing) {
        for (let tries = 0; !this._done;)
            try {
                return await work();
            } catch ({ status, late, code, reason }) {
                if (this._done)
                    return;
                this._gone = status === 404 || status === 410;
                if (tries > TRIES || status && status < 500
                    && ![408, 425, 429, passing].includes(status))
                    return status === 410 && !passing || this._over(code, reason);
                if (!late)
                    await pause(tries++);
                else if (Date.now() - this._heard > SILENCE)
                    tries += 4;         /* else the backend takes no more just now */
            }
    }

    async _begin() {
        const owner = this._owner, offer = owner._protocols.join(", ");

        try {
            const told = await this._ask("POST", "ack=0",
                { headers: offer ? { "Framegate-Protocol": offer } : {} },
                (answer) => answer.json());

            this._id = told.session;
            this._protocol = told.protocol || "";
            this._most = Math.min(ACKNOWLEDGE, told.replay / 4);
            this._modes = this._modes.filter((mode) => told.transports.includes(mode));
        } catch (error) {
            return this._over(error.code, error.reason);
        }
        if (this._done || !this._modes.length) {
            this._over(0, "no transport in common");
            return this._bye({});
        }
        listen(ADD, "pagehide", this._leave);
        while (!this._done)
            /* 409: another took over, and that was us, late. */
            await this._insist(
                () => this._modes[0] === "sse" ? this._streams() : this._poll(), 409);
    }

    _opened(name) {
        this._owner._opened(this, name, this._protocol, "");
    }

    /* A message with this id. What is here already is not taken twice. */
    _take(id, data, size) {
        if (id > this._last + 1)
            throw new Error("a message is missing");
        if (id > this._last) {
            this._last = id;
            this._size += size + MESSAGE;
            this._owner._message(data);
        }
    }

    _poll() {
        if (this._owner.transport !== "longpoll" || !this._up)
            this._opened("longpoll");
        return this._ask("GET", `after=${this._last}`, {}, async (answer) => {
            if (answer.status === 204)
                return;
            const { messages, closed } = await answer.json();

            for (const { id, text, base64 } of messages)
                this._take(+id, text === undefined ? fromBase64(base64).buffer : text, 0);
            if (closed)
                this._over(closed.code, closed.reason, true);
        });
    }

    /* Server-sent events; polls from now on if they do not get through, or no longer. */
    async _streams() {
        const before = this._last;
        let error = {};

        this._begun = false;
        try {
            await ("body" in Response.prototype ? this._stream() : this._eventSource());
        } catch (caught) {
            error = caught;
        }
        if (this._modes[1] && !error.status && (error.late || !this._up))
            this._modes.shift();
        else if (!this._begun)
            throw error;
        else if (this._last === before)
            await pause(4);             /* who cuts it may do so at once */
    }

    _stream() {
        const read = eventReader((type, data, id) => this._event(type, data, +id));

        return this._ask("GET", `after=${this._last}`, { headers: { Accept: "text/event-stream" } },
            async (answer, alive) => {
                const reader = answer.body.getReader(), decoder = new TextDecoder();

                if (!/^text\/event-stream/.test(answer.headers.get("Content-Type")))
                    throw new Error("not an event stream");
                for (let piece; !this._done && !(piece = await reader.read()).done;) {
                    alive(SILENCE);
                    this._heard = Date.now();
                    this._began();
                    read(decoder.decode(piece.value, { stream: true }));
                }
            }, this._owner._timeout);
    }

    /* Where answers cannot be read as they come; this one does not tell why it fails. */
    _eventSource() {
        return new Promise((resolve, reject) => {
            const source = new EventSource(this._url(`after=${this._last}`),
                { withCredentials: this._owner._credentials === "include" });
            const end = (error = {}) => {
                clearTimeout(timer);
                source.close();
                this._asked.delete(end);
                reject(error);
            };
            const timer = setTimeout(end, this._owner._timeout, { late: true });

            this._asked.add(end);
            source.onopen = () => {
                clearTimeout(timer);
                this._heard = Date.now();
                this._began();
            };
            source.onerror = () => {
                this._acknowledge();    /* whose answer says what is wrong */
                end();
            };
            for (const type of ["", "text", "binary", "close"])
                source.addEventListener(type || "message", ({ data, lastEventId }) => {
                    try {
                        this._event(type, data, +lastEventId);
                    } catch (error) {
                        end(error);
                    }
                });
        });
    }

    _began() {
        this._begun = true;
        if (this._owner.transport !== "sse" || !this._up)
            this._opened("sse");
    }

    _event(type, data, id) {
        if (type === "close") {
            const { code, reason, retry } = JSON.parse(data);
            if (retry)
                throw new Error(reason);
            this._over(code, reason, true);
        } else if (type) {      /* "text" is one that holds a CR, which events cannot */
            const bytes = fromBase64(data);
            this._take(id, type === "text" ? new TextDecoder("utf-8", { ignoreBOM: true })
                .decode(bytes) : bytes.buffer, data.length);
        } else {
            this._take(id, data, data.length * CHARACTER);
        }
        if (this._size > this._most)
            this._acknowledge();
    }

    /*
     * Tells what is here, beside the messages that are sent: those may wait for a backend that
     * waits for this. The gateway drops nothing that it was not told of.
     */
    async _acknowledge() {
        if (this._telling)
            return;
        this._telling = true;
        do {
            this._size = 0;
            await this._insist(() => this._ask("POST", `ack=${this._last}`, {}));
        } while (this._size > this._most && !this._done);
        this._telling = false;
    }

    _send(data, text) {
        const blob = new Blob([data],
            { type: text ? "text/plain;charset=utf-8" : "application/octet-stream" });

        this._queue.push(blob);
        this._waiting += blob.size;
        this._flush();
    }

    /* One message at a time, so that they stay in order. */
    async _flush() {
        if (this._flushing)
            return;
        this._flushing = true;
        for (let body; (body = this._queue[0]);) {
            if (await this._insist(() => this._ask("POST", "",
                { body, headers: { "Framegate-Seq": this._sent + 1 } })) || this._done)
                return;
            this._sent++;
            this._queue.shift();
            this._waiting -= body.size;
        }
        this._flushing = false;
        if (this._closing)
            this._end();
    }

    /* The reason is for the gateway, which has no use for it; its answer has none. */
    _close(code) {
        if (this._done)
            return;
        this._closing = code || 1005;
        if (!this._up) {
            this._over();
            if (this._id)
                this._bye({});
        } else if (!this._flushing) {
            this._end();
        }
    }

    /* All was sent that was to be. */
    async _end() {
        this._stop();
        this._over(this._closing, "", await this._bye({}));
    }

    async _bye(options) {
        try {
            await this._ask("DELETE", "", options);
            return true;
        } catch (_) {
            /* Without its client it ends by itself. */
            return false;
        }
    }
}

export class Framegate extends EventTarget {
    constructor(url, protocols, options) {
        super();
        if (protocols && typeof protocols === "object" && !Array.isArray(protocols)) {
            options = protocols;
            protocols = options.protocols;
        }
        const { transports = ["websocket", "sse", "longpoll"], timeout = 5000, reconnect = false,
            credentials = "same-origin" } = options || {};

        try {
            this._base = new URL(url, typeof document === "object" ? document.baseURI : undefined);
        } catch (_) {
            throw misuse("SyntaxError", `"${url}" is no URL`);
        }
        this._base.protocol = this._base.protocol.replace("ws", "http");
        if (!/^https?:$/.test(this._base.protocol) || this._base.hash)
            throw misuse("SyntaxError", `"${url}" is no URL of a WebSocket`);
        this._protocols = [].concat(protocols || []).map(String);
        if (this._protocols.some((name, i, all) => !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)
            || all.indexOf(name) !== i))
            throw misuse("SyntaxError", "a subprotocol is no token, or is there twice");
        this._names = transports.filter((name) => name !== "websocket"
            || typeof WebSocket === "function");
        this._timeout = timeout;
        this._tries = reconnect === true ? Infinity : +reconnect;
        this._credentials = credentials;
        this._late = 0;
        this.url = this._base.href.replace("http", "ws");
        this._origin = this._base.origin.replace("http", "ws");
        this.readyState = CONNECTING;
        this.binaryType = "blob";
        this.protocol = this.extensions = this.transport = "";
        this._live();
    }

    get bufferedAmount() {
        return this._late + (this._carrier ? this._carrier._waiting : 0);
    }

    send(data) {
        const text = isText(data);

        if (this.readyState === CONNECTING)
            throw misuse("InvalidStateError", "Still in CONNECTING state");
        if (text)
            data = String(data);
        if (this.readyState === OPEN)
            this._carrier._send(data, text);
        else
            this._late += new Blob([data]).size;
    }

    close(code, reason = "") {
        if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
            throw misuse("InvalidAccessError", "The code must be 1000, or 3000 to 4999");
        if (new Blob([reason]).size > 123)
            throw misuse("SyntaxError", "The reason is longer than 123 bytes");
        if (this.readyState >= CLOSING)
            return;
        this.readyState = CLOSING;
        if (this._carrier)
            this._carrier._close(code, String(reason));
        wake();
    }

    /* One connection after the other, while that is asked for. */
    async _live() {
        for (let tries = 0, began; ; tries++) {
            began = Date.now();
            const end = await this._connect();

            if (Date.now() - began > 30000)
                tries = 0;
            if (this.readyState === CLOSING || tries >= this._tries
                || !PASSING.includes(end.code) && !end.gone)
                return this._closed(end);
            this.readyState = CONNECTING;
            this._fire("reconnect", "CloseEvent", end);
            await pause(tries + 3);     /* it may be that many come back at once */
            if (this.readyState === CLOSING)
                return this._closed({ code: 1006 });
        }
    }

    /* By one transport after the other, until one has worked; how it ended. */
    async _connect() {
        const known = past.get(this.url), names = this._names.slice();
        let end = { code: 1006 };

        if (known && known._until > Date.now() && names.includes(known._name))
            names.sort((a, b) => (b === known._name) - (a === known._name));
        const modes = names.filter((name) => name !== "websocket");
        for (const name of names.filter((n) => n === "websocket" || n === modes[0])) {
            this._carrier = name === "websocket" ? new Native(this) : new Session(this, modes);
            const { code, reason, wasClean } = await this._carrier._run().catch(() => ({}));

            if (code && code !== 1006 || reason || this._carrier._up)
                end = { code, reason, wasClean, gone: this._carrier._gone };
            if (this._carrier._up || this.readyState === CLOSING)
                break;
            past.delete(this.url);
        }
        return end;
    }

    _remember(name) {
        past.set(this.url, { _name: name, _until: Date.now() + REMEMBER });
    }

    _opened(carrier, name, protocol, extensions) {
        if (name === this._names[0])
            past.delete(this.url);
        else
            this._remember(name);
        if (this.transport !== name) {
            this.transport = name;
            this._fire("transport");
        }
        if (carrier._up || this.readyState !== CONNECTING)
            return;
        carrier._up = true;
        this.protocol = protocol;
        this.extensions = extensions;
        this.readyState = OPEN;
        this._fire("open");
    }

    _message(data) {
        if (this.readyState === OPEN)
            this._fire("message", "MessageEvent", {
                data: typeof data !== "string" && this.binaryType === "blob"
                    ? new Blob([data]) : data,
                origin: this._origin });
    }

    _closed({ code, reason = "", wasClean = false }) {
        this.readyState = CLOSED;
        if (!wasClean)
            this._fire("error");
        this._fire("close", "CloseEvent", { code, reason, wasClean });
    }

    /* Of the kind that WebSocket has, where there is such a kind. */
    _fire(type, kind, members) {
        const Kind = globalThis[kind];

        this.dispatchEvent(Kind ? new Kind(type, members)
            : Object.assign(new Event(type), members));
    }
}

for (const [i, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries())
    for (const target of [Framegate, Framegate.prototype])
        Object.defineProperty(target, name, { value: i, enumerable: true });

for (const type of ["open", "message", "error", "close", "transport", "reconnect"]) {
    const handlers = new WeakMap();

    Object.defineProperty(Framegate.prototype, `on${type}`, {
        configurable: true,
        enumerable: true,
        get() {
            return handlers.get(this) || null;
        },
        set(handler) {
            this.removeEventListener(type, handlers.get(this));
            handlers.set(this, handler);
            if (handler)
                this.addEventListener(type, handler);
        },
    });
}

export default Framegate;
