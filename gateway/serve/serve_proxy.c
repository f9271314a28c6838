#include "serve/serve_proxy.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/log.h"
#include "codec/ws_handshake.h"
#include "http/admission.h"
#include "http/gateway_worker.h"
#include "http/h1_client.h"
#include "http/proxy_fields.h"
#include "http/proxy_request.h"
#include "serve/proxy_tunnel.h"
#include "upstream/connect.h"
#include "upstream/reuse.h"

struct serve_proxy {
	struct exchange		*x;
	struct worker		*worker;
	struct backend		*backend;
	struct connect		*connect;	/* while a server is looked for */
	struct target		*target;	/* a place in it, afterwards */
	struct h1_client	 client;
	struct timer		 timer;		/* checked lazily */
	struct task		 grave;
	struct permit		 permit;	/* of a WebSocket */
	struct rewrite		 rewrite;	/* in the exchange's arena */
	uint64_t		 active;	/* worker.now of the last progress */
	uint64_t		 server_keeps;	/* idle connections, for so long; ms */
	bool			 reused;	/* the connection has served another request */
	bool			 body_done;	/* all of the request's body was passed on */
	bool			 body_begun;	/* some of it was */
	bool			 proceeded;	/* the client was told to send it */
	bool			 answered;	/* the answer's head was passed on */
	bool			 full;		/* the server takes no more of the body now */
	bool			 choked;	/* the client takes no more of the answer now */
	char			 key[PROXY_KEY_SIZE];
};

static struct serve_proxy *serve_proxy_of(struct h1_client *c)
{
	return LIST_OWNER(c, struct serve_proxy, client);
}

static const struct config_backend *serve_proxy_conf(const struct serve_proxy *p)
{
	return p->backend->conf;
}

static void serve_proxy_bury(struct task *t)
{
	free(LIST_OWNER(t, struct serve_proxy, grave));
}

static void serve_proxy_leave(struct serve_proxy *p)
{
	h1_client_close(&p->client);
	if (p->connect)
		connect_cancel(p->connect);
	p->connect = NULL;
	if (p->target)
		backend_release(p->backend, p->target);
	p->target = NULL;
}

/* Lets go of everything but the exchange; p itself lives until the end of the wake-up. */
static void serve_proxy_free(struct serve_proxy *p)
{
	serve_proxy_leave(p);
	permit_release(&p->permit);
	timer_close(p->worker, &p->timer);
	worker_bury(p->worker, &p->grave);
}

static void serve_proxy_fail(struct serve_proxy *p, enum fault f)
{
	struct exchange *x = p->x;

	serve_proxy_free(p);
	exchange_resume(x, PAUSE_BODY);
	exchange_fail(x, f);
}

static void serve_proxy_blame(const struct serve_proxy *p, enum fault f)
{
	log_fault(f, "route %s: backend %s: %s", p->x->route->conf->name,
	    serve_proxy_conf(p)->name, p->target->server.text);
}

/* RFC 9110 section 9.2.2: asking twice does no more than asking once. */
static bool serve_proxy_is_idempotent(struct slice method)
{
	static const struct slice names[] = {{"GET", 3}, {"HEAD", 4}, {"OPTIONS", 7}, {"TRACE", 5},
	    {"PUT", 3}, {"DELETE", 6}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(method, names[i]))
			return true;
	return false;
}

/* The server closed an idle connection at the moment at which it was asked: no harm was done. */
static bool serve_proxy_may_retry(const struct serve_proxy *p)
{
	return p->reused && !p->client.heard && !p->body_begun && !p->answered &&
	    (p->x->request->websocket || serve_proxy_is_idempotent(p->x->request->method));
}

/* It is the server's turn to say something: all is said, or the client waits for its word. */
static bool serve_proxy_is_asked(const struct serve_proxy *p)
{
	bool waits = p->x->request->expect_continue && !p->proceeded && !p->body_begun;

	return !p->answered && (p->body_done || waits);
}

/* 0: it never comes. */
static uint64_t serve_proxy_patience(const struct serve_proxy *p)
{
	const struct config_backend *conf = serve_proxy_conf(p);

	return serve_proxy_is_asked(p) ? conf->response_timeout : conf->body_timeout;
}

static void serve_proxy_set_timer(struct serve_proxy *p)
{
	uint64_t patience = serve_proxy_patience(p);

	timer_set(p->worker, &p->timer, patience ? p->active + patience : CLOCK_NEVER);
}

static void serve_proxy_progress(struct serve_proxy *p)
{
	p->active = p->worker->now;
}

/* Something else is waited for from now on. */
static void serve_proxy_next_phase(struct serve_proxy *p)
{
	serve_proxy_progress(p);
	serve_proxy_set_timer(p);
}

static void serve_proxy_expire(struct timer *t)
{
	struct serve_proxy *p = LIST_OWNER(t, struct serve_proxy, timer);
	uint64_t patience = serve_proxy_patience(p);

	/* A client that does not take its answer is the HTTP layer's. */
	if (p->choked)
		serve_proxy_progress(p);
	if (p->worker->now < p->active + patience) {
		serve_proxy_set_timer(p);
	} else if (!p->answered && !serve_proxy_is_asked(p) && !p->full) {
		serve_proxy_fail(p, FAULT_BODY_TIMEOUT);
	} else {
		serve_proxy_blame(p, FAULT_BACK_SILENT);
		serve_proxy_fail(p, FAULT_BACK_SILENT);
	}
}

static void serve_proxy_proceed(struct h1_client *c)
{
	struct serve_proxy *p = serve_proxy_of(c);

	if (p->proceeded || !p->x->request->expect_continue)
		return;
	p->proceeded = true;
	exchange_proceed(p->x);
	serve_proxy_next_phase(p);
}

/* Those that pass, in the exchange's arena. */
static enum fault serve_proxy_headers(struct exchange *x, const struct http1_response *r,
    struct header **headers, unsigned *n)
{
	struct proxy_fields fields;

	*n = 0;
	*headers = arena_alloc(&x->arena, (r->n_headers + 1) * sizeof(struct header));
	if (*headers == NULL)
		return FAULT_NO_MEMORY;
	proxy_fields_init(&fields, r->headers, r->n_headers);
	for (unsigned i = 0; i < r->n_headers; i++)
		if (proxy_fields_to_client(&fields, i, r->status))
			(*headers)[(*n)++] = r->headers[i];
	return FAULT_NONE;
}

static int64_t serve_proxy_length(const struct http1_response *r)
{
	bool known = r->has_length || (r->body == HTTP1_BODY_NONE && !r->head_only);

	return known ? (int64_t)r->length : RESPONSE_LENGTH_UNKNOWN;
}

/* RFC 6455 section 4.1: only then does the server speak WebSocket, and to us. */
static bool serve_proxy_is_switched(const struct serve_proxy *p, const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers,
	    SLICE("Sec-WebSocket-Accept"));
	char accept[WS_ACCEPT_SIZE];

	if (h == NULL || !r->upgrade || !slice_ieq(r->upgrade_to, SLICE("websocket")) ||
	    ws_handshake_accept((struct slice){p->key, sizeof(p->key)}, accept) != FAULT_NONE)
		return false;
	unsigned next = (unsigned)(h - r->headers) + 1;
	return slice_eq(h->value, (struct slice){accept, sizeof(accept)}) &&
	    http1_find(r->headers + next, r->n_headers - next, h->name) == NULL;
}

static void serve_proxy_switch(struct serve_proxy *p, const struct http1_response *r,
    const struct header *headers, unsigned n)
{
	struct proxy_tunnel_ends ends = {p->client.stream, p->target, p->permit};
	enum fault f = serve_proxy_is_switched(p, r) ? FAULT_NONE : FAULT_BACK_HTTP;

	if (f == FAULT_NONE)
		f = proxy_tunnel_open(p->x, &ends, headers, n);
	else
		serve_proxy_blame(p, f);
	if (f != FAULT_NONE) {
		serve_proxy_fail(p, f);
		return;
	}
	exchange_resume(p->x, PAUSE_BODY);
	h1_client_release(&p->client);
	p->target = NULL;
	p->permit = (struct permit){.route = NULL};
	serve_proxy_free(p);
}

/* Over HTTP/2 any 2xx opens the WebSocket (RFC 8441 section 5), which this server did not. */
static bool serve_proxy_misleads(const struct serve_proxy *p, unsigned status)
{
	const struct request *r = p->x->request;

	return r->websocket && r->protocol == HTTP_2 && status < 300;
}

static void serve_proxy_head(struct h1_client *c, const struct http1_response *r)
{
	struct serve_proxy *p = serve_proxy_of(c);
	struct header *headers;
	unsigned n;
	enum fault f = serve_proxy_headers(p->x, r, &headers, &n);

	if (f != FAULT_NONE) {
		serve_proxy_fail(p, f);
		return;
	}
	if (r->status == 101) {
		serve_proxy_switch(p, r, headers, n);
		return;
	}
	if (serve_proxy_misleads(p, r->status)) {
		serve_proxy_blame(p, FAULT_BACK_HANDSHAKE);
		serve_proxy_fail(p, FAULT_BACK_HANDSHAKE);
		return;
	}
	p->answered = true;
	p->server_keeps = reuse_server_keeps(r);
	exchange_respond(p->x, &(struct response){.status = (int)r->status, .headers = headers,
	    .n_headers = n, .length = serve_proxy_length(r)});
	serve_proxy_next_phase(p);
}

static void serve_proxy_choke(struct serve_proxy *p)
{
	p->choked = true;
	h1_client_pause(&p->client);
}

static void serve_proxy_answer_body(struct h1_client *c, uint8_t *bytes, size_t n)
{
	struct serve_proxy *p = serve_proxy_of(c);
	struct iovec iov = {bytes, n};

	serve_proxy_progress(p);
	if (exchange_write(p->x, &iov, 1) == FLOW_FULL)
		serve_proxy_choke(p);
}

static void serve_proxy_end(struct h1_client *c, enum h1_client_end how)
{
	struct serve_proxy *p = serve_proxy_of(c);
	struct exchange *x = p->x;

	reuse_put_away(p->worker, p->backend, p->target, c, how, p->server_keeps);
	serve_proxy_free(p);
	exchange_resume(x, PAUSE_BODY);
	exchange_end(x);
}

static void serve_proxy_back_full(struct h1_client *c)
{
	struct serve_proxy *p = serve_proxy_of(c);

	p->full = true;
	exchange_pause(p->x, PAUSE_BODY);
}

static void serve_proxy_back_room(struct h1_client *c)
{
	struct serve_proxy *p = serve_proxy_of(c);

	p->full = false;
	serve_proxy_progress(p);
	exchange_resume(p->x, PAUSE_BODY);
}

static enum fault serve_proxy_connect(struct serve_proxy *p, bool reuse);

static void serve_proxy_back_gone(struct h1_client *c, enum fault f)
{
	struct serve_proxy *p = serve_proxy_of(c);

	if (serve_proxy_may_retry(p)) {
		serve_proxy_leave(p);
		timer_set(p->worker, &p->timer, CLOCK_NEVER);
		exchange_pause(p->x, PAUSE_BODY);
		f = serve_proxy_connect(p, false);
		if (f == FAULT_NONE)
			return;
	} else {
		serve_proxy_blame(p, f);
	}
	serve_proxy_fail(p, f);
}

static const struct h1_client_events serve_proxy_client_events = {
	.proceed = serve_proxy_proceed,
	.head = serve_proxy_head,
	.body = serve_proxy_answer_body,
	.end = serve_proxy_end,
	.full = serve_proxy_back_full,
	.room = serve_proxy_back_room,
	.gone = serve_proxy_back_gone,
};

/* A new key for each handshake, so that no server can know its answer before. */
static struct slice serve_proxy_new_key(struct serve_proxy *p)
{
	uint8_t nonce[16];

	random_bytes(nonce, sizeof(nonce));
	return (struct slice){p->key, base64_encode(p->key, nonce, sizeof(nonce))};
}

static enum fault serve_proxy_ask(struct serve_proxy *p, struct stream *s)
{
	const struct config_limits *limits = p->x->client->limits;
	const struct request *r = p->x->request;
	struct proxy_request request;
	struct h1_client_request ask = {.head_only = slice_eq(r->method, SLICE("HEAD")),
	    .upgrade = r->websocket, .length = r->has_body ? r->length : 0};

	proxy_request_init(&request, p->x);
	proxy_request_rewrite(&request, &p->rewrite);
	request.fallback_host = target_authority(p->target);
	request.close = !reuse_is_wanted(serve_proxy_conf(p));
	if (r->websocket)
		request.key = serve_proxy_new_key(p);
	enum fault f = proxy_request_write(&request, p->x, &ask.head);
	if (f != FAULT_NONE) {
		stream_close(s, false);
		return f;
	}
	stream_set_buffer(s, p->x->route->conf->buffer, ask.head.n);
	h1_client_open(&p->client, s, &(struct http1_limits){limits->head, limits->headers},
	    &serve_proxy_client_events, &ask);
	if (p->body_done)
		h1_client_finish(&p->client);	/* of an empty one, that is asked for again */
	return FAULT_NONE;
}

static void serve_proxy_connected(void *owner, struct stream *s, struct target *target,
    enum fault f)
{
	struct serve_proxy *p = owner;

	p->connect = NULL;
	p->target = target;
	if (s) {
		p->x->server = target->server.text;
		f = serve_proxy_ask(p, s);
	}
	if (f != FAULT_NONE) {
		serve_proxy_fail(p, f);
		return;
	}
	serve_proxy_next_phase(p);
	exchange_resume(p->x, PAUSE_BODY);
}

static enum fault serve_proxy_connect(struct serve_proxy *p, bool reuse)
{
	struct connect_request request;
	enum fault f = connect_request_make(&request, p->x);

	if (f != FAULT_NONE)
		return f;
	p->reused = false;
	request.reused = reuse ? &p->reused : NULL;
	p->connect = connect_start(p->worker, p->backend, &request, serve_proxy_connected, p);
	return p->connect ? FAULT_NONE : FAULT_NO_MEMORY;
}

static size_t serve_proxy_body(struct exchange *x, uint8_t *bytes, size_t n)
{
	struct serve_proxy *p = x->state;

	serve_proxy_progress(p);
	if (!p->body_begun) {
		p->body_begun = true;
		serve_proxy_set_timer(p);
	}
	if (h1_client_write(&p->client, bytes, n) == FLOW_FULL)
		serve_proxy_back_full(&p->client);
	return n;
}

static void serve_proxy_body_end(struct exchange *x)
{
	struct serve_proxy *p = x->state;

	p->body_done = true;
	h1_client_finish(&p->client);
	serve_proxy_next_phase(p);
}

static void serve_proxy_full(struct exchange *x)
{
	serve_proxy_choke(x->state);
}

static void serve_proxy_room(struct exchange *x)
{
	struct serve_proxy *p = x->state;

	p->choked = false;
	serve_proxy_progress(p);
	h1_client_resume(&p->client);
}

static void serve_proxy_gone(struct exchange *x, enum fault f)
{
	(void)f;
	serve_proxy_free(x->state);
}

static struct serve_proxy *serve_proxy_new(struct exchange *x)
{
	struct serve_proxy *p = calloc(1, sizeof(*p));
	const struct request *r = x->request;

	if (p == NULL || timer_open(x->client->worker, &p->timer, serve_proxy_expire)) {
		free(p);
		return NULL;
	}
	p->x = x;
	p->worker = x->client->worker;
	p->backend = x->route->backend;
	p->body_done = !r->has_body || r->length == 0;
	task_init(&p->grave, serve_proxy_bury);
	return p;
}

/* What a WebSocket has to satisfy: its handshake, and the limits for them. */
static enum fault serve_proxy_admit(struct serve_proxy *p)
{
	struct exchange *x = p->x;
	const char *why = NULL;
	enum fault f = exchange_check_handshake(x, &why);

	if (why)
		log_line(LOG_LEVEL_INFO, "route %s: %s: %s", x->route->conf->name, fault_text(f),
		    why);
	if (f == FAULT_NONE)
		f = admission_handshake(p->worker->gateway->admission, x->client->limits,
		    p->worker->now);
	return f == FAULT_NONE ? permit_take(&p->permit, x) : f;
}

static enum fault serve_proxy_open(struct exchange *x)
{
	struct serve_proxy *p = serve_proxy_new(x);

	if (p == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = rewrite_request(x, &p->rewrite);
	if (f == FAULT_NONE && x->request->websocket)
		f = serve_proxy_admit(p);
	if (f == FAULT_NONE)
		f = serve_proxy_connect(p, reuse_is_wanted(serve_proxy_conf(p)));
	if (f != FAULT_NONE) {
		serve_proxy_free(p);
		return f;
	}
	x->state = p;
	x->ops->set_buffer(x, x->route->conf->buffer);
	if (!p->body_done)
		exchange_pause(x, PAUSE_BODY);
	return FAULT_NONE;
}

const struct handler serve_proxy_handler = {
	.name = "proxy",
	.proceeds = true,
	.open = serve_proxy_open,
	.body = serve_proxy_body,
	.body_end = serve_proxy_body_end,
	.full = serve_proxy_full,
	.room = serve_proxy_room,
	.gone = serve_proxy_gone,
};
