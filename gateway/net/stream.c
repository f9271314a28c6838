#include "net/stream.h"

#include <stdlib.h>
#include <string.h>

#include "net/cork.h"
#include "net/stream_out.h"

static void stream_ready(struct watch *, unsigned what);
static void stream_go_on(struct task *);
static void stream_expire(struct timer *);

static struct worker *stream_worker(const struct stream *s)
{
	return s->watch.worker;
}

static bool stream_owned(const struct stream *s)
{
	return s->state < STREAM_CLOSING;
}

struct stream *stream_new(struct worker *w, int fd, struct tls_layer *tls,
    const struct stream_events *events, void *owner)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	watch_init(&s->watch, w, fd, stream_ready);
	task_init(&s->cork_task, stream_out_flush);
	task_init(&s->resume_task, stream_go_on);
	s->io = w->net->io;
	s->tls = tls;
	s->events = events;
	s->owner = owner;
	s->read_max = STREAM_READ;
	list_append(&w->net->streams, &s->link);
	STATS_ADD(w->stats.streams, 1);
	STATS_ADD(w->stats.tls, tls != NULL);
	STATS_ADD(w->stats.tls_handshakes, tls != NULL);
	return s;
}

void stream_start(struct stream *s)
{
	worker_resume(stream_worker(s), &s->resume_task);
}

void stream_hand(struct stream *s, const struct stream_events *events, void *owner)
{
	s->events = events;
	s->owner = owner;
}

void stream_set_buffer(struct stream *s, uint64_t bytes, uint64_t longest)
{
	uint64_t most = WORKER_SCRATCH / 2;
	uint64_t buffer = bytes < UINT32_MAX / 4 ? bytes : UINT32_MAX / 4;

	s->read_max = (uint32_t)(buffer < most ? buffer : most);
	if (s->read_max > STREAM_PACKET)
		s->read_max -= s->read_max % STREAM_PACKET;
	s->full_at = (uint32_t)buffer - s->read_max;
	s->longest = longest;
}

static void stream_free(struct task *t)
{
	struct stream *s = LIST_OWNER(t, struct stream, resume_task);

	STATS_ADD(stream_worker(s)->stats.streams, -1);
	free(s);
}

static void stream_drop_stash(struct stream *s)
{
	STATS_ADD(stream_worker(s)->stats.stashed, -(int64_t)s->stash_n);
	free(s->stash);
	s->stash = NULL;
	s->stash_n = 0;
}

static void stream_drop_tls(struct stream *s)
{
	struct stats *stats = &stream_worker(s)->stats;

	if (s->tls == NULL)
		return;
	STATS_ADD(stats->tls, -1);
	STATS_ADD(stats->tls_handshakes, -(s->state < STREAM_UP));
	tls_layer_free(s->tls);
	s->tls = NULL;
}

static void stream_bury(struct stream *s, bool reset)
{
	struct worker *w = stream_worker(s);

	stream_out_clear(s);
	stream_drop_stash(s);
	task_cancel(&s->cork_task);
	timer_close(w, &s->timer);
	list_remove(&s->link);
	stream_drop_tls(s);
	watch_fini(&s->watch);
	s->io->close(s, reset);
	s->state = STREAM_DEAD;
	s->resume_task.run = stream_free;
	worker_bury(w, &s->resume_task);
}

void stream_close(struct stream *s, bool flush)
{
	struct worker *w = stream_worker(s);

	s->events = NULL;
	s->owner = NULL;
	stream_drop_stash(s);
	if (!flush || s->fault != FAULT_NONE || s->state != STREAM_UP ||
	    timer_open(w, &s->timer, stream_expire) != FAULT_NONE) {
		stream_bury(s, false);
		return;
	}
	s->state = STREAM_CLOSING;
	s->paused = 0;
	stream_linger(s);
	stream_out_arm(s);
	worker_cork(w, &s->cork_task);
}

void stream_reset(struct stream *s)
{
	stream_bury(s, true);
}

/* Everything is flushed: say the end, then wait for the peer's. */
void stream_finish(struct stream *s)
{
	struct worker *w = stream_worker(s);

	if (s->tls && !s->write_shut) {
		s->write_shut = true;	/* close_notify once */
		if (tls_finish(s->tls, stream_out_sink, s) != FAULT_NONE)
			w->net->wire_out_n = 0;
		stream_out_send(s);
		if (s->out.n > 0)
			return;
	}
	if (s->fault != FAULT_NONE || s->got_eof) {
		stream_bury(s, false);
		return;
	}
	s->io->shut(s);
	s->state = STREAM_FIN;
	stream_linger(s);
	stream_out_arm(s);
}

/* A socket says that it is writable only after much has gone; what trickles counts as well. */
void stream_linger(struct stream *s)
{
	struct worker *w = stream_worker(s);

	s->unsent = (uint32_t)s->io->unsent(s);
	bool arrived = s->state == STREAM_FIN && s->unsent == 0;
	timer_set(w, &s->timer, w->now + (arrived ? STREAM_FIN_WAIT : STREAM_LINGER));
}

static void stream_expire(struct timer *t)
{
	struct stream *s = LIST_OWNER(t, struct stream, timer);

	size_t unsent = s->io->unsent(s);

	if (unsent < s->unsent) {
		stream_linger(s);
		return;
	}
	if (unsent > 0 || s->out.n > 0)
		STATS_ADD(stream_worker(s)->stats.given_up, 1);
	stream_bury(s, false);
}

void stream_pause(struct stream *s, unsigned why)
{
	/* The event base learns of it only if bytes come meanwhile: most pauses are short. */
	s->paused |= (uint8_t)why;
	if (s->broken)
		stream_out_fail(s, FAULT_RESET);
}

void stream_show_again(struct stream *s)
{
	if (s->state == STREAM_UP && !s->paused)
		worker_resume(stream_worker(s), &s->resume_task);
}

void stream_resume(struct stream *s, unsigned why)
{
	if ((s->paused & why) == 0)
		return;
	s->paused &= (uint8_t)~why;
	if (s->paused || s->state != STREAM_UP)
		return;
	if (s->stash_n > 0 || (s->got_eof && !s->told_eof))
		worker_resume(stream_worker(s), &s->resume_task);
	else
		stream_out_arm(s);
}

/* Keeps what its owner did not consume; p may be the stash's own bytes seen through the scratch. */
static APART void stream_keep(struct stream *s, const uint8_t *p, size_t n)
{
	if (n == s->stash_n && memcmp(s->stash, p, n) == 0)
		return;
	stream_drop_stash(s);
	if (n == 0)
		return;
	s->stash = malloc(n);
	if (s->stash == NULL) {
		stream_out_fail(s, FAULT_NO_MEMORY);
		return;
	}
	memcpy(s->stash, p, n);
	s->stash_n = (uint32_t)n;
	STATS_ADD(stream_worker(s)->stats.stashed, (int64_t)n);
}

static inline void stream_show(struct stream *s, size_t n)
{
	uint8_t *p = stream_worker(s)->scratch;
	size_t used = s->events->bytes(s, p, n);

	if ((used < n || s->stash_n > 0) && stream_owned(s))
		stream_keep(s, p + used, n - used);
}

static void stream_tell_eof(struct stream *s)
{
	if (!stream_owned(s) || !s->got_eof || s->told_eof || s->paused || s->state != STREAM_UP)
		return;
	if (s->cut) {
		stream_out_fail(s, FAULT_RESET);
		return;
	}
	s->told_eof = true;
	s->events->eof(s);
}

static void stream_up(struct stream *s)
{
	s->state = STREAM_UP;
	STATS_ADD(stream_worker(s)->stats.tls_handshakes, -(s->tls != NULL));
	s->events->up(s);
}

/* Receives behind the *n bytes that are already in the scratch. */
static enum fault stream_read_plain(struct stream *s, size_t *n)
{
	size_t room = WORKER_SCRATCH - *n, got;
	enum fault f = s->io->read(s, stream_worker(s)->scratch + *n,
	    s->read_max < room ? s->read_max : room, &got, &s->got_eof);

	*n += got;
	return f;
}

static APART enum fault stream_read_tls(struct stream *s, size_t *n)
{
	struct worker *w = stream_worker(s);
	size_t room = WORKER_SCRATCH - TLS_OPEN_EXTRA - *n, got, out = 0;
	size_t want = s->read_max < room ? s->read_max : room;
	bool up = false, notified = false, wire_eof = false;
	enum fault f = s->io->read(s, w->net->wire_in, want < NET_WIRE ? want : NET_WIRE, &got,
	    &wire_eof);

	if (f != FAULT_NONE)
		return f;
	if (got > 0)
		f = tls_open(s->tls, w->net->wire_in, got, w->scratch + *n, &out, &up, &notified,
		    stream_out_sink, s);
	stream_out_send(s);
	*n += out;	/* what came before a broken record is whole */
	if (f != FAULT_NONE)
		return f;
	s->got_eof = notified;
	if (up && s->state == STREAM_HANDSHAKE)
		stream_up(s);
	if (wire_eof && !notified)
		return s->state == STREAM_HANDSHAKE ? FAULT_TLS_HANDSHAKE : FAULT_TLS_TRUNCATED;
	return FAULT_NONE;
}

static void stream_receive(struct stream *s)
{
	size_t kept = s->stash_n, n = kept;

	if (s->paused || s->got_eof) {
		stream_out_arm(s);
		return;
	}
	if (kept > WORKER_SCRATCH / 2) {
		stream_out_fail(s, FAULT_NO_MEMORY);	/* an owner that neither takes nor pauses */
		return;
	}
	if (kept)
		memcpy(stream_worker(s)->scratch, s->stash, kept);
	enum fault f = s->tls ? stream_read_tls(s, &n) : stream_read_plain(s, &n);
	if (!stream_owned(s))
		return;
	if (n > kept)
		stream_show(s, n);
	if (f == FAULT_NONE && !s->got_eof)
		return;
	if (f != FAULT_NONE && s->state != STREAM_DEAD)
		stream_out_fail(s, f);
	stream_tell_eof(s);
	stream_out_arm(s);
}

bool stream_look(struct stream *s)
{
	if (s->state == STREAM_UP && s->fault == FAULT_NONE)
		stream_receive(s);
	return s->state == STREAM_UP && s->fault == FAULT_NONE && !s->got_eof;
}

bool stream_has_sent(const struct stream *s)
{
	return !s->lost && s->cork == NULL && s->out.n == 0;
}

void stream_probe(struct stream *s)
{
	s->io->probe(s);
}

void stream_shut(struct stream *s)
{
	s->shuts = true;
	worker_cork(stream_worker(s), &s->cork_task);
}

/* The owner has gone: whatever comes is thrown away, so that the peer gets no reset meanwhile. */
static APART void stream_discard(struct stream *s)
{
	struct worker *w = stream_worker(s);
	size_t got;
	enum fault f = s->io->read(s, w->scratch, WORKER_SCRATCH, &got, &s->got_eof);

	if (f != FAULT_NONE || (s->got_eof && s->state == STREAM_FIN))
		stream_bury(s, false);
	else if (s->got_eof)
		stream_out_arm(s);
}

static void stream_ready(struct watch *watch, unsigned what)
{
	struct stream *s = LIST_OWNER(watch, struct stream, watch);

	if (what & WATCH_WRITE)
		stream_out_drain(s);
	if ((what & WATCH_READ) == 0)
		return;
	if (stream_owned(s))
		stream_receive(s);
	else if (s->state != STREAM_DEAD)
		stream_discard(s);
}

static void stream_begin(struct stream *s)
{
	size_t none;
	bool up, eof;

	if (s->tls == NULL) {
		stream_up(s);
		return;
	}
	s->state = STREAM_HANDSHAKE;
	enum fault f = tls_open(s->tls, NULL, 0, stream_worker(s)->scratch, &none, &up, &eof,
	    stream_out_sink, s);
	stream_out_send(s);
	if (f != FAULT_NONE)
		stream_out_fail(s, f);
}

/* From the loop: begins, tells a fault, or shows again what was left. */
static void stream_go_on(struct task *t)
{
	struct stream *s = LIST_OWNER(t, struct stream, resume_task);
	struct worker *w = stream_worker(s);

	if (s->fault != FAULT_NONE) {
		if (stream_owned(s))
			s->events->gone(s, s->fault);
		else if (s->state != STREAM_DEAD)
			stream_bury(s, false);
		return;
	}
	if (s->state == STREAM_NEW)
		stream_begin(s);
	if (s->state == STREAM_UP && !s->paused && s->stash_n > 0) {
		size_t n = s->stash_n;
		memcpy(w->scratch, s->stash, n);
		stream_show(s, n);
	}
	stream_tell_eof(s);
	stream_out_arm(s);
}

enum fault net_worker_init(struct worker *w)
{
	struct net_worker *net = calloc(1, sizeof(*net));

	if (net == NULL)
		return FAULT_NO_MEMORY;
	w->net = net;
	net->io = &stream_socket_io;
	list_init(&net->streams);
	net->wire_in = malloc(NET_WIRE);
	net->wire_out = malloc(NET_WIRE);
	if (net->wire_in == NULL || net->wire_out == NULL) {
		net_worker_fini(w);
		return FAULT_NO_MEMORY;
	}
	return FAULT_NONE;
}

void net_worker_fini(struct worker *w)
{
	struct net_worker *net = w->net;
	struct list *l;

	if (net == NULL)
		return;
	while ((l = list_take(&net->streams)) != NULL)
		stream_reset(LIST_OWNER(l, struct stream, link));
	worker_settle(w);
	while (net->corks) {
		struct cork *c = net->corks;
		net->corks = c->next;
		free(c);
	}
	free(net->wire_in);
	free(net->wire_out);
	free(net);
	w->net = NULL;
}
