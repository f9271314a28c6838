// What a program in TypeScript may do with the client, and what not. Compiled, never run.
import Default, { Framegate, type FramegateOptions } from "framegate";

const options: FramegateOptions = { transports: ["sse", "longpoll"], timeout: 1000, reconnect: 3 };
const socket = new Framegate("wss://example.org/chat", ["chat"], options);
const asWebSocket: WebSocket = socket;
const other = new Default(new URL("https://example.org/chat"), { protocols: "chat" });

socket.binaryType = "arraybuffer";
socket.onmessage = ({ data }: MessageEvent) => socket.send(data);
socket.addEventListener("reconnect", ({ code, reason }) => console.log(code + 1, reason.length));
socket.addEventListener("transport", () => other.close(1000, socket.transport));
socket.send(new Uint8Array(3));
if (socket.readyState === Framegate.OPEN)
    asWebSocket.close();

// @ts-expect-error no such transport
new Framegate("/", { transports: ["jsonp"] });
// @ts-expect-error it is what the gateway says
socket.transport = "sse";
// @ts-expect-error an object is no message
socket.send({ some: "thing" });
