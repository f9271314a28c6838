// Says some lines through sockjs-client; prints its transport and what came back, as JSON.
//     node sockjs_lines.mjs URL TRANSPORT
import SockJS from 'sockjs-client';

const [url, transport] = process.argv.slice(2);
const sent = ['hello', '<\u2028é', ''];
const got = [];

const socket = new SockJS(url, null, { transports: [transport], timeout: 60_000 });
socket.onopen = () => {
    got.push(socket.transport);
    for (const line of sent) socket.send(line);
};
socket.onmessage = ({ data }) => {
    got.push(data);
    if (got.length > sent.length) socket.close();
};
socket.onclose = () => {
    console.log(JSON.stringify(got));
};
