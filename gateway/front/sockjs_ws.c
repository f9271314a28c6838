/* The transport `websocket` of SockJS: its frames in a WebSocket's messages. */
#include "base/buffer.h"
#include "channel/assembly.h"
#include "codec/sockjs_body.h"
#include "codec/sockjs_frame.h"
#include "front/front_ws.h"
#include "front/sockjs.h"
#include "front/transport.h"
#include "net/cork.h"

enum {
	SOCKJS_WS_STRING = 16,	/* what a string counts for beside its bytes */
	SOCKJS_WS_TURN = 256	/* strings, after which other clients have their turn */
};

struct sockjs_ws {
	struct front_ws		 ws;
	struct assembly		 in, out;	/* of a client's frame, of a backend's message */
	/* Strings of the client's frame that the backend has not taken yet; in `in`. */
	struct sockjs_bytes	 rest;
	struct task		 task;		/* goes on with them, or ends for this */
	enum fault		 failed;
	struct timer		 timer;		/* heartbeats */
	uint64_t		 spoken;	/* worker.now when something was last sent */
	bool			 stopped;	/* the backend takes no more now */
};

static struct sockjs_ws *sockjs_ws_of(struct ws_endpoint *e)
{
	return LIST_OWNER(front_ws_of(e), struct sockjs_ws, ws);
}

/* What is large is referred to until it has left; p is the caller's again. */
static enum flow sockjs_ws_write(struct sockjs_ws *s, uint8_t *p, size_t n)
{
	struct ws_endpoint *e = &s->ws.end;
	struct msg m = {.p = p, .n = n, .kind = MSG_TEXT};
	enum flow flow = ws_endpoint_send(&e->leg, &m);

	s->spoken = e->worker->now;
	if (n > CORK_SMALL)
		worker_flush(e->worker);
	return flow;
}

static void sockjs_ws_beat(struct timer *t)
{
	struct sockjs_ws *s = LIST_OWNER(t, struct sockjs_ws, timer);
	struct ws_endpoint *e = &s->ws.end;
	uint64_t beat = e->conf->sockjs.heartbeat;
	uint8_t frame[] = {'h'};

	if (e->leg.channel == NULL)
		return;
	if (e->worker->now >= s->spoken + beat)
		sockjs_ws_write(s, frame, sizeof(frame));
	timer_set(e->worker, t, s->spoken + beat);
}

static void sockjs_ws_opened(struct front_ws *f)
{
	struct sockjs_ws *s = LIST_OWNER(f, struct sockjs_ws, ws);
	struct worker *w = f->end.worker;
	uint8_t frame[] = {'o'};

	sockjs_ws_write(s, frame, sizeof(frame));
	timer_set(w, &s->timer, s->spoken + f->end.conf->sockjs.heartbeat);
}

/* Without memory for it there is still the Close. */
static void sockjs_ws_closing(struct front_ws *f, uint16_t code, struct slice reason)
{
	struct buffer b = {0};

	sockjs_frame_add_close(&b, code, reason);
	if (!b.failed)
		sockjs_ws_write(LIST_OWNER(f, struct sockjs_ws, ws), b.p, b.n);
	buffer_clear(&b);
}

/* As many as the backend takes, which shows when they are flushed, and a turn allows. True: all. */
static bool sockjs_ws_deliver(struct sockjs_ws *s)
{
	struct ws_endpoint *e = &s->ws.end;
	struct sockjs_bytes text;
	size_t unseen = 0;

	for (unsigned i = 0; e->leg.channel && !s->stopped && i < SOCKJS_WS_TURN; i++) {
		if (!sockjs_body_next(&s->rest, &text))
			return true;
		struct msg m = {text.p, text.n, MSG_TEXT, false};
		channel_deliver(&e->leg, &m);
		unseen += text.n + SOCKJS_WS_STRING;
		if (text.n > CORK_SMALL || unseen > e->conf->buffer) {
			worker_flush(e->worker);
			unseen = 0;
		}
	}
	return s->rest.n == 0;
}

static void sockjs_ws_forget(struct sockjs_ws *s)
{
	s->rest.n = 0;
	assembly_clear(&s->in, s->ws.end.worker);
}

/* What is left does not stay in its place, unless it is kept there already. No more is read. */
static enum fault sockjs_ws_keep(struct sockjs_ws *s)
{
	struct ws_endpoint *e = &s->ws.end;
	struct msg m = {s->rest.p, s->rest.n, MSG_TEXT, true};

	if (!s->stopped)
		worker_resume(e->worker, &s->task);
	ws_endpoint_pause(&e->leg, true);
	if (s->in.p)
		return FAULT_NONE;
	enum fault f = assembly_join(&s->in, e->worker, &m);
	s->rest.p = s->in.p;
	return f;
}

static enum fault sockjs_ws_hear(struct ws_endpoint *e, const struct msg *fragment)
{
	struct sockjs_ws *s = sockjs_ws_of(e);
	struct msg m = *fragment;
	size_t n;

	enum fault f = assembly_join(&s->in, e->worker, &m);
	if (f != FAULT_NONE || m.more)
		return f;
	s->rest = (struct sockjs_bytes){m.p, m.n};
	f = sockjs_body_check(&s->rest, e->conf->max_message, &n);
	if (f != FAULT_NONE || n == 0) {
		sockjs_ws_forget(s);
		return f;
	}
	if (!sockjs_ws_deliver(s) && e->leg.channel)
		return sockjs_ws_keep(s);
	sockjs_ws_forget(s);
	return FAULT_NONE;
}

static void sockjs_ws_fail(struct sockjs_ws *s)
{
	const struct slice none = {NULL, 0};
	struct leg *leg = &s->ws.end.leg;

	channel_done(leg, s->failed, 0, none);
	front_ws_close(leg, s->failed, 0, none);
}

static void sockjs_ws_go_on(struct task *t)
{
	struct sockjs_ws *s = LIST_OWNER(t, struct sockjs_ws, task);
	struct ws_endpoint *e = &s->ws.end;

	front_ws_enter(&s->ws);
	if (s->failed && e->leg.channel)
		sockjs_ws_fail(s);
	if (sockjs_ws_deliver(s)) {
		sockjs_ws_forget(s);
		ws_endpoint_pause(&e->leg, s->stopped);
	} else if (e->leg.channel && !s->stopped) {
		worker_resume(e->worker, &s->task);
	}
	front_ws_leave(&s->ws);
}

/* Nothing more of the client is read before the rest of its frame was taken. */
static void sockjs_ws_pause(struct leg *leg, bool on)
{
	struct sockjs_ws *s = sockjs_ws_of(ws_endpoint_of(leg));

	s->stopped = on;
	if (!on && s->rest.n > 0)
		worker_resume(s->ws.end.worker, &s->task);
	else
		ws_endpoint_pause(leg, on);
}

/* Soon, not from within what the backend delivers. */
static enum flow sockjs_ws_give_up(struct sockjs_ws *s, enum fault f)
{
	s->failed = f;
	worker_resume(s->ws.end.worker, &s->task);
	return FLOW_FULL;
}

static enum fault sockjs_ws_join(struct sockjs_ws *s, struct msg *m)
{
	const struct ws_endpoint *e = &s->ws.end;

	if ((m->more || s->out.n > 0) && m->n > e->conf->max_message - s->out.n)
		return FAULT_BACK_TOO_BIG;
	return assembly_join(&s->out, e->worker, m);
}

static enum flow sockjs_ws_send(struct leg *leg, const struct msg *fragment)
{
	struct sockjs_ws *s = sockjs_ws_of(ws_endpoint_of(leg));
	struct msg m = *fragment;
	struct buffer b = {0};

	enum fault f = s->failed ? s->failed : sockjs_ws_join(s, &m);
	if (f != FAULT_NONE)
		return sockjs_ws_give_up(s, f);
	if (m.more)
		return FLOW_OK;
	buffer_add(&b, SLICE("a["));
	sockjs_add(&b, m.kind, (struct slice){(const char *)m.p, m.n});
	buffer_add(&b, SLICE("]"));
	assembly_clear(&s->out, s->ws.end.worker);
	front_ws_enter(&s->ws);
	enum flow flow = b.failed ? sockjs_ws_give_up(s, FAULT_NO_MEMORY)
	    : sockjs_ws_write(s, b.p, b.n);
	buffer_clear(&b);
	return front_ws_leave(&s->ws) ? flow : FLOW_GONE;
}

static void sockjs_ws_clear(struct front_ws *f)
{
	struct sockjs_ws *s = LIST_OWNER(f, struct sockjs_ws, ws);
	struct worker *w = f->end.worker;

	task_cancel(&s->task);
	timer_close(w, &s->timer);
	assembly_clear(&s->in, w);
	assembly_clear(&s->out, w);
}

static uint64_t sockjs_ws_most(const struct channel *ch)
{
	return SOCKJS_BODY_JSON * ch->route->conf->max_message + SOCKJS_BODY_AROUND;
}

static const struct leg_ops sockjs_ws_leg_ops = {
	.name = "sockjs/websocket",
	.queued = front_ws_queued,
	.ready = front_ws_ready,
	.send = sockjs_ws_send,
	.pause = sockjs_ws_pause,
	.refuse = front_ws_relay,
	.close = front_ws_close,
};

static const struct ws_endpoint_ops sockjs_ws_endpoint_ops = {
	.write = front_ws_write,
	.pause = front_ws_pause,
	.resume = front_ws_resume,
	.hear = sockjs_ws_hear,
	.finish = front_ws_finish,
};

static enum fault sockjs_ws_init(struct front_ws *f)
{
	struct sockjs_ws *s = LIST_OWNER(f, struct sockjs_ws, ws);

	task_init(&s->task, sockjs_ws_go_on);
	return timer_open(f->end.worker, &s->timer, sockjs_ws_beat);
}

static const struct front_ws_kind sockjs_ws_kind = {
	.transport = "sockjs/websocket",
	.size = sizeof(struct sockjs_ws),
	.leg = &sockjs_ws_leg_ops,
	.end = &sockjs_ws_endpoint_ops,
	.init = sockjs_ws_init,
	.most = sockjs_ws_most,
	.opened = sockjs_ws_opened,
	.closing = sockjs_ws_closing,
	.clear = sockjs_ws_clear,
};

static enum fault sockjs_ws_open(struct exchange *x)
{
	bool raw = slice_eq(transport_tail(x), SLICE("/websocket"));

	sockjs_hide(x);
	return front_ws_open_kind(x, raw ? &front_ws_plain : &sockjs_ws_kind);
}

const struct handler sockjs_ws_handler = {
	.name = "sockjs/websocket",
	.closes = true,
	.open = sockjs_ws_open,
	.body = front_ws_body,
	.body_end = front_ws_body_end,
	.full = front_ws_full,
	.room = front_ws_room,
	.gone = front_ws_gone,
};
