#include "channel/compress.h"

#include <assert.h>
#include <stdlib.h>

#include "http/gateway_worker.h"

enum {
	/* One more piece than a step still fits. */
	COMPRESS_INFLATED = COMPRESS_STEP + 1032 * (WS_COMPRESSED_PIECE + 16),
	COMPRESS_BUFFER = 2 * WORKER_SCRATCH,
	/* What a connection's states count for. */
	COMPRESS_INFLATER = 40 * 1024,
	COMPRESS_DEFLATER = 264 * 1024
};

/* Bytes that writes may refer to until they are flushed. */
struct compress_buffer {
	uint8_t	*p;	/* NULL, or COMPRESS_BUFFER bytes */
	size_t	 n;
};

struct compress_pool {
	struct ws_inflater	*inflater;	/* NULL: lent, or not made yet */
	struct ws_deflater	*deflaters[WS_WINDOW_MAX + 1];
	struct compress_buffer	 inflated, deflated;
};

static struct compress_pool *compress_pool(struct worker *w)
{
	if (w->gateway->compress == NULL)
		w->gateway->compress = calloc(1, sizeof(struct compress_pool));
	return w->gateway->compress;
}

void compress_pool_free(struct compress_pool *pool)
{
	if (pool == NULL)
		return;
	ws_inflater_free(pool->inflater);
	for (size_t i = 0; i <= WS_WINDOW_MAX; i++)
		ws_deflater_free(pool->deflaters[i]);
	free(pool->inflated.p);
	free(pool->deflated.p);
	free(pool);
}

/* Room for n bytes behind those that are still referred to. NULL: out of memory. */
static uint8_t *compress_room(struct worker *w, struct compress_buffer *b, size_t n)
{
	assert(n <= COMPRESS_BUFFER);
	if (b->p == NULL)
		b->p = malloc(COMPRESS_BUFFER);
	if (list_empty(&w->corked))
		b->n = 0;
	if (b->p && COMPRESS_BUFFER - b->n < n) {
		worker_flush(w);
		b->n = 0;
	}
	return b->p ? b->p + b->n : NULL;
}

struct compress *compress_new(struct worker *w, const struct config_deflate *conf,
    const struct ws_extension *agreed)
{
	struct compress *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->worker = w;
	c->conf = conf;
	c->agreed = *agreed;
	if (!agreed->out_takeover)
		return c;
	c->deflater = ws_deflater_new(agreed->out_window);
	if (c->deflater == NULL) {
		free(c);
		return NULL;
	}
	STATS_ADD(w->stats.compression, COMPRESS_DEFLATER);
	return c;
}

static bool compress_borrow(struct compress *c, struct compress_pool *pool)
{
	if (c->inflater)
		return true;
	c->inflater = pool->inflater ? pool->inflater : ws_inflater_new();
	pool->inflater = NULL;
	if (c->inflater)
		STATS_ADD(c->worker->stats.compression, COMPRESS_INFLATER);
	return c->inflater;
}

static void compress_return(struct compress *c)
{
	struct compress_pool *pool = c->worker->gateway->compress;

	if (c->inflater == NULL)
		return;
	STATS_ADD(c->worker->stats.compression, -COMPRESS_INFLATER);
	if (pool->inflater) {
		ws_inflater_free(c->inflater);
	} else {
		ws_inflater_reset(c->inflater);
		pool->inflater = c->inflater;
	}
	c->inflater = NULL;
}

void compress_free(struct compress *c)
{
	if (c == NULL)
		return;
	compress_return(c);
	if (c->deflater)
		STATS_ADD(c->worker->stats.compression, -COMPRESS_DEFLATER);
	ws_deflater_free(c->deflater);
	free(c);
}

/* What came of a piece: nothing in it may be more than the route takes, or no text. */
static enum fault compress_check(struct compress *c, const struct ws_reader *r, uint8_t opcode,
    const uint8_t *p, size_t n)
{
	c->total += n;
	if (r->max_message && c->total > r->max_message)
		return FAULT_WS_TOO_BIG;
	if (opcode == WS_TEXT && !utf8_check(&c->utf8, p, n))
		return FAULT_WS_UTF8;
	return FAULT_NONE;
}

/* Appends to out all that these bytes become. */
static enum fault compress_expand(struct compress *c, const struct ws_reader *r, uint8_t opcode,
    struct slice in, uint8_t *out, size_t *n)
{
	size_t room = COMPRESS_INFLATED - *n, used, made;
	enum fault f = ws_inflate(c->inflater, (const uint8_t *)in.p, in.n, &used, out + *n,
	    room, &made);

	assert(f != FAULT_NONE || (used == in.n && made < room));
	if (f == FAULT_NONE)
		f = compress_check(c, r, opcode, out + *n, made);
	*n += made;
	return f;
}

static enum fault compress_end(struct compress *c)
{
	bool cut = c->utf8.state != 0;

	c->total = 0;
	c->utf8.state = 0;
	if (!c->agreed.in_takeover)
		compress_return(c);
	return cut ? FAULT_WS_UTF8 : FAULT_NONE;
}

enum fault compress_inflate(struct compress *c, struct ws_reader *r, uint8_t *p, size_t n,
    struct ws_event *e, size_t *used)
{
	struct compress_pool *pool = compress_pool(c->worker);
	uint8_t *out = pool ? compress_room(c->worker, &pool->inflated, COMPRESS_INFLATED) : NULL;
	enum fault f = FAULT_NONE;
	size_t made = 0, more;

	if (out == NULL || !compress_borrow(c, pool))
		return FAULT_NO_MEMORY;
	f = compress_expand(c, r, e->opcode, (struct slice){(const char *)e->p, e->n}, out, &made);
	while (f == FAULT_NONE && r->left > 0 && made < COMPRESS_STEP && *used < n) {
		f = ws_read(r, p + *used, n - *used, e, &more);
		*used += more;
		if (f == FAULT_NONE)
			f = compress_expand(c, r, e->opcode,
			    (struct slice){(const char *)e->p, e->n}, out, &made);
	}
	if (f == FAULT_NONE && !e->more)
		f = compress_expand(c, r, e->opcode, ws_inflate_end, out, &made);
	if (f == FAULT_NONE && !e->more)
		f = compress_end(c);
	e->p = out;
	e->n = made;
	pool->inflated.n += made;
	return f;
}

/* NULL: out of memory. */
static struct ws_deflater *compress_deflater(struct compress *c, struct compress_pool *pool)
{
	struct ws_deflater **shared = &pool->deflaters[c->agreed.out_window];

	if (c->deflater)
		return c->deflater;
	if (*shared == NULL)
		*shared = ws_deflater_new(c->agreed.out_window);
	return *shared;
}

/* Is it not worth the trouble? What goes on with a message is as that began. */
static bool compress_passes(const struct compress *c, const struct msg *m, bool continued)
{
	return continued ? !c->sending : !m->more && m->n < c->conf->min_size;
}

uint8_t compress_deflate(struct compress *c, struct msg *m, bool continued)
{
	if (compress_passes(c, m, continued))
		return 0;
	struct compress_pool *pool = compress_pool(c->worker);
	struct ws_deflater *d = pool ? compress_deflater(c, pool) : NULL;
	uint8_t *out = d ? compress_room(c->worker, &pool->deflated, ws_deflate_bound(m->n))
	    : NULL;
	if (out == NULL) {
		assert(!continued);	/* all of it was there when the message began */
		return 0;
	}
	size_t made = ws_deflate(d, m->p, m->n, !m->more, c->deflater != NULL,
	    (int)c->conf->level, out);
	/* It did not become shorter, and nothing will refer to it: it goes as it is. */
	if (made >= m->n && !continued && !m->more && c->deflater == NULL)
		return 0;
	c->sending = m->more;
	m->p = out;
	m->n = made;
	pool->deflated.n += made;
	return continued ? 0 : WS_RSV1;
}
