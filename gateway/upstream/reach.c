#include "upstream/reach.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/dial.h"
#include "report/counts.h"
#include "report/series.h"

struct reach {
	struct worker			*worker;
	struct backend			*backend;
	const struct config_server	*server;
	struct reach_options		 options;
	reach_done			*done;
	void				*owner;
	struct dial			*dial;
	struct stream			*stream;	/* in its TLS handshake */
	struct timer			 timer;		/* of that handshake */
	uint64_t			 began;		/* clock_mono_us() */
};

static void reach_free(struct reach *r)
{
	timer_close(r->worker, &r->timer);
	free(r);
}

static void reach_finish(struct reach *r, enum fault f)
{
	reach_done *done = r->done;
	void *owner = r->owner;
	struct stream *s = r->stream;

	if (f != FAULT_NONE && s) {
		stream_close(s, false);
		s = NULL;
	}
	reach_free(r);
	done(owner, s, f);
}

static void reach_up(struct stream *s)
{
	const struct reach *r = s->owner;
	struct counts_backend *counts = series_block(r->backend->counts, r->worker->index);

	histogram_observe(&counts->dials, clock_mono_us() - r->began);
	stream_pause(s, PAUSE_DIAL);
	reach_finish(s->owner, FAULT_NONE);
}

static void reach_gone(struct stream *s, enum fault f)
{
	if (s->tls == NULL)
		f = FAULT_DIAL_REFUSED;	/* it took the connection, and dropped it at once */
	else if (f != FAULT_DIAL_CERTIFICATE)
		f = FAULT_DIAL_TLS;
	reach_finish(s->owner, f);
}

static size_t reach_bytes(struct stream *s, uint8_t *p, size_t n)
{
	(void)s;
	(void)p;
	(void)n;
	return 0;	/* kept for whoever takes the stream */
}

/* Until it is up a stream has nothing else to tell. */
static const struct stream_events reach_stream_events = {
	.up = reach_up,
	.bytes = reach_bytes,
	.gone = reach_gone,
};

static void reach_expire(struct timer *t)
{
	reach_finish(LIST_OWNER(t, struct reach, timer), FAULT_DIAL_TIMEOUT);
}

static struct tls_layer *reach_tls(const struct reach *r)
{
	const char *sni = r->backend->conf->tls.sni;
	SSL *ssl = tls_ctx_connection(r->backend->tls, sni ? sni : r->server->host);
	struct tls_layer *tls = ssl ? tls_layer_new(ssl, false, r->server->text) : NULL;

	if (tls == NULL)
		SSL_free(ssl);
	return tls;
}

static void reach_dialled(void *owner, int fd, enum fault f)
{
	struct reach *r = owner;
	bool wants_tls = config_server_has_tls(r->server->kind) && !r->options.no_tls;

	r->dial = NULL;
	if (f != FAULT_NONE) {
		reach_finish(r, f);
		return;
	}
	struct tls_layer *tls = wants_tls ? reach_tls(r) : NULL;
	if (!wants_tls || tls)
		r->stream = stream_new(r->worker, fd, tls, &reach_stream_events, r);
	if (r->stream == NULL) {
		if (tls)
			tls_layer_free(tls);
		close(fd);
		reach_finish(r, FAULT_NO_MEMORY);
		return;
	}
	timer_set(r->worker, &r->timer, r->options.deadline);
	stream_preface(r->stream, r->options.preface);
	stream_start(r->stream);
}

struct reach *reach_start(struct worker *w, struct backend *b, const struct config_server *server,
    const struct reach_options *options, reach_done *done, void *owner)
{
	const struct config_networks *allow = &b->conf->allow_targets;
	const struct dial_options dial = {options->deadline, b->conf->resolve,
	    allow->n ? allow : NULL};
	struct reach *r = calloc(1, sizeof(*r));

	if (r == NULL || timer_open(w, &r->timer, reach_expire) != FAULT_NONE) {
		free(r);
		return NULL;
	}
	r->worker = w;
	r->backend = b;
	r->server = server;
	r->options = *options;
	r->done = done;
	r->owner = owner;
	r->began = clock_mono_us();
	r->dial = dial_start(w, server, &dial, reach_dialled, r);
	if (r->dial)
		return r;
	reach_free(r);
	return NULL;
}

void reach_cancel(struct reach *r)
{
	if (r->dial)
		dial_cancel(r->dial);
	if (r->stream)
		stream_close(r->stream, false);
	reach_free(r);
}
