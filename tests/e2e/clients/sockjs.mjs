// sockjs-client in node. Prints one JSON line for each transport.
//     node sockjs.mjs URL-OF-ECHO URL-OF-CLOSE TRANSPORT...
import SockJS from 'sockjs-client';
import { leave, talk } from './sockjs_talk.mjs';

const [echo, close, ...transports] = process.argv.slice(2);

for (const transport of transports) {
    console.log(JSON.stringify([
        await talk(SockJS, echo, transport), await leave(SockJS, close, transport)]));
}
