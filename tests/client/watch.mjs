// What the cases share: a socket that is watched, a peer that ends with its case.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Framegate } from '../../contrib/client/framegate.js';
import { FakeWebSocket } from './fake_websocket.mjs';
import { Peer, until } from './peer.mjs';

globalThis.WebSocket = FakeWebSocket;
Math.random = () => 0.02;       // who waits before another try does so for a moment only

/// A Framegate; what it tells is in seen.events, its messages in seen.messages.
export function watch(url, ...options) {
    const socket = new Framegate(url, ...options);
    const seen = { socket, events: [], messages: [] };
    socket.binaryType = 'arraybuffer';
    for (const type of ['open', 'error', 'transport'])
        socket.addEventListener(type, () => seen.events.push(
            type === 'transport' ? socket.transport : type));
    for (const type of ['close', 'reconnect'])
        socket.addEventListener(type, ({ code, reason, wasClean }) =>
            seen.events.push([type, code, reason, wasClean]));
    socket.onmessage = ({ data }) => seen.messages.push(
        typeof data === 'string' ? data : Buffer.from(data));
    seen.until = (what) => until(
        () => seen.events.some((event) => event === what || event[0] === what), what);
    seen.received = (n) => until(() => seen.messages.length >= n, `${n} messages`);
    return seen;
}

/// A case with a peer. What the client does wrong by the protocol fails it.
export function withPeer(name, options, body) {
    test(name, async (t) => {
        const peer = await new Peer(options).listen();
        t.after(() => peer.close());
        await body(peer, t);
        assert.deepEqual(peer.wrong, []);
    });
}

/// Lets all that waits for as long as `ms` wait for `now` only, and moves the clock by as much;
/// until the function is called that it returns.
export function hurry(t, ms, now) {
    const real = { setTimeout, now: Date.now };
    let ahead = 0;
    const enough = () => {
        globalThis.setTimeout = real.setTimeout;
        Date.now = real.now;
    };
    t.after(enough);
    globalThis.setTimeout = (f, wait, ...args) => real.setTimeout((...given) => {
        ahead += wait === ms ? ms : 0;
        f(...given);
    }, wait === ms ? now : wait, ...args);
    Date.now = () => real.now() + ahead;
    return enough;
}

export { assert, FakeWebSocket, Framegate, Peer, test, until };
