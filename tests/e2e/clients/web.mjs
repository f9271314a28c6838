// A web application with WebSockets: node's own server with the ws library.
//     node web.mjs HOST PORT
import http from "node:http";
import crypto from "node:crypto";
import { WebSocketServer } from "ws";

const server = http.createServer({ keepAliveTimeout: 5000 }, (request, response) => {
	const hash = crypto.createHash("sha256");
	let bytes = 0;
	request.on("data", (piece) => {
		hash.update(piece);
		bytes += piece.length;
	});
	request.on("end", () => {
		response.setHeader("X-Port", request.socket.remotePort);
		response.setHeader("Content-Type", "application/json");
		response.end(JSON.stringify({
			method: request.method, url: request.url, headers: request.headers,
			bytes, sha256: hash.digest("hex"),
		}));
	});
});
const sockets = new WebSocketServer({
	server, path: "/socket", perMessageDeflate: true, maxPayload: 64 << 20,
	handleProtocols: (offered) => offered.has("b") ? "b" : false,
});
sockets.on("connection", (socket) => {
	socket.on("message", (data, binary) => {
		if (!binary && data.toString() === "close")
			socket.close(4321, "as you wish");
		else
			socket.send(data, { binary });
	});
});
server.listen(Number(process.argv[3]), process.argv[2]);
