#include "front/inherited.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "front/plain.h"
#include "front/plain_request.h"
#include "front/session_map.h"
#include "front/sockjs.h"
#include "front/transport.h"
#include "http/gateway_worker.h"
#include "http/h1_client.h"
#include "http/proxy_fields.h"
#include "http/proxy_request.h"
#include "net/elders.h"

enum { INHERITED_PAUSE = 5 };	/* ms until one that has too many questions is asked again */

struct inherited {
	struct exchange		*x;
	struct worker		*worker;
	struct watch		 watch;		/* of a connection that nobody speaks over yet */
	struct stream		*stream;	/* the same, as it comes up */
	struct timer		 timer;
	struct task		 grave;
	unsigned		 at;		/* who is asked */
	struct h1_client	 client;
	bool			 body_done;
};

/* n 0: it is for none. */
static struct slice inherited_session(const struct exchange *x)
{
	struct slice tail = transport_tail(x);
	struct sockjs_url url;

	if (x->request->websocket)
		return SLICE("");
	if (config_route_has(x->route->conf, 1u << TRANSPORT_SOCKJS) && sockjs_url_read(tail, &url))
		return url.session;
	if (config_route_has(x->route->conf, CONFIG_PLAIN) && plain_is_session(tail))
		return (struct slice){tail.p + 1, tail.n - 1};
	return SLICE("");
}

static void inherited_bury(struct task *t)
{
	free(LIST_OWNER(t, struct inherited, grave));
}

static void inherited_unwatch(struct inherited *p)
{
	if (p->watch.fd >= 0)
		watch_fini(&p->watch);
	p->watch.fd = -1;
}

static void inherited_free(struct inherited *p)
{
	int fd = p->watch.fd;

	inherited_unwatch(p);
	if (fd >= 0)
		close(fd);
	if (p->stream)
		stream_close(p->stream, false);
	h1_client_close(&p->client);
	timer_close(p->worker, &p->timer);
	worker_bury(p->worker, &p->grave);
}

static void inherited_fail(struct inherited *p, enum fault f)
{
	struct exchange *x = p->x;

	inherited_free(p);
	exchange_resume(x, PAUSE_BODY);
	exchange_fail(x, f);
}

static void inherited_answer_head(struct h1_client *c, const struct http1_response *r)
{
	struct inherited *p = LIST_OWNER(c, struct inherited, client);
	struct header *v = arena_alloc(&p->x->arena, (r->n_headers + 1) * sizeof(*v));
	struct response response = {.status = (int)r->status, .headers = v,
	    .length = r->has_length || r->body == HTTP1_BODY_NONE ? (int64_t)r->length
	    : RESPONSE_LENGTH_UNKNOWN};
	struct proxy_fields fields;

	if (v == NULL) {
		inherited_fail(p, FAULT_NO_MEMORY);
		return;
	}
	proxy_fields_init(&fields, r->headers, r->n_headers);
	for (unsigned i = 0; i < r->n_headers; i++)
		if (proxy_fields_to_client(&fields, i, r->status))
			v[response.n_headers++] = r->headers[i];
	p->x->ops->respond(p->x, &response);	/* it was amended there */
}

static void inherited_answer_body(struct h1_client *c, uint8_t *bytes, size_t n)
{
	struct inherited *p = LIST_OWNER(c, struct inherited, client);
	struct iovec iov = {bytes, n};

	if (exchange_write(p->x, &iov, 1) == FLOW_FULL)
		h1_client_pause(c);
}

static void inherited_answer_end(struct h1_client *c, enum h1_client_end how)
{
	struct inherited *p = LIST_OWNER(c, struct inherited, client);
	struct exchange *x = p->x;

	(void)how;
	inherited_free(p);
	exchange_resume(x, PAUSE_BODY);
	exchange_end(x);
}

static void inherited_back_full(struct h1_client *c)
{
	exchange_pause(LIST_OWNER(c, struct inherited, client)->x, PAUSE_BODY);
}

static void inherited_back_room(struct h1_client *c)
{
	exchange_resume(LIST_OWNER(c, struct inherited, client)->x, PAUSE_BODY);
}

static void inherited_back_gone(struct h1_client *c, enum fault f)
{
	inherited_fail(LIST_OWNER(c, struct inherited, client), f);
}

static const struct h1_client_events inherited_client_events = {
	.head = inherited_answer_head,
	.body = inherited_answer_body,
	.end = inherited_answer_end,
	.full = inherited_back_full,
	.room = inherited_back_room,
	.gone = inherited_back_gone,
};

/* An id is a secret: logs get the path without it. */
static void inherited_hide(struct exchange *x)
{
	if (config_route_has(x->route->conf, 1u << TRANSPORT_SOCKJS))
		sockjs_hide(x);
	else
		plain_request_hide(x);
}

static void inherited_up(struct stream *s)
{
	struct inherited *p = s->owner;
	const struct request *r = p->x->request;
	const struct config_limits *limits = p->x->client->limits;
	struct h1_client_request ask = {.length = r->has_body ? r->length : 0};
	struct proxy_request request;

	stream_pause(s, PAUSE_DIAL);
	proxy_request_init(&request, p->x);
	request.fallback_host = SLICE("localhost");
	request.close = true;
	enum fault f = proxy_request_write(&request, p->x, &ask.head);
	if (f != FAULT_NONE) {
		inherited_fail(p, f);
		return;
	}
	p->stream = NULL;
	inherited_hide(p->x);
	stream_set_buffer(s, p->x->route->conf->buffer, ask.head.n);
	h1_client_open(&p->client, s, &(struct http1_limits){limits->head, limits->headers},
	    &inherited_client_events, &ask);
	if (p->body_done)
		h1_client_finish(&p->client);
	exchange_resume(p->x, PAUSE_BODY);
}

static size_t inherited_bytes(struct stream *s, uint8_t *bytes, size_t n)
{
	(void)s;
	(void)bytes;
	(void)n;
	return 0;
}

static void inherited_gone(struct stream *s, enum fault f)
{
	inherited_fail(s->owner, f);
}

static const struct stream_events inherited_stream_events = {
	.up = inherited_up,
	.bytes = inherited_bytes,
	.gone = inherited_gone,
};

/* The rest is as if there had been nobody before us. */
static enum fault inherited_decline(struct inherited *p)
{
	struct exchange *x = p->x;

	x->handler = transport_handler(x);
	x->state = NULL;
	inherited_free(p);
	exchange_resume(x, PAUSE_BODY);
	return x->handler->open(x);
}

static enum fault inherited_ask(struct inherited *p);

static void inherited_ask_next(struct inherited *p)
{
	struct exchange *x = p->x;
	enum fault f = inherited_ask(p);

	if (f != FAULT_NONE)
		exchange_fail(x, f);
}

static void inherited_heard(struct watch *w, unsigned what)
{
	struct inherited *p = LIST_OWNER(w, struct inherited, watch);
	int heard = elders_hear(w->fd), fd = w->fd;

	(void)what;
	if (heard < 0)
		return;
	inherited_unwatch(p);
	if (heard == 0) {
		close(fd);
		inherited_ask_next(p);
		return;
	}
	p->stream = stream_new(p->worker, fd, NULL, &inherited_stream_events, p);
	if (p->stream) {
		stream_start(p->stream);
		return;
	}
	close(fd);
	inherited_fail(p, FAULT_NO_MEMORY);
}

static void inherited_expire(struct timer *t)
{
	inherited_ask_next(LIST_OWNER(t, struct inherited, timer));
}

/* A fault: p is gone, and nothing was answered. */
static enum fault inherited_ask(struct inherited *p)
{
	struct exchange *x = p->x;
	struct elders_question q = {.route = slice_of(x->route->conf->name),
	    .session = inherited_session(x), .client = *exchange_client(x)};
	int fd = elders_ask(p->worker->gateway->elders, &p->at, &q);

	if (fd < 0 && errno == EAGAIN) {
		timer_set(p->worker, &p->timer, p->worker->now + INHERITED_PAUSE);
		return FAULT_NONE;
	}
	if (fd < 0)
		return inherited_decline(p);
	watch_init(&p->watch, p->worker, fd, inherited_heard);
	enum fault f = watch_arm(&p->watch, WATCH_READ);
	if (f != FAULT_NONE) {
		inherited_free(p);
		exchange_resume(x, PAUSE_BODY);
	}
	return f;
}

static enum fault inherited_open(struct exchange *x)
{
	struct inherited *p = calloc(1, sizeof(*p));

	if (p == NULL || timer_open(x->client->worker, &p->timer, inherited_expire)) {
		free(p);
		return FAULT_NO_MEMORY;
	}
	p->x = x;
	p->worker = x->client->worker;
	p->watch.fd = -1;
	p->body_done = !x->request->has_body || x->request->length == 0;
	task_init(&p->grave, inherited_bury);
	x->state = p;
	if (!p->body_done)
		exchange_pause(x, PAUSE_BODY);
	return inherited_ask(p);
}

static size_t inherited_body(struct exchange *x, uint8_t *bytes, size_t n)
{
	struct inherited *p = x->state;

	if (h1_client_write(&p->client, bytes, n) == FLOW_FULL)
		exchange_pause(x, PAUSE_BODY);
	return n;
}

static void inherited_body_end(struct exchange *x)
{
	struct inherited *p = x->state;

	p->body_done = true;
	h1_client_finish(&p->client);
}

static void inherited_full(struct exchange *x)
{
	h1_client_pause(&((struct inherited *)x->state)->client);
}

static void inherited_room(struct exchange *x)
{
	h1_client_resume(&((struct inherited *)x->state)->client);
}

static void inherited_lost(struct exchange *x, enum fault f)
{
	(void)f;
	inherited_free(x->state);
}

#define INHERITED_HANDLER(is_attended) { \
	.name = "inherited", \
	.attended = is_attended, \
	.cors = true, \
	.open = inherited_open, \
	.body = inherited_body, \
	.body_end = inherited_body_end, \
	.full = inherited_full, \
	.room = inherited_room, \
	.gone = inherited_lost, \
}

static const struct handler inherited_sends = INHERITED_HANDLER(false);
static const struct handler inherited_receives = INHERITED_HANDLER(true);

const struct handler *inherited_handler(const struct exchange *x, const struct handler *h)
{
	const struct gateway_worker *g = x->client->worker->gateway;

	if (h == NULL || !elders_are_there(g->elders))
		return h;
	struct slice session = inherited_session(x);
	if (session.n == 0 || session.n > SESSION_ID_MAX)
		return h;
	struct session_link *link = session_map_find(g->session_map, x->route->conf, session);
	if (link) {
		held_put(&link->held);
		return h;
	}
	return h->attended ? &inherited_receives : &inherited_sends;
}
