/*
 * The load of WebSockets over HTTP/2 (RFC 8441): many streams on few connections, each with one
 * small message in flight. Speaks to whoever measures as bench_load does (bench_jobs.h).
 *
 *	bench_h2 --to 127.0.0.1:8000 [--tls] [--path /] [--connections 8] [--streams 8] [--size 64]
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "bench_client.h"
#include "bench_jobs.h"
#include "bench_order.h"
#include "bench_tls.h"
#include "bench_ws.h"

#define H2_MESSAGE	4096		/* the largest */
#define H2_ROOM		(BENCH_WS_HEAD_MAX + H2_MESSAGE)
#define H2_WIRE		262144		/* frames that leave together */

struct h2_stream {
	struct h2_connection	*connection;
	int32_t			 id;
	bool			 open, warm;
	struct bench_ws		 ws;
	size_t			 pos;		/* of the echo: arrived */
	uint8_t			 out[2 * H2_ROOM];
	size_t			 out_at, out_n;
};

struct h2_connection {
	struct bench_client	 client;	/* first: its callbacks find the rest */
	nghttp2_session		*session;
	struct h2_stream	*streams;
	bool			 settled;
};

static struct {
	int			 epoll;
	struct h2_connection	*connections;
	unsigned		 n_connections, n_streams, warm;
	size_t			 size;
	const char		*path, *scheme;
	char			 authority[32];
	nghttp2_session_callbacks *callbacks;
	uint8_t			 wire[H2_WIRE];
} h2;

/* All that nghttp2 has to say, in one send. */
static void
h2_flush(struct h2_connection *connection)
{
	const uint8_t *p;
	size_t used = 0;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(connection->session, &p)) > 0) {
		if ((size_t)n > H2_WIRE - used) {
			bench_client_send(&connection->client, h2.wire, used);
			used = 0;
		}
		if ((size_t)n > H2_WIRE)
			errx(1, "a frame of %zd bytes", n);
		memcpy(h2.wire + used, p, (size_t)n);
		used += (size_t)n;
	}
	if (n < 0)
		errx(1, "nghttp2: %s", nghttp2_strerror((int)n));
	if (used > 0)
		bench_client_send(&connection->client, h2.wire, used);
}

static void
h2_put(struct h2_stream *stream, const uint8_t *p, size_t n)
{
	uint8_t *out = stream->out + stream->out_n;
	size_t head = bench_ws_head(out, BENCH_WS_BINARY, n, bench_ws_key);

	memcpy(out + head, p, n);
	bench_ws_mask(out + head, n, bench_ws_key, 0);
	stream->out_n += head + n;
	(void)nghttp2_session_resume_data(stream->connection->session, stream->id);
}

static void
h2_echo(struct h2_stream *stream)
{
	stream->pos = 0;
	h2_put(stream, bench_order_block(), h2.size);
}

static ssize_t
h2_take(nghttp2_session *session, int32_t id, uint8_t *buf, size_t room, uint32_t *flags,
    nghttp2_data_source *source, void *user)
{
	struct h2_stream *stream = source->ptr;
	size_t n = stream->out_n - stream->out_at;

	(void)session;
	(void)id;
	(void)flags;
	(void)user;
	if (n == 0)
		return NGHTTP2_ERR_DEFERRED;
	n = n < room ? n : room;
	memcpy(buf, stream->out + stream->out_at, n);
	stream->out_at += n;
	if (stream->out_at == stream->out_n)
		stream->out_at = stream->out_n = 0;
	return (ssize_t)n;
}

static nghttp2_nv
h2_header(const char *name, const char *value)
{
	return (nghttp2_nv){ .name = (uint8_t *)(uintptr_t)name, .namelen = strlen(name),
	    .value = (uint8_t *)(uintptr_t)value, .valuelen = strlen(value) };
}

static void
h2_open(struct h2_stream *stream)
{
	const nghttp2_nv headers[] = {
		h2_header(":method", "CONNECT"), h2_header(":protocol", "websocket"),
		h2_header(":scheme", h2.scheme), h2_header(":authority", h2.authority),
		h2_header(":path", h2.path), h2_header("sec-websocket-version", "13"),
		h2_header("sec-websocket-protocol", "binary"),
	};
	const nghttp2_data_provider body = { .source.ptr = stream, .read_callback = h2_take };

	stream->id = nghttp2_submit_request(stream->connection->session, NULL, headers,
	    sizeof(headers) / sizeof(headers[0]), &body, stream);
	if (stream->id < 0)
		errx(1, "nghttp2: %s", nghttp2_strerror(stream->id));
}

static int
h2_on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t n,
    const uint8_t *value, size_t value_n, uint8_t flags, void *user)
{
	(void)session;
	(void)flags;
	(void)user;
	if (frame->hd.type == NGHTTP2_HEADERS && n == 7 && memcmp(name, ":status", 7) == 0 &&
	    (value_n != 3 || memcmp(value, "200", 3) != 0))
		errx(1, "a WebSocket was refused: %.*s", (int)value_n, (const char *)value);
	return 0;
}

/* The backend is given its order, and the first echo, which is not counted. */
static void
h2_opened(struct h2_stream *stream)
{
	uint8_t order[BENCH_ORDER_SIZE];

	stream->open = true;
	bench_order_put(order, 'E', 0);
	h2_put(stream, order, sizeof(order));
	h2_echo(stream);
}

static void
h2_settled(struct h2_connection *connection)
{
	if (connection->settled)
		return;
	connection->settled = true;
	if (nghttp2_session_get_remote_settings(connection->session,
	    NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) != 1)
		errx(1, "the other end knows no WebSocket over HTTP/2");
	for (unsigned i = 0; i < h2.n_streams; i++)
		h2_open(&connection->streams[i]);
}

static int
h2_on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2_stream *stream;

	if (frame->hd.type == NGHTTP2_SETTINGS && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
		h2_settled(user);
	else if (frame->hd.type == NGHTTP2_GOAWAY)
		errx(1, "the other end says GOAWAY: %u", frame->goaway.error_code);
	else if (frame->hd.type == NGHTTP2_HEADERS) {
		stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
		if (stream != NULL && !stream->open)
			h2_opened(stream);
	}
	return 0;
}

static int
h2_on_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
	(void)session;
	(void)user;
	errx(1, "stream %d ended: %u", id, code);
}

static void
h2_finished(struct h2_stream *stream)
{
	if (!stream->warm) {
		stream->warm = true;
		if (++h2.warm == h2.n_connections * h2.n_streams)
			bench_jobs_ready();
		return;
	}
	if (bench_jobs_may_start())
		h2_echo(stream);
	bench_jobs_done();
}

static void
h2_payload(struct h2_stream *stream, const struct bench_ws_piece *piece)
{
	if (piece->opcode >= BENCH_WS_CLOSE)
		errx(1, "a control frame that nobody expects: %u", piece->opcode);
	if (stream->pos + piece->n > h2.size ||
	    !bench_order_matches(stream->pos, piece->p, piece->n))
		errx(1, "what came back is wrong: the proxy changed the bytes");
	stream->pos += piece->n;
	if (stream->pos == h2.size)
		h2_finished(stream);
}

static int
h2_on_chunk(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p, size_t n,
    void *user)
{
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(session, id);
	struct bench_ws_piece piece;
	size_t used;

	(void)flags;
	(void)user;
	for (; stream != NULL && n > 0; p += used, n -= used) {
		/* Only what is masked would be written to. */
		used = bench_ws_next(&stream->ws, (uint8_t *)(uintptr_t)p, n, &piece);
		if (piece.p != NULL && piece.n > 0)
			h2_payload(stream, &piece);
	}
	return 0;
}

static void
h2_live(struct bench_client *client)
{
	static const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20 },
	};
	struct h2_connection *connection = (struct h2_connection *)client;

	if (nghttp2_session_client_new(&connection->session, h2.callbacks, connection) != 0 ||
	    nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings,
	    sizeof(settings) / sizeof(settings[0])) != 0)
		errx(1, "nghttp2: out of memory");
	h2_flush(connection);
}

static void
h2_bytes(struct bench_client *client, const uint8_t *p, size_t n)
{
	struct h2_connection *connection = (struct h2_connection *)client;
	ssize_t used = nghttp2_session_mem_recv(connection->session, p, n);

	if (used < 0)
		errx(1, "nghttp2: %s", nghttp2_strerror((int)used));
	h2_flush(connection);
}

static void
h2_gone(struct bench_client *client)
{
	(void)client;
	errx(1, "a connection ended");
}

static void
h2_start(void)
{
	for (unsigned i = 0; i < h2.n_connections; i++) {
		struct h2_connection *connection = &h2.connections[i];

		for (unsigned j = 0; j < h2.n_streams && bench_jobs_may_start(); j++)
			h2_echo(&connection->streams[j]);
		h2_flush(connection);
	}
}

static void
h2_event(void *who, uint32_t events)
{
	bench_client_event(who, events);
}

static void
h2_prepare(struct bench_client_plan *plan)
{
	h2.epoll = epoll_create1(EPOLL_CLOEXEC);
	h2.connections = calloc(h2.n_connections, sizeof(*h2.connections));
	if (h2.epoll < 0 || h2.connections == NULL ||
	    nghttp2_session_callbacks_new(&h2.callbacks) != 0)
		err(1, "cannot start");
	nghttp2_session_callbacks_set_on_header_callback(h2.callbacks, h2_on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(h2.callbacks, h2_on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(h2.callbacks, h2_on_close);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(h2.callbacks, h2_on_chunk);
	(void)snprintf(h2.authority, sizeof(h2.authority), "127.0.0.1:%u",
	    ntohs(plan->to.sin_port));
	h2.scheme = plan->tls != NULL ? "https" : "http";
	plan->epoll = h2.epoll;
	plan->raw = true;
	plan->live = h2_live;
	plan->payload = h2_bytes;
	plan->closed = h2_gone;
	plan->path = h2.path;
	bench_client_plan(plan);
	for (unsigned i = 0; i < h2.n_connections; i++) {
		struct h2_connection *connection = &h2.connections[i];

		connection->streams = calloc(h2.n_streams, sizeof(*connection->streams));
		if (connection->streams == NULL)
			err(1, "cannot start");
		for (unsigned j = 0; j < h2.n_streams; j++)
			connection->streams[j].connection = connection;
		bench_client_open(&connection->client);
	}
}

static void
h2_options(int argc, char **argv, struct bench_client_plan *plan)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "tls", no_argument, NULL, 's' },
		{ "path", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'c' },
		{ "streams", required_argument, NULL, 'm' },
		{ "size", required_argument, NULL, 'z' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 't')
			plan->to = bench_net_parse(optarg);
		else if (option == 's')
			plan->tls = bench_tls_client();
		else if (option == 'p')
			h2.path = optarg;
		else if (option == 'c')
			h2.n_connections = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'm')
			h2.n_streams = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'z')
			h2.size = strtoul(optarg, NULL, 10);
		else
			exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct bench_client_plan plan = { 0 };

	h2.path = "/";
	h2.n_connections = h2.n_streams = 8;
	h2.size = 64;
	h2_options(argc, argv, &plan);
	if (plan.to.sin_port == 0 || h2.n_connections == 0 || h2.n_streams == 0 || h2.size == 0 ||
	    h2.size > H2_MESSAGE)
		errx(2, "--to is needed, no number may be 0, and a message has at most %d bytes",
		    H2_MESSAGE);
	if (plan.tls != NULL && SSL_CTX_set_alpn_protos(plan.tls, (const uint8_t *)"\2h2", 3) != 0)
		errx(1, "TLS cannot offer HTTP/2");
	h2_prepare(&plan);
	bench_jobs_run(&(struct bench_jobs_plan){ .epoll = h2.epoll, .bytes = h2.size,
	    .begin = h2_start, .event = h2_event });
}
