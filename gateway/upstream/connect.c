#include "upstream/connect.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "net/dial.h"

struct connect {
	struct worker			*worker;
	struct backend			*backend;
	const char			*who;
	connect_done			*done;
	void				*owner;
	const struct config_server	*server;	/* the one being tried */
	struct dial			*dial;
	struct stream			*stream;	/* in its TLS handshake */
	struct timer			 timer;		/* of that handshake */
	struct task			 task;		/* what cannot even be begun fails later */
	enum fault			 fault;
	uint64_t			 deadline;
	size_t				 turn, tried;
};

static void connect_next(struct connect *);

static void connect_free(struct connect *c)
{
	timer_close(c->worker, &c->timer);
	task_cancel(&c->task);
	free(c);
}

static void connect_finish(struct connect *c, enum fault f)
{
	connect_done *done = c->done;
	void *owner = c->owner;
	struct stream *s = c->stream;
	const struct config_server *server = c->server;

	connect_free(c);
	done(owner, s, server, f);
}

/* This server will not do: the next one, unless there is none, or no try left. */
static void connect_failed(struct connect *c, enum fault f)
{
	const struct config_backend *conf = c->backend->conf;

	log_fault(f, "%s: backend %s: %s", c->who, conf->name, c->server->text);
	timer_set(c->worker, &c->timer, CLOCK_NEVER);
	if (++c->tried < conf->tries && c->tried < conf->n_servers)
		connect_next(c);
	else
		connect_finish(c, f);
}

static void connect_fail_later(struct task *t)
{
	struct connect *c = LIST_OWNER(t, struct connect, task);

	connect_failed(c, c->fault);
}

static void connect_up(struct stream *s)
{
	struct connect *c = s->owner;

	stream_pause(s, PAUSE_DIAL);
	connect_finish(c, FAULT_NONE);
}

static void connect_gone(struct stream *s, enum fault f)
{
	struct connect *c = s->owner;

	stream_close(s, false);
	c->stream = NULL;
	connect_failed(c, f == FAULT_DIAL_CERTIFICATE ? f : FAULT_DIAL_TLS);
}

static size_t connect_bytes(struct stream *s, uint8_t *p, size_t n)
{
	(void)s;
	(void)p;
	(void)n;
	return 0;	/* kept for whoever takes the stream */
}

/* Until it is up a stream has nothing else to tell. */
static const struct stream_events connect_stream_events = {
	.up = connect_up,
	.bytes = connect_bytes,
	.gone = connect_gone,
};

static void connect_expire(struct timer *t)
{
	struct connect *c = LIST_OWNER(t, struct connect, timer);

	stream_close(c->stream, false);
	c->stream = NULL;
	connect_failed(c, FAULT_DIAL_TIMEOUT);
}

static struct tls_layer *connect_tls(struct connect *c)
{
	const char *sni = c->backend->conf->tls.sni;
	SSL *ssl = tls_ctx_connection(c->backend->tls, sni ? sni : c->server->host);
	struct tls_layer *tls = ssl ? tls_layer_new(ssl, false, c->server->text) : NULL;

	if (tls == NULL)
		SSL_free(ssl);
	return tls;
}

static void connect_dialled(void *owner, int fd, enum fault f)
{
	struct connect *c = owner;
	bool wants_tls = c->server->kind == SERVER_TLS;

	c->dial = NULL;
	if (f != FAULT_NONE) {
		connect_failed(c, f);
		return;
	}
	struct tls_layer *tls = wants_tls ? connect_tls(c) : NULL;
	if (!wants_tls || tls)
		c->stream = stream_new(c->worker, fd, tls, &connect_stream_events, c);
	if (c->stream == NULL) {
		if (tls)
			tls_layer_free(tls);
		close(fd);
		connect_failed(c, FAULT_NO_MEMORY);
		return;
	}
	timer_set(c->worker, &c->timer, c->deadline);
	stream_start(c->stream);
}

static void connect_next(struct connect *c)
{
	const struct config_backend *conf = c->backend->conf;

	c->server = &conf->servers[(c->turn + c->tried) % conf->n_servers];
	c->deadline = c->worker->now + conf->connect_timeout;
	c->dial = dial_start(c->worker, c->server, c->deadline, conf->resolve, connect_dialled, c);
	if (c->dial == NULL) {
		c->fault = FAULT_NO_MEMORY;
		worker_resume(c->worker, &c->task);
	}
}

struct connect *connect_start(struct worker *w, struct backend *b,
    const struct connect_request *request, connect_done *done, void *owner)
{
	struct connect *c = calloc(1, sizeof(*c));

	if (c == NULL || timer_open(w, &c->timer, connect_expire) != FAULT_NONE) {
		free(c);
		return NULL;
	}
	c->worker = w;
	c->backend = b;
	c->who = request->who;
	c->done = done;
	c->owner = owner;
	c->turn = atomic_fetch_add_explicit(&b->turn, 1, memory_order_relaxed);
	task_init(&c->task, connect_fail_later);
	connect_next(c);
	return c;
}

void connect_cancel(struct connect *c)
{
	if (c->dial)
		dial_cancel(c->dial);
	if (c->stream)
		stream_close(c->stream, false);
	connect_free(c);
}
