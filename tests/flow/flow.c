#include "flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "channel/channel.h"
#include "channel/compress.h"
#include "config/config.h"
#include "front/session_map.h"
#include "http/door.h"
#include "http/exchange_record.h"
#include "http/h1_server.h"
#include "loop/errand.h"
#include "report/counts.h"
#include "report/series.h"
#include "route/route.h"
#include "route/snapshot.h"
#include "upstream/pool.h"

struct flow_world flow_world;

static const struct http_site flow_site = {route_exchange, exchange_record_write};

static struct fake *fake_of(const struct stream *s)
{
	return &flow_world.fakes[-2 - s->watch.fd];
}

static enum fault fake_read(struct stream *s, uint8_t *p, size_t n, size_t *got, bool *eof)
{
	struct fake *f = fake_of(s);
	size_t have = f->in_n - f->in_at;

	if (n > f->most)
		n = f->most;
	*got = have < n ? have : n;
	*eof = false;
	memcpy(p, f->in + f->in_at, *got);
	f->in_at += *got;
	if (have > 0)
		return FAULT_NONE;
	*eof = f->eof;
	return f->reset ? FAULT_RESET : FAULT_NONE;
}

static enum fault fake_write(struct stream *s, const struct iovec *iov, int n, size_t *put)
{
	struct fake *f = fake_of(s);

	*put = 0;
	f->writes++;
	if (f->broken)
		return FAULT_PEER_EOF;
	if (f->reset) {
		/* A socket tells its error once: who reads afterwards meets an end. */
		f->reset = false;
		f->broken = f->eof = true;
		return FAULT_RESET;
	}
	for (int i = 0; i < n; i++) {
		size_t part = iov[i].iov_len < f->window ? iov[i].iov_len : f->window;
		assert_true(f->out_n + part <= FLOW_BYTES);
		memcpy(f->out + f->out_n, iov[i].iov_base, part);
		f->out_n += part;
		f->window -= part;
		*put += part;
		if (part < iov[i].iov_len)
			break;
	}
	return FAULT_NONE;
}

static void fake_shut(struct stream *s)
{
	fake_of(s)->got_shut = true;
}

static void fake_close(struct stream *s, bool reset)
{
	fake_of(s)->got_close = true;
	fake_of(s)->got_reset = reset;
}

static size_t fake_unsent(struct stream *s)
{
	return fake_of(s)->unsent;
}

static void fake_probe(struct stream *s)
{
	fake_of(s)->got_probe = true;
}

static const struct stream_io fake_io = {
	.name = "fake",
	.read = fake_read,
	.write = fake_write,
	.shut = fake_shut,
	.unsent = fake_unsent,
	.probe = fake_probe,
	.close = fake_close,
};

static struct fake *fake_new(void)
{
	assert_true(flow_world.n_fakes < FLOW_FAKES);
	struct fake *f = &flow_world.fakes[flow_world.n_fakes];
	f->fd = -2 - flow_world.n_fakes++;
	f->in = test_malloc(FLOW_BYTES);
	f->out = test_malloc(FLOW_BYTES + 1);
	f->window = f->most = SIZE_MAX;
	return f;
}

int flow_new_fake(void);

int flow_new_fake(void)
{
	return fake_new()->fd;
}

static const char flow_server[] = "servers = [\"tcp://127.0.0.1:7\"];";

void flow_begin(const char *routes, const char *limits)
{
	flow_begin_backend(routes, limits, flow_server);
}

void flow_begin_backend(const char *routes, const char *limits, const char *backend)
{
	struct flow_world *w = &flow_world;
	static char conf[64 * 1024];
	struct snapshot *snapshot;

	memset(w, 0, sizeof(*w));
	list_init(&w->dials);
	snprintf(conf, sizeof(conf), "limits: { %s };\n"
	    "listeners: { l: { bind = \"127.0.0.1:1\"; }; };\n"
	    "backends: { b: { %s }; };\n"
	    "routes: { %s };\n", limits, backend, routes);
	struct config *config = config_parse("flow", conf, NULL);
	assert_non_null(config);
	assert_int_equal(snapshot_new(config, NULL, &snapshot), FAULT_NONE);
	w->now = 1000 * 1000;
	clock_fake(w->now, 1700000000000);
	assert_int_equal(worker_init(&w->worker, 0, false), FAULT_NONE);
	w->worker.thread = pthread_self();
	assert_int_equal(net_worker_init(&w->worker), FAULT_NONE);
	w->worker.net->io = &fake_io;
	w->worker.gateway = &w->gateway;
	list_init(&w->gateway.connections);
	list_init(&w->gateway.channels);
	list_init(&w->gateway.sessions);
	w->gateway.session_map = session_map_new();
	assert_non_null(w->gateway.session_map);
	w->gateway.site = &flow_site;
	w->gateway.pool = pool_new(&w->worker);
	assert_non_null(w->gateway.pool);
	w->gateway.snapshot = &snapshot->held;
	assert_int_equal(admission_init(&w->admission), FAULT_NONE);
	w->gateway.admission = &w->admission;
	w->gateway.errands = errands_new(0);
	assert_non_null(w->gateway.errands);
	w->worker.mail_watch.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert_int_equal(snapshot_enter(snapshot, NULL, &w->worker), FAULT_NONE);
}

/* Letters to itself, and errands that come back. */
static void flow_deliver(void)
{
	struct watch *mail = &flow_world.worker.mail_watch;

	if (flow_world.worker.mail && !flow_world.errands_held)
		mail->ready(mail, WATCH_READ);
}

/* Whatever happened, what is counted of what is there is nothing in the end. */
static void flow_check_route(void *arg, const struct series *s)
{
	const struct counts_route *c = series_block(s, 0);

	(void)arg;
	for (unsigned i = 0; i < COUNTS_TRANSPORTS; i++)
		assert_int_equal(c->sessions[i], 0);
	for (unsigned i = 0; i < COUNTS_WAYS; i++)
		assert_int_equal(c->held[i], 0);
}

static void flow_check_listener(void *arg, const struct series *s)
{
	const struct counts_listener *c = series_block(s, 0);

	(void)arg;
	assert_int_equal(c->connections, 0);
}

void flow_finish(void)
{
	struct flow_world *w = &flow_world;

	flow_fail_allocation(0);
	flow_deliver();
	snapshot_retire(LIST_OWNER(w->gateway.snapshot, struct snapshot, held));
	for (int i = 0; i < w->n_fakes; i++)
		fake_eof(&w->fakes[i]);
	flow_run();
	flow_advance(3600 * 1000);
	assert_true(list_empty(&w->gateway.connections));
	assert_true(list_empty(&w->gateway.channels));
	assert_true(list_empty(&w->gateway.sessions));
	assert_int_equal(w->worker.stats.streams, 0);
	assert_int_equal(w->worker.stats.sessions, 0);
	assert_int_equal(w->worker.stats.connections, 0);
	assert_int_equal(w->worker.stats.queued, 0);
	assert_int_equal(w->worker.stats.stashed, 0);
	assert_int_equal(w->worker.stats.assembled, 0);
	assert_int_equal(w->worker.stats.unposted, 0);
	assert_int_equal(w->worker.stats.heads, 0);
	assert_int_equal(w->worker.stats.compression, 0);
	assert_int_equal(w->worker.stats.kept, 0);
	assert_int_equal(w->worker.stats.posted, 0);
	assert_int_equal(w->worker.timers.opened, 0);
	assert_int_equal(w->worker.load, 0);
	assert_int_equal(w->admission.open, 0);
	series_each(SERIES_ROUTE, flow_check_route, NULL);
	series_each(SERIES_LISTENER, flow_check_listener, NULL);
	admission_fini(&w->admission);
	errands_free(w->gateway.errands);
	session_map_free(w->gateway.session_map);
	for (int i = 0; i < w->n_fakes; i++) {
		test_free(w->fakes[i].in);
		test_free(w->fakes[i].out);
	}
	pool_free(w->gateway.pool);
	net_worker_fini(&w->worker);
	worker_fini(&w->worker);
	compress_pool_free(w->gateway.compress);
	held_put(w->gateway.snapshot);
	clock_fake(0, 0);
}

struct fake *flow_client(void)
{
	struct flow_world *w = &flow_world;
	const struct snapshot *s = LIST_OWNER(w->gateway.snapshot, struct snapshot, held);
	struct fake *f = fake_new();
	const struct address nobody = {.known = true, .port = 1};
	struct accepted a = {.fd = f->fd, .peer = nobody, .client = nobody, .tag = s->listeners};

	w->worker.load++;
	worker_enter(&w->worker);
	door_accept(&w->worker, &a, w->worker.gateway->snapshot);
	worker_settle(&w->worker);
	return f;
}

struct fake *flow_backend(void)
{
	return &flow_world.fakes[flow_world.n_fakes - 1];
}

static unsigned flow_ready(const struct stream *s)
{
	const struct fake *f = fake_of(s);
	unsigned what = 0;

	if (f->in_at < f->in_n || f->eof || f->reset)
		what |= WATCH_READ;
	if (f->window > 0 || f->reset || f->broken)
		what |= WATCH_WRITE;
	return what & s->watch.armed;
}

bool flow_turn(void)
{
	struct worker *w = &flow_world.worker;
	struct list *all = &w->net->streams;
	struct stream *ready[FLOW_FAKES];
	int n = 0;

	for (struct list *l = all->next; l != all; l = l->next)
		if (flow_ready(LIST_OWNER(l, struct stream, link)))
			ready[n++] = LIST_OWNER(l, struct stream, link);
	worker_enter(w);
	w->in_turn = true;
	for (int i = 0; i < n; i++) {
		unsigned what = flow_ready(ready[i]);
		if (what)
			ready[i]->watch.ready(&ready[i]->watch, what);
		worker_settle(w);
	}
	w->in_turn = false;
	if (!list_empty(&w->last))
		worker_settle(w);
	return n > 0;
}

bool flow_work(void)
{
	flow_world.in_errand = true;
	bool worked = errands_work(flow_world.gateway.errands);
	flow_world.in_errand = false;
	return worked;
}

/* False when no errand waits, or they are held. */
static bool flow_errand(void)
{
	return !flow_world.errands_held && flow_work();
}

void flow_run(void)
{
	struct worker *w = &flow_world.worker;
	int steps = 0;

	do {
		worker_enter(w);
		flow_deliver();
		worker_settle(w);
		assert_true(++steps < 1000000);	/* somebody is spinning */
	} while (!list_empty(&w->resumed) || (w->mail && !flow_world.errands_held) ||
	    flow_turn() || flow_errand());
}

void flow_advance(uint64_t ms)
{
	struct worker *w = &flow_world.worker;
	uint64_t until = flow_world.now + ms;

	while (timers_next(&w->timers) <= until) {
		if (timers_next(&w->timers) > flow_world.now)
			flow_world.now = timers_next(&w->timers);
		clock_fake(flow_world.now, 1700000000000 + flow_world.now);
		worker_enter(w);
		worker_run_timers(w);
		flow_run();
	}
	flow_world.now = until;
	clock_fake(flow_world.now, 1700000000000 + flow_world.now);
	worker_enter(w);
}

void fake_say(struct fake *f, const void *p, size_t n)
{
	if (f->in_at == f->in_n)
		f->in_at = f->in_n = 0;
	assert_true(f->in_n + n <= FLOW_BYTES);
	memcpy(f->in + f->in_n, p, n);
	f->in_n += n;
}

void fake_say_text(struct fake *f, const char *text)
{
	fake_say(f, text, strlen(text));
}

void fake_say_lines(struct fake *f, unsigned from, unsigned to, size_t n)
{
	char line[1024];

	assert_true(n < sizeof(line));
	memset(line, '.', n);
	line[n] = '\n';
	for (unsigned i = from; i <= to; i++) {
		line[0] = (char)('a' + i - 1);
		fake_say(f, line, n + 1);
	}
	flow_run();
}

size_t fake_unread(const struct fake *f)
{
	return f->in_n - f->in_at;
}

void fake_eof(struct fake *f)
{
	f->eof = true;
}

void fake_reset(struct fake *f)
{
	f->in_at = f->in_n;
	f->reset = true;
}

void fake_frame(struct fake *f, unsigned first_byte, const void *p, size_t n)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t head[14] = {(uint8_t)first_byte}, byte;
	size_t head_n = 2;

	assert_true(n < 65536);
	if (n < 126) {
		head[1] = (uint8_t)(0x80 | n);
	} else {
		head[1] = 0x80 | 126;
		head[2] = (uint8_t)(n >> 8);
		head[3] = (uint8_t)n;
		head_n = 4;
	}
	memcpy(head + head_n, mask, 4);
	fake_say(f, head, head_n + 4);
	for (size_t i = 0; i < n; i++) {
		byte = ((const uint8_t *)p)[i] ^ mask[i % 4];
		fake_say(f, &byte, 1);
	}
}

char *fake_text(const struct fake *f)
{
	f->out[f->out_n] = '\0';
	return (char *)f->out;
}

char *fake_take(struct fake *f)
{
	char *text = fake_text(f);

	f->out_n = 0;
	return text;
}

char *fake_find(const struct fake *f, const char *what)
{
	return memmem(fake_text(f), f->out_n, what, strlen(what));
}

void fake_contains(const struct fake *f, const char *what)
{
	if (fake_find(f, what) == NULL)
		fail_msg("no \"%s\" in \"%.600s\"", what, fake_text(f));
}

void fake_lacks(const struct fake *f, const char *what)
{
	if (strcasestr(fake_text(f), what))
		fail_msg("\"%s\" in \"%.600s\"", what, fake_text(f));
}

void fake_expect(struct fake *f, const void *p, size_t n)
{
	assert_int_equal(f->out_n, n);
	assert_memory_equal(f->out, p, n);
	f->out_n = 0;
}

void fake_expect_close(struct fake *f, unsigned code)
{
	assert_true(f->out_n >= 4);
	assert_int_equal(f->out[0], 0x88);
	assert_int_equal(f->out[2] << 8 | f->out[3], code);
	assert_int_equal(f->out_n, f->out[1] + 2);
	f->out_n = 0;
}

void fake_expect_start(struct fake *f, const char *text)
{
	assert_true(f->out_n >= strlen(text));
	assert_memory_equal(f->out, text, strlen(text));
	f->out_n = 0;
}

struct fake *flow_handshake(const char *lines)
{
	struct fake *c = flow_client();

	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
	fake_say_text(c, lines);
	fake_say_text(c, "\r\n");
	flow_run();
	return c;
}

void flow_stop(struct fake *client)
{
	struct list *channels = &flow_world.gateway.channels;

	channel_close(LIST_OWNER(channels->next, struct channel, link), FAULT_SHUTDOWN);
	flow_run();
	fake_expect_close(client, 1001);
	fake_eof(client);
	flow_run();
}

void flow_drop(void)
{
	struct list *l = list_take(&flow_world.gateway.connections);
	struct connection *left = LIST_OWNER(l, struct connection, link);

	left->ops->drop(left);
	flow_run();
}

struct fake *flow_websocket(void)
{
	return flow_handshake("");
}

static unsigned flow_fail(const char *routes, const char *limits, const char *backend,
    void (*life)(void), unsigned n)
{
	flow_begin_backend(routes, limits, backend);
	flow_fail_allocation(n);
	life();
	unsigned total = flow_allocations();
	flow_finish();
	return total;
}

unsigned flow_fail_each(const char *routes, const char *limits, const char *backend,
    void (*life)(void))
{
	if (backend == NULL)
		backend = flow_server;
	unsigned total = flow_fail(routes, limits, backend, life, 0);
	for (unsigned n = 1; n <= total; n++)
		flow_fail(routes, limits, backend, life, n);
	return total;
}
