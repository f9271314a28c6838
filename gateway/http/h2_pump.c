#include "http/h2_conn.h"
#include "net/cork.h"

/* What is referred to leaves in this wake-up; what is ours may be gone before: it is pushed out. */
static void h2_pump_piece(struct h2_conn *c, const uint8_t *p, size_t n, bool ours)
{
	struct iovec iov = {(void *)(uintptr_t)p, n};

	stream_write(c->conn.stream, &iov, 1);
	if (ours && n > CORK_SMALL)
		stream_push(c->conn.stream);
}

/* The first n bytes of what waits; returns how many were not there. */
static size_t h2_pump_from_out(struct h2_stream *s, size_t n)
{
	struct iovec front[WIRE_PIECES];
	size_t before = s->out.n;

	while (n > 0 && s->out.n > 0) {
		wire_front(&s->out, front);
		size_t part = front[0].iov_len < n ? front[0].iov_len : n;
		h2_pump_piece(s->c, front[0].iov_base, part, true);
		wire_drop(&s->out, part);
		n -= part;
	}
	h2_stream_count(s, before);
	return n;
}

static bool h2_pump_is_copy(const struct cork *cork, const void *p)
{
	const uint8_t *at = p;

	return at >= cork->copy && at < cork->copy + CORK_COPY;
}

static void h2_pump_give(struct h2_stream *s)
{
	cork_give(&h2_conn_worker(s->c)->net->corks, s->cork);
	s->cork = NULL;
}

static void h2_pump_from_cork(struct h2_stream *s, size_t n)
{
	struct cork *cork = s->cork;

	while (n > 0) {
		struct iovec *v = &cork->iov[s->cork_at];
		size_t part = v->iov_len < n ? v->iov_len : n;
		h2_pump_piece(s->c, v->iov_base, part, h2_pump_is_copy(cork, v->iov_base));
		v->iov_base = (uint8_t *)v->iov_base + part;
		v->iov_len -= part;
		cork->bytes -= part;
		n -= part;
		if (v->iov_len == 0)
			s->cork_at++;
	}
	if (cork->bytes == 0)
		h2_pump_give(s);
}

static size_t h2_pump_waiting(const struct h2_stream *s)
{
	return s->out.n + (s->cork ? s->cork->bytes : 0);
}

ssize_t h2_pump_read(nghttp2_session *session, int32_t id, uint8_t *p, size_t most,
    uint32_t *flags, nghttp2_data_source *source, void *owner)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session, id);
	size_t n = s ? h2_pump_waiting(s) : 0;

	(void)p;
	(void)source;
	(void)owner;
	if (s == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	*flags |= NGHTTP2_DATA_FLAG_NO_COPY;
	if (n > most)
		return (ssize_t)most;
	if (s->ended) {
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	} else if (n == 0) {
		s->deferred = true;
		return NGHTTP2_ERR_DEFERRED;
	}
	return (ssize_t)n;
}

int h2_pump_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t n,
    nghttp2_data_source *source, void *owner)
{
	struct h2_conn *c = owner;
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);

	(void)source;
	if (s == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	if (c->conn.stream->told_full)
		return NGHTTP2_ERR_WOULDBLOCK;
	h2_pump_piece(c, head, 9, false);	/* section 4.1; small, so it is copied */
	n = h2_pump_from_out(s, n);
	if (n > 0)
		h2_pump_from_cork(s, n);
	h2_budget_earn(&c->budget);
	if (s->told_full && h2_pump_waiting(s) == 0) {
		s->want_room = true;
		h2_stream_resume(s);
	}
	return 0;
}

static void h2_pump_put(struct h2_conn *c, const uint8_t *p, size_t n)
{
	while (n > 0) {		/* it is valid until the next call only: so that it is copied */
		size_t part = n < CORK_SMALL ? n : CORK_SMALL;
		h2_pump_piece(c, p, part, false);
		p += part;
		n -= part;
	}
}

static void h2_pump_pull(struct h2_conn *c)
{
	const uint8_t *p;
	ssize_t n = 0;

	c->busy = true;
	while (!c->conn.stream->told_full && (n = nghttp2_session_mem_send(c->session, &p)) > 0)
		h2_pump_put(c, p, (size_t)n);
	c->busy = false;
	if (n < 0)
		h2_conn_fail(c, FAULT_NO_MEMORY);
}

/* What windows and socket did not take is copied: its owner takes it back. */
static void h2_pump_keep(struct h2_stream *s)
{
	const struct handler *handler = s->x.handler;
	size_t before = s->out.n;

	if (s->cork) {
		if (!wire_append(&s->out, s->cork->iov + s->cork_at, s->cork->n - s->cork_at, 0))
			h2_stream_fail(s, FAULT_NO_MEMORY);
		h2_pump_give(s);
		h2_stream_count(s, before);
	}
	if (s->out.n > 2 * s->buffer + STREAM_SLACK)
		h2_stream_fail(s, FAULT_SLOW_PEER);
	if (s->out.n == 0 || s->told_full || s->ended)
		return;
	s->told_full = true;
	if (handler && handler->full)
		handler->full(&s->x);
}

void h2_pump_run(struct task *t)
{
	struct h2_conn *c = LIST_OWNER(t, struct h2_conn, pump);
	struct list *l;

	if (!c->busy && !c->memory.failed)
		h2_pump_pull(c);
	while ((l = list_take(&c->written)) != NULL)
		h2_pump_keep(LIST_OWNER(l, struct h2_stream, written));
	stream_gather(c->conn.stream);
	if (!c->busy)
		h2_conn_settle(c);
}
