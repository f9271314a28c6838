// What a SockJS client does in node and in a page: it needs nothing but the client's constructor.

/// Forces one transport; sends what comes back, in order, then closes. Resolves with what was seen.
export function talk(SockJS, url, transport) {
    return new Promise((resolve) => {
        const sent = ['', 'a', '\u00e9\u2028\u{1f600}\uffff\u0000"\\', '</script><!--', 'x'.repeat(20_000)];
        for (let i = 0; i < 200; i += 1) sent.push(`message ${i}`);
        const socket = new SockJS(url, null, { transports: [transport], timeout: 60_000 });
        const got = [];
        let used;
        socket.onopen = () => {
            used = socket.transport;
            for (const message of sent) socket.send(message);
        };
        socket.onmessage = ({ data }) => {
            got.push(data);
            if (got.length === sent.length) socket.close();
        };
        socket.onclose = ({ code, reason, wasClean }) => resolve({
            transport: used,
            right: got.length === sent.length && got.every((data, i) => data === sent[i]),
            code,
            reason,
            wasClean,
        });
    });
}

/// The same where the server closes.
export function leave(SockJS, url, transport) {
    return new Promise((resolve) => {
        const socket = new SockJS(url, null, { transports: [transport], timeout: 60_000 });
        let used;
        socket.onopen = () => { used = socket.transport; };
        socket.onclose = ({ code, reason, wasClean }) => resolve({
            transport: used, code, reason, wasClean,
        });
    });
}
