#include "http/door.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "http/h1_server.h"
#include "http/h2_server.h"
#include "http/http_conn.h"
#include "report/counts.h"
#include "report/series.h"

struct door {
	struct http_conn conn;		/* first: what is passed on, and freed by itself */
	uint64_t	 began;		/* clock_mono_us() */
};

static void door_free(struct task *t)
{
	free(LIST_OWNER(t, struct door, conn.grave));
}

static void door_close(struct http_conn *c)
{
	stream_close(c->stream, true);
	http_conn_bury(c);
}

static void door_abort(struct http_conn *c)
{
	stream_reset(c->stream);
	http_conn_bury(c);
}

/* The server of a version takes the connection over; false: it could not, and all has ended. */
static bool door_pass(struct http_conn *c, http_begin *begin)
{
	if (begin(c)) {
		http_conn_bury(c);
		return true;
	}
	http_conn_complain(c, FAULT_NO_MEMORY);
	door_abort(c);
	return false;
}

static void door_observe(const struct http_conn *c)
{
	const struct door *d = LIST_OWNER(c, struct door, conn);

	if (c->client.counts)
		histogram_observe(&c->client.counts->handshakes, clock_mono_us() - d->began);
}

static void door_up(struct stream *s)
{
	struct http_conn *c = s->owner;

	if (s->tls) {
		door_observe(c);
		struct tls_facts facts = tls_layer_facts(s->tls);
		c->client.tls = facts.version;
		c->client.sni = facts.sni;
		c->client.resumed = facts.resumed;
		c->client.certificate = facts.certificate;
		c->client.client_cn = facts.client_cn;
		door_pass(c, slice_eq(facts.alpn, SLICE("h2")) ? h2_server_begin : h1_server_begin);
	} else if (!c->client.listener->http2) {
		door_pass(c, h1_server_begin);
	}
}

/* Of a plain connection: as much of them as could be a preface is waited for. */
static size_t door_bytes(struct stream *s, uint8_t *p, size_t n)
{
	size_t most = n < H2_SERVER_PREFACE_SIZE ? n : H2_SERVER_PREFACE_SIZE;
	bool alike = memcmp(p, H2_SERVER_PREFACE, most) == 0;

	if (alike && n < H2_SERVER_PREFACE_SIZE)
		return 0;
	bool passed = door_pass(s->owner, alike ? h2_server_begin : h1_server_begin);
	return passed ? s->events->bytes(s, p, n) : n;
}

static void door_eof(struct stream *s)
{
	door_close(s->owner);
}

static void door_gone(struct stream *s, enum fault f)
{
	(void)f;
	door_abort(s->owner);
}

static const struct stream_events door_events = {
	.up = door_up,
	.bytes = door_bytes,
	.eof = door_eof,
	.gone = door_gone,
};

/* An unfinished preface may as well be an unfinished head, which is answered. */
static void door_expire(struct timer *t)
{
	struct http_conn *c = LIST_OWNER(t, struct http_conn, timer);

	if (c->stream->state != STREAM_UP)
		door_abort(c);	/* no TLS handshake within head_timeout */
	else if (c->stream->stash_n == 0)
		door_close(c);
	else
		door_pass(c, h1_server_begin);
}

static void door_stop(struct connection *connection)
{
	door_close(LIST_OWNER(connection, struct http_conn, connection));
}

static void door_drop(struct connection *connection)
{
	door_abort(LIST_OWNER(connection, struct http_conn, connection));
}

static const struct connection_ops door_ops = {
	.stop = door_stop,
	.drop = door_drop,
};

static struct tls_layer *door_tls_layer(const struct http_listener *l, const struct accepted *a)
{
	char peer[ADDRESS_TEXT];
	SSL *ssl = tls_ctx_accept(l->tls, l->conf->http2);
	struct tls_layer *tls = ssl
	    ? tls_layer_new(ssl, true, address_text(&a->client, peer)) : NULL;

	if (tls == NULL)
		SSL_free(ssl);
	return tls;
}

static struct http_conn *door_new(struct worker *w)
{
	struct door *d = calloc(1, sizeof(*d));

	if (d == NULL ||
	    http_conn_init(&d->conn, w, &door_ops, door_expire, door_free) != FAULT_NONE) {
		free(d);
		return NULL;
	}
	d->began = clock_mono_us();
	return &d->conn;
}

static void door_count(const struct http_conn *c)
{
	struct stats *stats = &c->client.worker->stats;
	struct counts_listener *counts = c->client.counts;

	STATS_ADD(stats->connections, 1);
	STATS_ADD(stats->connections_total, 1);
	if (counts) {
		STATS_ADD(counts->connections, 1);
		STATS_ADD(counts->connections_total, 1);
	}
}

/* Everything or nothing: NULL leaves the descriptor to the caller. */
static struct http_conn *door_open(struct worker *w, const struct accepted *a,
    struct held *snapshot)
{
	const struct http_listener *l = a->tag;
	struct tls_layer *tls = l->tls ? door_tls_layer(l, a) : NULL;
	struct http_conn *c = l->tls && tls == NULL ? NULL : door_new(w);
	struct stream *s = c ? stream_new(w, a->fd, tls, &door_events, c) : NULL;

	if (s == NULL) {
		if (c)
			http_conn_bury(c);
		if (tls)
			tls_layer_free(tls);
		return NULL;
	}
	c->stream = s;
	c->client.listener = l->conf;
	c->client.limits = l->limits;
	c->client.counts = l->counts ? series_block(l->counts, w->index) : NULL;
	c->client.snapshot = held_get(snapshot);
	c->client.fd = a->fd;
	c->client.peer = a->peer;
	c->client.address = a->client;
	c->client.local = a->local;
	return c;
}

static void door_turn_away(struct worker *w, const struct accepted *a,
    const struct admitted *admitted, enum fault f)
{
	const struct http_listener *l = a->tag;
	char peer[ADDRESS_TEXT];

	STATS_ADD(w->stats.refusals[f], 1);
	log_fault(f, "listener %s: %s", l->conf->name, address_text(&a->client, peer));
	close(a->fd);
	admission_leave(w->gateway->admission, admitted);
	atomic_fetch_sub_explicit(&w->load, 1, memory_order_relaxed);
}

/* Whatever is in *refuse is said in the answer to the first request; a fault: there is none. */
static enum fault door_admit(struct worker *w, const struct accepted *a, struct admitted *admitted,
    enum fault *refuse)
{
	const struct http_listener *l = a->tag;

	*refuse = admission_enter(w->gateway->admission, l->limits,
	    admission_counted(l->conf, &a->client), l->tls != NULL, admitted);
	if (*refuse != FAULT_NONE && !admitted->refused)
		return *refuse;
	if (w->gateway->stopping)
		*refuse = FAULT_SHUTDOWN;
	return l->tls ? admission_handshake(w->gateway->admission, l->limits, w->now) : FAULT_NONE;
}

void door_accept(struct worker *w, const struct accepted *a, struct held *snapshot)
{
	struct admitted admitted;
	enum fault refuse, f = door_admit(w, a, &admitted, &refuse);
	struct http_conn *c = f == FAULT_NONE ? door_open(w, a, snapshot) : NULL;

	if (c == NULL) {
		door_turn_away(w, a, &admitted, f == FAULT_NONE ? FAULT_NO_MEMORY : f);
		return;
	}
	c->admitted = admitted;
	c->refuse = refuse;
	list_append(&w->gateway->connections, &c->connection.link);
	door_count(c);
	http_conn_set_timer(c, c->client.limits->head_timeout);
	stream_start(c->stream);
}
