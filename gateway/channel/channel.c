#include "channel/channel.h"

#include <stdlib.h>

#include "base/log.h"
#include "channel/meter.h"
#include "http/gateway_worker.h"
#include "report/series.h"

struct channel_meter {
	struct meter		 meter;
	struct channel		*channel;
	struct timer		 timer;		/* the client is read again */
};

static enum counts_way channel_way(const struct leg *from)
{
	return from == from->channel->front ? COUNTS_IN : COUNTS_OUT;
}

static void channel_count_held(struct leg *leg)
{
	const struct channel *ch = leg->channel;

	STATS_ADD(ch->counts->held[channel_way(leg)], 1);
	leg->full_since = (uint32_t)ch->worker->now;
}

static void channel_count_let_go(struct leg *leg)
{
	const struct channel *ch = leg->channel;
	enum counts_way way = channel_way(leg);

	STATS_ADD(ch->counts->held[way], -1);
	STATS_ADD(ch->counts->held_ms[way], (uint32_t)ch->worker->now - leg->full_since);
}

/* A leg is paused while anything holds it. */
static void channel_hold(struct leg *leg, uint8_t why)
{
	if (why & ~leg->held & CHANNEL_FULL)
		channel_count_held(leg);
	leg->held |= why;
	leg->ops->pause(leg, true);
}

static APART enum flow channel_hold_full(struct leg *leg)
{
	channel_hold(leg, CHANNEL_FULL);
	return FLOW_FULL;
}

static void channel_let_go(struct leg *leg, uint8_t why)
{
	if (why & leg->held & CHANNEL_FULL)
		channel_count_let_go(leg);
	leg->held &= (uint8_t)~why;
	if (leg->held == 0)
		leg->ops->pause(leg, false);
}

static void channel_free(struct task *t)
{
	struct channel *ch = LIST_OWNER(t, struct channel, grave);

	held_put(ch->snapshot);
	free(ch->meter);
	free(ch->record);
	free(ch);
}

/* A client that we do not read because it said too much is not idle. */
static uint64_t channel_active(const struct channel *ch)
{
	return ch->front->held & CHANNEL_RATE ? ch->worker->now : ch->active;
}

/* When idle or max_lifetime would be over if nothing more came. */
static uint64_t channel_deadline(const struct channel *ch)
{
	const struct config_route *conf = ch->route->conf;
	uint64_t idle = conf->idle ? channel_active(ch) + conf->idle : CLOCK_NEVER;
	uint64_t life = conf->max_lifetime ? ch->opened + conf->max_lifetime : CLOCK_NEVER;

	return idle < life ? idle : life;
}

static void channel_tick(struct timer *t)
{
	struct channel *ch = LIST_OWNER(t, struct channel, timer);
	const struct config_route *conf = ch->route->conf;
	uint64_t now = ch->worker->now;

	if (conf->max_lifetime && now >= ch->opened + conf->max_lifetime)
		channel_close(ch, FAULT_LIFETIME);
	else if (conf->idle && now >= channel_active(ch) + conf->idle)
		channel_close(ch, FAULT_IDLE);
	else
		timer_set(ch->worker, &ch->timer, channel_deadline(ch));
}

static void channel_go_on(struct timer *t)
{
	struct channel *ch = LIST_OWNER(t, struct channel_meter, timer)->channel;

	ch->active = ch->worker->now;
	channel_let_go(ch->front, CHANNEL_RATE);
}

static enum fault channel_open_meter(struct channel *ch)
{
	const struct config_route_limits *limits = &ch->route->conf->limits;

	if (limits->messages.n == 0 && limits->bytes.n == 0)
		return FAULT_NONE;
	ch->meter = calloc(1, sizeof(*ch->meter));
	if (ch->meter == NULL)
		return FAULT_NO_MEMORY;
	ch->meter->channel = ch;
	ch->front->metered = true;
	return timer_open(ch->worker, &ch->meter->timer, channel_go_on);
}

/* What a session holds beside itself. */
static void channel_clear(struct channel *ch)
{
	permit_release(&ch->permit);
	timer_close(ch->worker, &ch->timer);
	if (ch->meter)
		timer_close(ch->worker, &ch->meter->timer);
}

static void channel_join(struct channel *ch)
{
	ch->front->other = ch->back;
	ch->back->other = ch->front;
	ch->front->traffic = &ch->counts->traffic[COUNTS_IN];
	ch->back->traffic = &ch->counts->traffic[COUNTS_OUT];
}

enum fault channel_open(struct exchange *x, struct leg *front, struct slice subprotocol,
    const char *transport, const struct access_record *record)
{
	struct worker *w = x->client->worker;
	struct channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		return FAULT_NO_MEMORY;
	ch->worker = w;
	ch->route = x->route;
	ch->counts = series_block(x->route->counts, w->index);
	ch->transport = (uint8_t)counts_transport(transport);
	ch->framing = exchange_framing(x, subprotocol);
	ch->subprotocol = subprotocol;
	ch->opened = ch->active = w->now;
	ch->front = front;
	random_id(ch->id);
	task_init(&ch->grave, channel_free);
	list_init(&ch->link);
	enum fault f = timer_open(w, &ch->timer, channel_tick);
	if (f == FAULT_NONE && record && (ch->record = access_keep(record)) == NULL)
		f = FAULT_NO_MEMORY;
	if (f == FAULT_NONE)
		f = permit_take(&ch->permit, x);
	if (f == FAULT_NONE)
		f = channel_open_meter(ch);
	front->channel = ch;
	x->session = ch->id;
	if (f == FAULT_NONE)
		f = x->route->back->open(ch, x);
	x->session = NULL;
	if (f != FAULT_NONE) {
		front->channel = NULL;
		channel_clear(ch);
		free(ch->meter);
		free(ch->record);
		free(ch);
		return f;
	}
	channel_join(ch);
	ch->snapshot = held_get(x->snapshot);
	list_append(&w->gateway->channels, &ch->link);
	return FAULT_NONE;
}

enum fault channel_speak(struct leg *back, struct slice subprotocol)
{
	struct channel *ch = back->channel;

	ch->subprotocol = subprotocol;
	if (ch->record == NULL)
		return FAULT_NONE;
	struct access_record record;
	access_recall(ch->record, &record);
	record.subprotocol = subprotocol;
	struct access_kept *kept = access_keep(&record);
	if (kept == NULL)
		return FAULT_NO_MEMORY;
	free(ch->record);
	ch->record = kept;
	return FAULT_NONE;
}

static void channel_count_begin(const struct channel *ch)
{
	STATS_ADD(ch->worker->stats.sessions, 1);
	STATS_ADD(ch->worker->stats.sessions_total, 1);
	STATS_ADD(ch->counts->sessions[ch->transport], 1);
	STATS_ADD(ch->counts->sessions_total[ch->transport], 1);
	coded_add(&ch->counts->handshakes, FAULT_NONE, true);
}

void channel_ready(struct leg *back)
{
	struct channel *ch = back->channel;

	ch->ready = true;
	ch->active = ch->worker->now;
	channel_count_begin(ch);
	timer_set(ch->worker, &ch->timer, channel_deadline(ch));
	ch->front->ops->ready(ch->front);
}

/* What has come is still delivered; what is to come waits. False: the session has ended. */
static bool channel_measure(struct channel *ch, const struct msg *m)
{
	const struct config_route_limits *limits = &ch->route->conf->limits;
	uint64_t now = ch->worker->now, wait;
	enum fault f = meter_take(&ch->meter->meter, &limits->messages, &limits->bytes, m, now,
	    &wait);

	if (f != FAULT_NONE) {
		channel_close(ch, f);
		return false;
	}
	if (wait > 0) {
		channel_hold(ch->front, CHANNEL_RATE);
		timer_set(ch->worker, &ch->meter->timer, now + wait);
	}
	return true;
}

static inline enum flow channel_pass(struct leg *from, const struct msg *m)
{
	struct counts_traffic *traffic = from->traffic;
	uint32_t whole = m->more ^ 1u;

	from->channel->active = from->channel->worker->now;
	from->bytes += m->n;
	STATS_ADD(traffic->bytes, m->n);
	from->messages += whole;
	STATS_ADD(traffic->messages, whole);
	enum flow flow = from->other->ops->send(from->other, m);
	return flow == FLOW_FULL ? channel_hold_full(from) : flow;
}

static APART enum flow channel_deliver_metered(struct leg *from, const struct msg *m)
{
	return channel_measure(from->channel, m) ? channel_pass(from, m) : FLOW_GONE;
}

enum flow channel_deliver(struct leg *from, const struct msg *m)
{
	return from->metered ? channel_deliver_metered(from, m) : channel_pass(from, m);
}

/*
 * Before the back leg is up there is nothing to pause: what fills and drains the client's stream is
 * an earlier answer. If it is still full then, the first message is told so.
 */
void channel_full(struct leg *at)
{
	if (at->channel->ready)
		channel_hold(at->other, CHANNEL_FULL);
}

void channel_room(struct leg *at)
{
	if (at->channel->ready)
		channel_let_go(at->other, CHANNEL_FULL);
}

/* Who ended it: a peer whose end we only pass on, or the gateway by a rule of its own. */
static enum counts_closer channel_closer(const struct channel *ch, const struct leg *by,
    enum fault f)
{
	switch (f) {
	case FAULT_NONE:
	case FAULT_BACK_RESET:
	case FAULT_BACK_NO_ANSWER:
	case FAULT_BACK_CLOSED:
	case FAULT_BACK_NO_CLOSE:
	case FAULT_WS_CLOSED:
	case FAULT_WS_NO_CLOSE:
	case FAULT_RESET:
	case FAULT_PEER_EOF:
	case FAULT_TLS_TRUNCATED:
	case FAULT_SOCKJS_LEFT:
		return by == NULL ? COUNTS_GATEWAY : by == ch->front ? COUNTS_CLIENT
		    : COUNTS_BACKEND;
	default:
		return COUNTS_GATEWAY;
	}
}

static void channel_write_record(const struct channel *ch, enum counts_closer closer, enum fault f,
    unsigned code, struct slice reason)
{
	struct access_record r;

	if (ch->record == NULL)
		return;
	access_recall(ch->record, &r);
	r.session = true;
	r.session_id = (struct slice){ch->id, RANDOM_ID};
	r.server = slice_of(ch->server);
	r.duration = ch->worker->now - ch->opened;
	r.bytes_in = ch->front->bytes;
	r.bytes_out = ch->back->bytes;
	r.messages_in = ch->front->messages;
	r.messages_out = ch->back->messages;
	r.close_code = code;
	r.closed_by = slice_of(counts_closers[closer]);
	r.reason = reason.n || f == FAULT_NONE ? reason : slice_of(fault_text(f));
	access_write(&r);
}

static void channel_count_end(struct channel *ch, enum counts_closer closer, unsigned code)
{
	struct stats *stats = &ch->worker->stats;

	STATS_ADD(stats->sessions, -1);
	STATS_ADD(ch->counts->sessions[ch->transport], -1);
	coded_add(&ch->counts->closes, COUNTS_CLOSE(code, closer), closer == COUNTS_GATEWAY);
	if (ch->front->held & CHANNEL_FULL)
		channel_count_let_go(ch->front);
	if (ch->back->held & CHANNEL_FULL)
		channel_count_let_go(ch->back);
}

static void channel_bury(struct channel *ch)
{
	list_remove(&ch->link);
	channel_clear(ch);
	worker_bury(ch->worker, &ch->grave);
}

/* by: the leg that has ended already, NULL when neither has. */
static void channel_end(struct channel *ch, struct leg *by, enum fault f, uint16_t code,
    struct slice reason)
{
	struct leg *front = ch->front, *back = ch->back;

	if (ch->ready) {
		enum counts_closer closer = channel_closer(ch, by, f);
		unsigned shown = code ? code : (unsigned)fault_ws(f);
		channel_count_end(ch, closer, shown);
		channel_write_record(ch, closer, f, shown, reason);
		if (f != FAULT_NONE)
			log_fault(f, "route %s: session %s", ch->route->conf->name, ch->id);
	}
	front->channel = back->channel = NULL;
	if (by != front)
		front->ops->close(front, f, code, reason);
	if (by != back)
		back->ops->close(back, f, code, reason);
	channel_bury(ch);
}

void channel_refuse(struct leg *back, const struct refusal *r)
{
	struct channel *ch = back->channel;
	struct leg *front = ch->front;

	front->channel = back->channel = NULL;
	front->ops->refuse(front, r);
	channel_bury(ch);
}

void channel_done(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	if (leg->channel)
		channel_end(leg->channel, leg, f, code, reason);
}

void channel_close(struct channel *ch, enum fault f)
{
	channel_close_with(ch, f, 0, (struct slice){NULL, 0});
}

void channel_close_with(struct channel *ch, enum fault f, uint16_t code, struct slice reason)
{
	channel_end(ch, NULL, f, code, reason);
}
