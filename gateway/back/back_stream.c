#include "back/back_stream.h"

#include <stdlib.h>

#include "base/base64.h"
#include "channel/assembly.h"
#include "framing/framing_piece.h"
#include "net/stream.h"
#include "upstream/connect.h"

struct back_stream {
	struct leg			 leg;
	struct worker			*worker;
	const struct framing		*framing;
	struct framer_run		 run;
	struct assembly			 partial;
	struct backend			*backend;
	struct connect			*connect;	/* while it is being connected */
	struct target			*target;	/* a place in it, afterwards */
	struct stream			*stream;	/* afterwards */
	bool				 paused;	/* the client takes no more now */
};

/* What a framer may write over what a stream reads at once. */
_Static_assert(BASE64_SIZE(WORKER_SCRATCH / 2 + TLS_OPEN_EXTRA) <= WORKER_SCRATCH, "framer's room");

static struct back_stream *back_stream_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct back_stream, leg);
}

static void back_stream_free(struct back_stream *b)
{
	assembly_clear(&b->partial, b->worker);
	if (b->target)
		backend_release(b->backend, b->target);
	free(b);
}

static void back_stream_end(struct back_stream *b, enum fault f)
{
	stream_close(b->stream, true);
	channel_done(&b->leg, f, 0, (struct slice){NULL, 0});
	back_stream_free(b);
}

/* Takes messages off the front of p; *at: how far it came. */
static inline enum fault back_stream_take(struct back_stream *b, uint8_t *p, size_t n, bool eof,
    size_t *at)
{
	const struct framing *framing = b->framing;
	enum fault f;
	size_t used;

	*at = 0;
	do {
		struct msg m;
		f = framing->framer->next(framing, &b->run, p + *at, n - *at, eof, &m, &used);
		if (f != FAULT_NONE || used == 0)
			break;
		channel_deliver(&b->leg, &m);
		*at += used;
	} while (*at < n && (eof || !b->paused));	/* at the end there is no later */
	return f;
}

static size_t back_stream_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct back_stream *b = s->owner;
	size_t at;
	enum fault f = back_stream_take(b, p, n, false, &at);

	if (f == FAULT_NONE)
		return at;
	back_stream_end(b, f);
	return n;
}

static void back_stream_eof(struct stream *s)
{
	struct back_stream *b = s->owner;
	uint8_t *rest = s->stash_n > 0 ? s->stash : b->worker->scratch;
	size_t at;
	enum fault f = back_stream_take(b, rest, s->stash_n, true, &at);

	worker_flush(b->worker);	/* what was delivered refers to the stash */
	back_stream_end(b, f);
}

static void back_stream_full(struct stream *s)
{
	struct back_stream *b = s->owner;

	channel_full(&b->leg);
}

static void back_stream_room(struct stream *s)
{
	struct back_stream *b = s->owner;

	channel_room(&b->leg);
}

static void back_stream_gone(struct stream *s, enum fault f)
{
	bool lost = f == FAULT_RESET || f == FAULT_TLS_TRUNCATED || f == FAULT_TLS_PROTOCOL;

	back_stream_end(s->owner, lost ? FAULT_BACK_RESET : f);
}

static const struct stream_events back_stream_events = {
	.bytes = back_stream_bytes,
	.eof = back_stream_eof,
	.full = back_stream_full,
	.room = back_stream_room,
	.gone = back_stream_gone,
};

static void back_stream_connected(void *owner, struct stream *s, struct target *target,
    enum fault f)
{
	struct back_stream *b = owner;

	b->connect = NULL;
	if (s == NULL) {
		channel_done(&b->leg, f, 0, (struct slice){NULL, 0});
		back_stream_free(b);
		return;
	}
	b->stream = s;
	b->target = target;
	stream_hand(s, &back_stream_events, b);
	/* What is joined is written at once. */
	stream_set_buffer(s, b->leg.channel->route->conf->buffer,
	    b->framing->framer->streaming ? 0 : b->framing->max_message);
	b->leg.channel->server = target->server.text;
	channel_ready(&b->leg);
	stream_resume(s, PAUSE_DIAL);
}

static APART enum flow back_stream_write_wrapped(struct back_stream *b, const struct msg *m)
{
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];
	enum fault f = b->framing->framer->wrap(b->framing, m, scratch, iov);

	if (f == FAULT_NONE)
		return stream_write(b->stream, iov, 3);
	back_stream_end(b, f);
	return FLOW_GONE;
}

/* Nearly every session: nothing is to be put around the bytes. */
static inline enum flow back_stream_write(struct back_stream *b, const struct msg *m)
{
	struct iovec iov = {m->p, m->n};

	if (b->framing->framer->wrap != framing_plain_wrap)
		return back_stream_write_wrapped(b, m);
	return stream_write(b->stream, &iov, 1);
}

/* A framer that needs whole messages gets them: the backend sees all of one, or nothing. */
static APART enum flow back_stream_join(struct back_stream *b, struct msg m)
{
	enum fault f = assembly_join(&b->partial, b->worker, &m);

	if (f != FAULT_NONE) {
		back_stream_end(b, f);
		return FLOW_GONE;
	}
	if (m.more)
		return FLOW_OK;
	enum flow flow = back_stream_write(b, &m);
	if (flow == FLOW_GONE)
		return flow;
	worker_flush(b->worker);	/* what was written refers to the joined bytes */
	assembly_clear(&b->partial, b->worker);
	return flow;
}

static enum flow back_stream_send(struct leg *leg, const struct msg *m)
{
	struct back_stream *b = back_stream_of(leg);

	if (!b->framing->framer->streaming && (m->more || b->partial.p))
		return back_stream_join(b, *m);
	return back_stream_write(b, m);
}

static void back_stream_pause(struct leg *leg, bool on)
{
	struct back_stream *b = back_stream_of(leg);

	b->paused = on;
	if (on)
		stream_pause(b->stream, PAUSE_PEER);
	else
		stream_resume(b->stream, PAUSE_PEER);
}

/* What the client said before it left still goes to the backend. */
static void back_stream_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	struct back_stream *b = back_stream_of(leg);

	(void)f;
	(void)code;
	(void)reason;
	if (b->connect)
		connect_cancel(b->connect);
	if (b->stream)
		stream_close(b->stream, true);
	back_stream_free(b);
}

static uint64_t back_stream_queued(const struct leg *leg)
{
	const struct back_stream *b = LIST_OWNER(leg, struct back_stream, leg);

	return b->stream ? b->stream->out.n : 0;
}

static const struct leg_ops back_stream_ops = {
	.name = "stream",
	.queued = back_stream_queued,
	.send = back_stream_send,
	.pause = back_stream_pause,
	.close = back_stream_close,
};

static enum fault back_stream_open(struct channel *ch, struct exchange *x)
{
	struct back_stream *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	b->leg = (struct leg){.ops = &back_stream_ops, .channel = ch};
	b->framing = ch->framing;
	b->worker = ch->worker;
	b->backend = ch->route->backend;
	struct connect_request request;
	enum fault f = connect_request_make(&request, x);
	if (f == FAULT_NONE)
		b->connect = connect_start(ch->worker, ch->route->backend, &request,
		    back_stream_connected, b);
	if (b->connect == NULL) {
		free(b);
		return f == FAULT_NONE ? FAULT_NO_MEMORY : f;
	}
	ch->back = &b->leg;
	return FAULT_NONE;
}

const struct back_kind back_stream_kind = {
	.name = "stream",
	.open = back_stream_open,
};
