#include "http/h2_server.h"

#include <stdlib.h>

#include "http/h2_conn.h"

enum {
	H2_BUFFER = 64 * 1024,		/* read at a time */
	H2_NOTICE = 1000,		/* ms from the first GOAWAY to the last one */
	H2_GOAWAY = 9 + 8		/* bytes of such a frame (section 6.8) */
};

static void h2_conn_free(struct task *t)
{
	free(LIST_OWNER(t, struct h2_conn, conn.grave));
}

/* All streams go, then everything but the net's stream. */
static void h2_conn_bury(struct h2_conn *c, enum fault f)
{
	c->dead = true;
	while (!list_empty(&c->streams)) {
		struct h2_stream *s = LIST_OWNER(c->streams.next, struct h2_stream, link);
		h2_stream_lose(s, f);
		h2_stream_bury(s);
	}
	h2_memory_end(&c->memory, c->session);
	task_cancel(&c->pump);
	http_conn_bury(&c->conn);
}

static void h2_conn_abort(struct h2_conn *c, enum fault f)
{
	struct stream *stream = c->conn.stream;

	h2_conn_bury(c, f);
	stream_reset(stream);
}

static void h2_conn_close(struct h2_conn *c, enum fault f)
{
	struct stream *stream = c->conn.stream;

	h2_conn_bury(c, f);
	stream_close(stream, true);
}

static void h2_put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* By hand: nghttp2 may be in no state to say it. It stands between its frames, always. */
static void h2_say_goaway(struct h2_conn *c, uint32_t code)
{
	uint8_t frame[H2_GOAWAY] = {0, 0, H2_GOAWAY - 9, NGHTTP2_GOAWAY};
	struct iovec iov = {frame, sizeof(frame)};

	h2_put32(frame + 9, (uint32_t)nghttp2_session_get_last_proc_stream_id(c->session));
	h2_put32(frame + 13, code);
	stream_write(c->conn.stream, &iov, 1);
}

/* What a client is told when its connection ends. */
static const struct {
	enum fault	fault;
	uint32_t	code;
} h2_codes[] = {
	{FAULT_NONE, NGHTTP2_NO_ERROR},
	{FAULT_H2_PROTOCOL, NGHTTP2_PROTOCOL_ERROR},
	{FAULT_H2_FLOOD, NGHTTP2_ENHANCE_YOUR_CALM},
	{FAULT_HEAD_TOO_LARGE, NGHTTP2_ENHANCE_YOUR_CALM},
	{FAULT_HEAD_TIMEOUT, NGHTTP2_ENHANCE_YOUR_CALM},
};

static uint32_t h2_code(enum fault f)
{
	for (size_t i = 0; i < sizeof(h2_codes) / sizeof(h2_codes[0]); i++)
		if (h2_codes[i].fault == f)
			return h2_codes[i].code;
	return NGHTTP2_INTERNAL_ERROR;
}

static void h2_conn_leave(struct h2_conn *c, enum fault f)
{
	if (f != FAULT_NONE)
		http_conn_complain(&c->conn, f);
	h2_say_goaway(c, h2_code(f));
	h2_conn_close(c, f == FAULT_NONE ? FAULT_PEER_EOF : f);
}

void h2_conn_fail(struct h2_conn *c, enum fault f)
{
	if (c->fault == FAULT_NONE)
		c->fault = f;
	h2_pump_start(c);
}

void h2_conn_settle(struct h2_conn *c)
{
	if (c->dead)
		return;
	if (c->memory.failed && c->fault == FAULT_NONE)
		c->fault = FAULT_NO_MEMORY;
	if (c->fault != FAULT_NONE || (c->closing && list_empty(&c->streams)))
		h2_conn_leave(c, c->fault);
	else if (!nghttp2_session_want_read(c->session) && !nghttp2_session_want_write(c->session))
		h2_conn_close(c, FAULT_H2_PROTOCOL);
}

/* Before a stream's answers can be stuck, its connection's idleness is what counts. */
static uint64_t h2_due(const struct h2_conn *c)
{
	const struct config_limits *limits = c->conn.client.limits;
	uint64_t due = c->leave_at ? c->leave_at : CLOCK_NEVER;
	uint64_t from = list_empty(&c->streams) ? c->idle_since : c->looked;
	uint64_t head = c->head_began || c->greeted ? c->head_began : c->began;

	if (limits->keepalive && from + limits->keepalive < due)
		due = from + limits->keepalive;
	if (limits->head_timeout && head && head + limits->head_timeout < due)
		due = head + limits->head_timeout;
	return due;
}

/* An answer that makes no progress for as long as an idle connection may last is dropped. */
static void h2_check_stuck(struct h2_stream *s)
{
	if (s->x.tunnel || !http_conn_is_stuck(&s->progress, s->x.bytes_out, s->out.n))
		return;
	http_conn_complain(&s->c->conn, FAULT_SLOW_PEER);
	h2_stream_fail(s, FAULT_SLOW_PEER);
}

static void h2_look(struct h2_conn *c)
{
	c->looked = h2_conn_worker(c)->now;
	for (struct list *l = c->streams.next; l != &c->streams; l = l->next)
		h2_check_stuck(LIST_OWNER(l, struct h2_stream, link));
}

/* The streams that the client began before it heard the first one are known by now. */
static void h2_say_last(struct h2_conn *c)
{
	c->leave_at = 0;
	c->closing = true;
	if (nghttp2_submit_goaway(c->session, NGHTTP2_FLAG_NONE,
	    nghttp2_session_get_last_proc_stream_id(c->session), NGHTTP2_NO_ERROR, NULL, 0) != 0)
		h2_conn_fail(c, FAULT_NO_MEMORY);
	h2_pump_start(c);
}

static void h2_expire(struct timer *t)
{
	struct h2_conn *c = LIST_OWNER(t, struct h2_conn, conn.timer);
	const struct config_limits *limits = c->conn.client.limits;
	struct worker *w = h2_conn_worker(c);
	uint64_t head = c->head_began || c->greeted ? c->head_began : c->began;

	if (limits->head_timeout && head && w->now >= head + limits->head_timeout) {
		h2_conn_leave(c, FAULT_HEAD_TIMEOUT);
		return;
	}
	if (c->leave_at && w->now >= c->leave_at)
		h2_say_last(c);
	if (list_empty(&c->streams) && limits->keepalive &&
	    w->now >= c->idle_since + limits->keepalive) {
		h2_conn_leave(c, FAULT_NONE);
		return;
	}
	if (limits->keepalive && w->now >= c->looked + limits->keepalive)
		h2_look(c);
	timer_set(w, t, h2_due(c));
}

static size_t h2_bytes(struct stream *stream, uint8_t *p, size_t n)
{
	struct h2_conn *c = stream->owner;

	h2_session_bytes(c, p, n);
	h2_pump_start(c);
	return n;
}

/* Half a connection is enough for answers, but not for what is not complete. */
static void h2_eof(struct stream *stream)
{
	struct h2_conn *c = stream->owner;
	struct list *next;

	c->closing = true;
	for (struct list *l = c->streams.next; l != &c->streams; l = next) {
		struct h2_stream *s = LIST_OWNER(l, struct h2_stream, link);
		next = l->next;
		if (!s->peer_end)
			h2_stream_fail(s, s->x.tunnel ? FAULT_RESET : FAULT_PEER_EOF);
	}
	h2_pump_start(c);
}

static void h2_room(struct stream *stream)
{
	h2_pump_start(stream->owner);
}

static void h2_full(struct stream *stream)
{
	(void)stream;	/* the pump looks before it goes on */
}

static void h2_gone(struct stream *stream, enum fault f)
{
	h2_conn_abort(stream->owner, f);
}

static const struct stream_events h2_stream_events = {
	.bytes = h2_bytes,
	.eof = h2_eof,
	.full = h2_full,
	.room = h2_room,
	.gone = h2_gone,
};

static struct h2_conn *h2_of_connection(struct connection *connection)
{
	return LIST_OWNER(connection, struct h2_conn, conn.connection);
}

/* Section 6.8: what is on its way is still answered, so the last stream is said later. */
static void h2_retire(struct connection *connection)
{
	struct h2_conn *c = h2_of_connection(connection);
	struct worker *w = h2_conn_worker(c);

	if (nghttp2_submit_shutdown_notice(c->session) != 0)
		h2_conn_fail(c, FAULT_NO_MEMORY);
	c->leave_at = w->now + H2_NOTICE;
	timer_set(w, &c->conn.timer, h2_due(c));
	h2_pump_start(c);
}

static void h2_stop(struct connection *connection)
{
	struct h2_conn *c = h2_of_connection(connection);

	c->closing = true;
	if (list_empty(&c->streams))
		h2_conn_leave(c, FAULT_NONE);
	else
		h2_retire(connection);
}

static void h2_drop(struct connection *connection)
{
	h2_conn_abort(h2_of_connection(connection), FAULT_SHUTDOWN);
}

static const struct connection_ops h2_connection_ops = {
	.stop = h2_stop,
	.retire = h2_retire,
	.drop = h2_drop,
};

static struct h2_conn *h2_conn_new(const struct http_conn *door)
{
	struct worker *w = door->client.worker;
	struct h2_conn *c = calloc(1, sizeof(*c));

	if (c == NULL || http_conn_init(&c->conn, w, &h2_connection_ops, h2_expire,
	    h2_conn_free) != FAULT_NONE) {
		free(c);
		return NULL;
	}
	c->conn.client = door->client;
	list_init(&c->streams);
	list_init(&c->written);
	h2_memory_init(&c->memory);
	h2_frames_init(&c->frames, H2_SERVER_PREFACE_SIZE);
	task_init(&c->pump, h2_pump_run);
	c->began = c->idle_since = c->looked = w->now;
	c->session = h2_session_new(c);
	if (c->session)
		return c;
	h2_memory_end(&c->memory, NULL);
	timer_close(w, &c->conn.timer);
	free(c);
	return NULL;
}

bool h2_server_begin(struct http_conn *door)
{
	struct h2_conn *c = h2_conn_new(door);

	if (c == NULL)
		return false;
	http_conn_move(&c->conn, door, &h2_stream_events, c);
	stream_set_buffer(c->conn.stream, H2_BUFFER, 0);
	h2_pump_start(c);
	if (http_conn_gateway(&c->conn)->retiring)
		h2_retire(&c->conn.connection);
	return true;
}
