// What node's ws says of a handshake that is not answered with 101, as JSON.
//     node refused.mjs URL
import WebSocket from 'ws';

const socket = new WebSocket(process.argv[2], { followRedirects: false });
socket.on('unexpected-response', (_, response) => {
    let body = '';
    response.on('data', (piece) => { body += piece; });
    response.on('end', () => {
        console.log(JSON.stringify(
            { status: response.statusCode, headers: response.headers, body }));
        process.exit();     // the connection is kept alive
    });
});
