// Sets and gets keys in redis by RESP through a WebSocket, pipelined, and prints what came back.
//     node redis.mjs URL COUNT
import WebSocket from 'ws';

const [url, count] = [process.argv[2], Number(process.argv[3])];
const resp = (...words) => `*${words.length}\r\n`
    + words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
const value = (i) => `wért ${i}`;
const reply = (i) => `+OK\r\n$${Buffer.byteLength(value(i))}\r\n${value(i)}\r\n`;
const wanted = Array.from({ length: count }, (_, i) => reply(i)).join('');
let got = '', asked = false;

const socket = new WebSocket(url);
socket.on('open', () => {
    for (let i = 0; i < count; i++)
        socket.send(resp('SET', `node:${i}`, value(i)) + resp('GET', `node:${i}`));
});
socket.on('message', (data) => {
    got += data.toString('latin1');
    if (asked || got.length < Buffer.byteLength(wanted)) return;
    asked = true;
    socket.send(resp('QUIT'));
});
socket.on('close', (code) => {
    const same = Buffer.from(got, 'latin1').toString() === `${wanted}+OK\r\n`;
    console.log(JSON.stringify({ same, code }));
});
