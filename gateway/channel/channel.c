#include "channel/channel.h"

#include <stdlib.h>

#include "base/log.h"
#include "channel/meter.h"
#include "http/gateway_worker.h"

struct channel_meter {
	struct meter		 meter;
	struct channel		*channel;
	struct timer		 timer;		/* the client is read again */
};

/* A leg is paused while anything holds it. */
static void channel_hold(struct channel *ch, struct leg *leg, uint8_t why)
{
	uint8_t *held = leg == ch->front ? &ch->front_held : &ch->back_held;

	*held |= why;
	leg->ops->pause(leg, true);
}

static void channel_let_go(struct channel *ch, struct leg *leg, uint8_t why)
{
	uint8_t *held = leg == ch->front ? &ch->front_held : &ch->back_held;

	*held &= (uint8_t)~why;
	if (*held == 0)
		leg->ops->pause(leg, false);
}

static struct leg *channel_other(const struct leg *leg)
{
	return leg == leg->channel->front ? leg->channel->back : leg->channel->front;
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
	return ch->front_held & CHANNEL_RATE ? ch->worker->now : ch->active;
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
	channel_let_go(ch, ch->front, CHANNEL_RATE);
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

enum fault channel_open(struct exchange *x, struct leg *front, struct slice subprotocol,
    const struct access_record *record)
{
	struct worker *w = x->client->worker;
	struct channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		return FAULT_NO_MEMORY;
	ch->worker = w;
	ch->route = x->route;
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

void channel_ready(struct leg *back)
{
	struct channel *ch = back->channel;

	ch->ready = true;
	ch->active = ch->worker->now;
	STATS_ADD(ch->worker->stats.sessions, 1);
	STATS_ADD(ch->worker->stats.sessions_total, 1);
	timer_set(ch->worker, &ch->timer, channel_deadline(ch));
	ch->front->ops->ready(ch->front);
}

/* What has come is still delivered; what is to come waits. False: the session has ended. */
static APART bool channel_measure(struct channel *ch, const struct msg *m)
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
		channel_hold(ch, ch->front, CHANNEL_RATE);
		timer_set(ch->worker, &ch->meter->timer, now + wait);
	}
	return true;
}

enum flow channel_deliver(struct leg *from, const struct msg *m)
{
	struct channel *ch = from->channel;
	struct leg *to;

	ch->active = ch->worker->now;
	if (from == ch->front) {
		if (ch->meter && !channel_measure(ch, m))
			return FLOW_GONE;
		to = ch->back;
		ch->bytes_in += m->n;
		ch->messages_in += !m->more;
	} else {
		to = ch->front;
		ch->bytes_out += m->n;
		ch->messages_out += !m->more;
	}
	enum flow flow = to->ops->send(to, m);
	if (flow == FLOW_FULL)
		channel_hold(ch, from, CHANNEL_FULL);
	return flow;
}

/*
 * Before the back leg is up there is nothing to pause: what fills and drains the client's stream is
 * an earlier answer. If it is still full then, the first message is told so.
 */
void channel_full(struct leg *at)
{
	struct leg *source = channel_other(at);

	if (at->channel->ready)
		channel_hold(at->channel, source, CHANNEL_FULL);
}

void channel_room(struct leg *at)
{
	struct leg *source = channel_other(at);

	if (at->channel->ready)
		channel_let_go(at->channel, source, CHANNEL_FULL);
}

/* Who ended it: a peer whose end we only pass on, or the gateway by a rule of its own. */
static const char *channel_closer(const struct channel *ch, const struct leg *by, enum fault f)
{
	switch (f) {
	case FAULT_NONE:
	case FAULT_BACK_RESET:
	case FAULT_BACK_CLOSED:
	case FAULT_BACK_NO_CLOSE:
	case FAULT_WS_CLOSED:
	case FAULT_WS_NO_CLOSE:
	case FAULT_RESET:
	case FAULT_PEER_EOF:
	case FAULT_TLS_TRUNCATED:
	case FAULT_SOCKJS_LEFT:
		return by == NULL ? "gateway" : by == ch->front ? "client" : "backend";
	default:
		return "gateway";
	}
}

static void channel_write_record(struct channel *ch, const struct leg *by, enum fault f,
    uint16_t code, struct slice reason)
{
	struct access_record r;

	if (ch->record == NULL)
		return;
	access_recall(ch->record, &r);
	r.session = true;
	r.session_id = (struct slice){ch->id, RANDOM_ID};
	r.server = slice_of(ch->server);
	r.duration = ch->worker->now - ch->opened;
	r.bytes_in = ch->bytes_in;
	r.bytes_out = ch->bytes_out;
	r.messages_in = ch->messages_in;
	r.messages_out = ch->messages_out;
	r.close_code = code ? code : (unsigned)fault_ws(f);
	r.closed_by = slice_of(channel_closer(ch, by, f));
	r.reason = reason.n || f == FAULT_NONE ? reason : slice_of(fault_text(f));
	access_write(&r);
}

/* The worker's totals are those of ended sessions: traffic pays for one set of counters only. */
static void channel_count(const struct channel *ch)
{
	struct stats *stats = &ch->worker->stats;

	STATS_ADD(stats->sessions, -1);
	STATS_ADD(stats->bytes_in, ch->bytes_in);
	STATS_ADD(stats->bytes_out, ch->bytes_out);
	STATS_ADD(stats->messages_in, ch->messages_in);
	STATS_ADD(stats->messages_out, ch->messages_out);
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
		channel_count(ch);
		channel_write_record(ch, by, f, code, reason);
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
	channel_end(ch, NULL, f, 0, (struct slice){NULL, 0});
}
