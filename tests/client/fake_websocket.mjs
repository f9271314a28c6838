// A WebSocket that does what the test says; the newest ones are in FakeWebSocket.all.
export class FakeWebSocket {
    static all = [];

    constructor(url, protocols) {
        Object.assign(this, { url, protocols, sent: [], bufferedAmount: 0, extensions: '' });
        FakeWebSocket.all.push(this);
    }

    open(protocol = '') {
        this.protocol = protocol;
        this.onopen?.({});
    }

    message(data) {
        this.onmessage?.({ data });
    }

    end(code, reason = '', wasClean = false) {
        this.onclose?.({ code, reason, wasClean });
    }

    send(data) {
        this.sent.push(data);
    }

    close(...args) {
        this.closed = args;
        queueMicrotask(() => this.onclose && this.end(args.length ? args[0] : 1006, args[1],
            args.length > 0));
    }
}
