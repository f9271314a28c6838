#include "net/stream_out.h"

#include <string.h>

#include "net/cork.h"

void stream_out_fail(struct stream *s, enum fault f)
{
	if (s->fault == FAULT_NONE)
		s->fault = f;
	worker_resume(s->watch.worker, &s->resume_task);
}

void stream_out_arm(struct stream *s)
{
	unsigned what = 0;

	if (s->state == STREAM_DEAD)
		return;
	if (!s->paused && !s->got_eof)
		what |= WATCH_READ;
	if (s->out.n > 0)
		what |= WATCH_WRITE;
	enum fault f = watch_arm(&s->watch, what);
	if (f != FAULT_NONE)
		stream_out_fail(s, f);
}

static void stream_out_count(struct stream *s, size_t before)
{
	STATS_ADD(s->watch.worker->stats.queued, (int64_t)s->out.n - (int64_t)before);
}

void stream_out_clear(struct stream *s)
{
	size_t before = s->out.n;

	if (s->cork)
		cork_give(&s->watch.worker->net->corks, s->cork);
	s->cork = NULL;
	wire_clear(&s->out);
	stream_out_count(s, before);
}

/*
 * The peer takes no more. What it sent before is still in the socket and may be worth having, so
 * unless nobody reads, the fault is left to the reading half, which meets it behind the last byte:
 * as an end, since a socket tells its error only once, and that was to us.
 */
static APART void stream_out_break(struct stream *s, enum fault f)
{
	stream_out_clear(s);
	s->broken = s->lost = true;
	s->cut = f == FAULT_RESET;
	if (f == FAULT_PEER_EOF)
		f = FAULT_RESET;
	if (f != FAULT_RESET || s->paused || s->got_eof || s->state != STREAM_UP)
		stream_out_fail(s, f);
	else
		stream_out_arm(s);
}

/* Whoever writes was told full, and went on. */
static bool stream_out_swamped(const struct stream *s)
{
	size_t most = 2 * ((size_t)s->full_at + s->read_max) + STREAM_SLACK;

	return s->out.n > most && s->out.n - most > s->longest;
}

static APART void stream_out_queue(struct stream *s, const struct iovec *iov, int n, size_t skip)
{
	size_t before = s->out.n;

	if (!wire_append(&s->out, iov, n, skip)) {
		s->lost = true;
		stream_out_fail(s, FAULT_NO_MEMORY);
	}
	stream_out_count(s, before);
	if (stream_out_swamped(s))
		stream_out_fail(s, FAULT_SLOW_PEER);
	else
		stream_out_arm(s);
}

/* Sends what the socket takes and queues the rest. */
static inline void stream_out_put(struct stream *s, const struct iovec *iov, int n, size_t bytes)
{
	size_t put = 0;

	if (s->fault != FAULT_NONE || s->broken) {
		s->lost = true;
		return;
	}
	if (s->out.n == 0) {
		enum fault f = s->io->write(s, iov, n, &put);
		if (f != FAULT_NONE)
			stream_out_break(s, f);
		if (f != FAULT_NONE || put == bytes)
			return;
	}
	stream_out_queue(s, iov, n, put);
}

void stream_preface(struct stream *s, struct slice bytes)
{
	struct iovec iov = {(void *)(uintptr_t)bytes.p, bytes.n};

	if (bytes.n > 0)
		stream_out_put(s, &iov, 1, bytes.n);
}

void stream_out_send(struct stream *s)
{
	struct net_worker *net = s->watch.worker->net;
	struct iovec all = {net->wire_out, net->wire_out_n};

	net->wire_out_n = 0;
	if (all.iov_len > 0)
		stream_out_put(s, &all, 1, all.iov_len);
}

bool stream_out_sink(void *to, const uint8_t *p, size_t n)
{
	struct stream *s = to;
	struct net_worker *net = s->watch.worker->net;

	while (n > 0) {
		size_t room = NET_WIRE - net->wire_out_n;
		size_t part = n < room ? n : room;
		memcpy(net->wire_out + net->wire_out_n, p, part);
		net->wire_out_n += part;
		p += part;
		n -= part;
		if (n > 0)
			stream_out_send(s);
	}
	return s->fault != FAULT_NO_MEMORY;
}

static APART void stream_out_seal(struct stream *s, const struct cork *c)
{
	enum fault f = tls_seal(s->tls, c->iov, c->n, stream_out_sink, s);

	if (f != FAULT_NONE) {
		s->lost = true;
		stream_out_fail(s, f);
	}
	stream_out_send(s);
}

static inline void stream_out_uncork(struct stream *s)
{
	struct cork *c = s->cork;

	if (c == NULL)
		return;
	s->cork = NULL;
	if (s->tls)
		stream_out_seal(s, c);
	else
		stream_out_put(s, c->iov, c->n, c->bytes);
	cork_give(&s->watch.worker->net->corks, c);
}

/* Of TLS the end is close_notify alone: answers still have to find their way. */
static APART void stream_out_shut(struct stream *s)
{
	s->write_shut = true;
	if (s->tls == NULL)
		s->io->shut(s);
	else if (tls_finish(s->tls, stream_out_sink, s) != FAULT_NONE)
		s->watch.worker->net->wire_out_n = 0;
	stream_out_send(s);
}

void stream_push(struct stream *s)
{
	stream_out_uncork(s);
}

/* What is referred to is the scratch of this wake-up: only copies can wait for others. */
void stream_gather(struct stream *s)
{
	struct worker *w = s->watch.worker;

	if (s->cork == NULL)
		return;
	task_cancel(&s->cork_task);
	if (w->in_turn && s->cork->copied == s->cork->bytes)
		worker_hold(w, &s->cork_task);
	else
		worker_cork(w, &s->cork_task);
}

static bool stream_out_over(struct stream *s)
{
	if (!s->told_full && s->out.n > s->full_at) {
		s->told_full = true;
		return true;
	}
	return false;
}

void stream_out_flush(struct task *t)
{
	struct stream *s = LIST_OWNER(t, struct stream, cork_task);

	stream_out_uncork(s);
	if (s->out.n == 0) {
		if (s->state == STREAM_CLOSING)
			stream_finish(s);
		else if (s->shuts && !s->write_shut && s->state == STREAM_UP)
			stream_out_shut(s);
	} else if (s->state == STREAM_UP && s->fault == FAULT_NONE && stream_out_over(s)) {
		s->events->full(s);
	}
}

void stream_out_drain(struct stream *s)
{
	struct iovec iov[WIRE_PIECES];
	size_t put, before = s->out.n;

	if (before == 0)
		return;
	enum fault f = s->io->write(s, iov, wire_front(&s->out, iov), &put);
	if (f != FAULT_NONE) {
		stream_out_break(s, f);
		return;
	}
	wire_drop(&s->out, put);
	stream_out_count(s, before);
	if (put && s->state == STREAM_CLOSING)
		stream_linger(s);
	if (s->out.n > 0)
		return;
	if (s->state == STREAM_CLOSING) {
		stream_finish(s);
		stream_out_arm(s);
		return;
	}
	if (s->shuts && !s->write_shut)
		stream_out_shut(s);
	if (s->told_full) {
		s->told_full = false;
		s->events->room(s);
	}
	stream_out_arm(s);
}

static struct cork *stream_out_cork(struct stream *s)
{
	struct worker *w = s->watch.worker;

	s->cork = cork_take(&w->net->corks);
	if (s->cork)
		worker_cork(w, &s->cork_task);
	else
		stream_out_fail(s, FAULT_NO_MEMORY);
	return s->cork;
}

enum flow stream_write(struct stream *s, const struct iovec *iov, int n)
{
	if (s->state != STREAM_UP || s->fault != FAULT_NONE)
		return FLOW_GONE;
	for (int i = 0; i < n; i++) {
		if (iov[i].iov_len == 0)
			continue;
		struct cork *c = s->cork ? s->cork : stream_out_cork(s);
		if (c == NULL)
			return FLOW_GONE;
		if (cork_add(c, &iov[i]))
			continue;
		stream_out_uncork(s);
		i--;	/* once more, into an empty cork */
	}
	if (s->out.n == 0)
		return FLOW_OK;
	stream_out_over(s);
	return s->told_full ? FLOW_FULL : FLOW_OK;
}
