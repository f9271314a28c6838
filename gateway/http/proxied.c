#include "http/proxied.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "codec/proxy_header.h"
#include "http/admission.h"
#include "http/door.h"
#include "http/gateway_worker.h"
#include "net/peek.h"

struct proxied {
	struct connection	 connection;
	struct watch		 watch;
	struct timer		 timer;
	struct task		 grave;
	struct accepted		 accepted;
	struct admitted		 admitted;
	struct held		*snapshot;	/* which the tag lives in */
	size_t			 n;		/* bytes of an unfinished header, taken already */
	uint8_t			 bytes[PROXY_HEADER_MAX];
};

static struct worker *proxied_worker(const struct proxied *p)
{
	return p->watch.worker;
}

static void proxied_free(struct task *t)
{
	struct proxied *p = LIST_OWNER(t, struct proxied, grave);

	held_put(p->snapshot);
	free(p);
}

/* The descriptor is somebody else's by now. */
static void proxied_bury(struct proxied *p)
{
	struct worker *w = proxied_worker(p);

	watch_fini(&p->watch);
	timer_close(w, &p->timer);
	list_remove(&p->connection.link);
	admission_leave(w->gateway->admission, &p->admitted);
	worker_bury(w, &p->grave);
}

static void proxied_close(struct proxied *p)
{
	struct worker *w = proxied_worker(p);

	close(p->accepted.fd);
	proxied_bury(p);
	atomic_fetch_sub_explicit(&w->load, 1, memory_order_relaxed);
}

static void proxied_refuse(struct proxied *p, enum fault f)
{
	const struct http_listener *l = p->accepted.tag;
	char peer[ADDRESS_TEXT];

	STATS_ADD(p->watch.worker->stats.refusals[f], 1);
	log_fault(f, "listener %s: %s", l->conf->name, address_text(&p->accepted.peer, peer));
	proxied_close(p);
}

static struct address proxied_address(const uint8_t ip[16], uint16_t port)
{
	struct address a = {.port = port, .known = true};

	memcpy(a.ip, ip, sizeof(a.ip));
	return a;
}

static void proxied_go_on(struct proxied *p, const struct proxy_header *h)
{
	struct accepted *a = &p->accepted;

	if (h->known) {
		a->client = proxied_address(h->source, h->source_port);
		a->local = proxied_address(h->destination, h->destination_port);
	}
	proxied_bury(p);
	door_accept(proxied_worker(p), a, p->snapshot);
}

/* Only the header is taken: what follows is TLS's or HTTP's. */
static void proxied_ready(struct watch *watch, unsigned what)
{
	struct proxied *p = LIST_OWNER(watch, struct proxied, watch);
	size_t used, got;
	struct proxy_header h;

	(void)what;
	enum fault f = peek_bytes(p->accepted.fd, p->bytes + p->n, sizeof(p->bytes) - p->n, &got);
	if (f == FAULT_NONE)
		f = proxy_header_read(p->bytes, p->n + got, &h, &used);
	/* Who comes and goes without a word only looks whether anybody listens. */
	if (f == FAULT_PEER_EOF && p->n > 0)
		f = FAULT_PROXY_HEADER;
	if (f != FAULT_NONE) {
		proxied_refuse(p, f);
		return;
	}
	/* An unfinished header is taken too, or the kernel would go on telling of it. */
	peek_take(p->accepted.fd, p->bytes + p->n, used ? used - p->n : got);
	p->n += got;
	if (used)
		proxied_go_on(p, &h);
}

static void proxied_expire(struct timer *t)
{
	proxied_refuse(LIST_OWNER(t, struct proxied, timer), FAULT_HEAD_TIMEOUT);
}

static void proxied_stop(struct connection *connection)
{
	proxied_close(LIST_OWNER(connection, struct proxied, connection));
}

static const struct connection_ops proxied_ops = {
	.stop = proxied_stop,
	.drop = proxied_stop,
};

static struct proxied *proxied_new(struct worker *w, const struct accepted *a)
{
	struct proxied *p = calloc(1, sizeof(*p));

	if (p == NULL || timer_open(w, &p->timer, proxied_expire) != FAULT_NONE) {
		free(p);
		return NULL;
	}
	p->connection.ops = &proxied_ops;
	p->accepted = *a;
	p->snapshot = held_get(w->gateway->snapshot);
	task_init(&p->grave, proxied_free);
	watch_init(&p->watch, w, a->fd, proxied_ready);
	list_append(&w->gateway->connections, &p->connection.link);
	return p;
}

/* Who may connect to a unix socket is said by its mode, so its peers are trusted. */
static bool proxied_is_trusted(const struct config_listener *l, const struct address *peer)
{
	return !peer->known || address_in(peer, &l->trust);
}

void proxied_accept(struct worker *w, const struct accepted *accepted)
{
	const struct http_listener *l = accepted->tag;
	struct accepted a = *accepted;

	a.client = a.peer;
	if (!l->conf->accept_proxy || !proxied_is_trusted(l->conf, &a.peer)) {
		door_accept(w, &a, w->gateway->snapshot);
		return;
	}
	struct proxied *p = proxied_new(w, &a);
	if (p == NULL) {
		log_fault(FAULT_NO_MEMORY, "listener %s", l->conf->name);
		close(a.fd);
		atomic_fetch_sub_explicit(&w->load, 1, memory_order_relaxed);
		return;
	}
	/* If it is refused it is told so as the others are, behind its header. */
	enum fault f = admission_enter(w->gateway->admission, l->limits, NULL, false,
	    &p->admitted);
	if (f != FAULT_NONE && !p->admitted.refused) {
		proxied_refuse(p, f);
		return;
	}
	timer_set(w, &p->timer, l->limits->head_timeout ? w->now + l->limits->head_timeout
	    : CLOCK_NEVER);
	f = watch_arm(&p->watch, WATCH_READ);
	if (f != FAULT_NONE)
		proxied_refuse(p, f);
}
