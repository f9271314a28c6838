/*
 * A connection of HTTP/2 with a scripted handler: what the server says is frames, a handler hears
 * in the right order and nothing after its end, what waits is bounded, and at the end all is gone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "fuzz.h"
#include "http/admission.h"
#include "http/door.h"
#include "http/exchange.h"
#include "http/gateway_worker.h"
#include "http/h2_server.h"
#include "net/stream.h"

enum { HEAD = 9, STREAMS = 20, WINDOW = 65535, MOST = STREAMS * 2 * WINDOW };

/* What the handler does, by the first bytes of the input. */
static struct {
	uint8_t	open, body, answer;
} script;

static struct {
	struct worker		 worker;
	struct gateway_worker	 gateway;
	struct admission	 admission;
	const uint8_t		*p;
	size_t			 n, most, window;
	size_t			 left;		/* of a frame of the server's */
	uint8_t			 head[HEAD];
	size_t			 have;
	unsigned		 handlers;	/* that have not ended */
	bool			 open;
} world;

struct script_state {
	struct exchange	*x;
	struct timer	 timer;
	bool		 ended, told_end;
};

static enum fault fake_read(struct stream *s, uint8_t *p, size_t n, size_t *got, bool *eof)
{
	size_t most = world.most < n ? world.most : n;

	(void)s;
	*got = world.n < most ? world.n : most;
	memcpy(p, world.p, *got);
	world.p += *got;
	world.n -= *got;
	*eof = world.n == 0 && *got == 0;
	return FAULT_NONE;
}

/* Every byte is a part of a frame, of a type that exists, and none is too long. */
static void fake_check(uint8_t byte)
{
	if (world.left > 0) {
		world.left--;
		return;
	}
	world.head[world.have++] = byte;
	if (world.have < HEAD)
		return;
	world.have = 0;
	world.left = (size_t)world.head[0] << 16 | (size_t)world.head[1] << 8 | world.head[2];
	FUZZ_CHECK(world.left <= 16384);
	FUZZ_CHECK(world.head[3] <= 9);
}

static enum fault fake_write(struct stream *s, const struct iovec *iov, int n, size_t *put)
{
	(void)s;
	*put = 0;
	for (int i = 0; i < n; i++)
		for (size_t j = 0; j < iov[i].iov_len && world.window > 0; j++) {
			fake_check(((const uint8_t *)iov[i].iov_base)[j]);
			world.window--;
			++*put;
		}
	return FAULT_NONE;
}

static void fake_shut(struct stream *s)
{
	(void)s;
}

static size_t fake_unsent(struct stream *s)
{
	(void)s;
	return 0;
}

static void fake_close(struct stream *s, bool reset)
{
	(void)s;
	(void)reset;
	world.open = false;
}

static const struct stream_io fake_io = {
	.name = "fake", .read = fake_read, .write = fake_write, .shut = fake_shut,
	.unsent = fake_unsent, .close = fake_close,
};

static void script_free(struct script_state *s)
{
	s->ended = true;
	world.handlers--;
	timer_close(&world.worker, &s->timer);
	free(s);
}

static void script_say(struct script_state *s)
{
	static char body[255 * 300];
	struct exchange *x = s->x;
	struct iovec iov = {body, (size_t)script.answer * 300};
	const struct header h = {SLICE("X-Long"), {body, 900}};

	memset(body, 'x', sizeof(body));
	if (x->tunnel) {
		exchange_write(x, &iov, 1);
		return;
	}
	exchange_respond(x, &(struct response){.status = 200 + script.answer % 4, .headers = &h,
	    .n_headers = script.answer % 2, .length = RESPONSE_LENGTH_UNKNOWN});
	exchange_write(x, &iov, 1);
	exchange_end(x);
	script_free(s);
}

static void script_fire(struct timer *t)
{
	struct script_state *s = LIST_OWNER(t, struct script_state, timer);

	exchange_resume(s->x, PAUSE_BODY);
	if (script.open & 4)
		script_say(s);
}

static enum fault script_open(struct exchange *x)
{
	struct script_state *s = calloc(1, sizeof(*s));

	FUZZ_CHECK(x->request->path.n > 0 && x->request->authority.n > 0);
	FUZZ_CHECK(x->request->method.n > 0);
	FUZZ_CHECK(timer_open(&world.worker, &s->timer, script_fire) == FAULT_NONE);
	s->x = x;
	x->state = s;
	world.handlers++;
	if (script.open & 1)
		exchange_pause(x, PAUSE_BODY);
	timer_set(&world.worker, &s->timer, world.worker.now + 10);
	if (x->request->websocket) {
		exchange_upgrade(x, NULL, 0);
	} else if (script.open & 2) {
		script_say(s);
	}
	return FAULT_NONE;
}

static size_t script_body(struct exchange *x, uint8_t *p, size_t n)
{
	struct script_state *s = x->state;
	size_t used = script.body % 3 == 0 ? n : n / (script.body % 3 + 1u);

	FUZZ_CHECK(!s->ended && !s->told_end && n > 0);
	memset(p, 'y', n);	/* it is writable */
	if (script.body & 16) {
		exchange_reset(x, FAULT_SYSTEM);
		script_free(s);
		return n;
	}
	if (script.body & 32 && x->tunnel) {
		struct iovec iov = {p, n};
		exchange_write(x, &iov, 1);
	}
	if (script.body & 64)
		exchange_pause(x, PAUSE_BODY);
	return x->tunnel ? used : n;
}

static void script_body_end(struct exchange *x)
{
	struct script_state *s = x->state;

	FUZZ_CHECK(!s->ended && !s->told_end);
	s->told_end = true;
	if (x->tunnel) {
		exchange_end(x);
		script_free(s);
	} else if (script.open & 8) {
		script_say(s);
	}
}

static void script_gone(struct exchange *x, enum fault f)
{
	struct script_state *s = x->state;

	FUZZ_CHECK(!s->ended && f != FAULT_NONE);
	script_free(s);
}

static const struct handler script_handler = {
	.name = "script", .open = script_open, .body = script_body, .body_end = script_body_end,
	.gone = script_gone,
};

static enum fault script_route(struct exchange *x)
{
	if (x->refused != FAULT_NONE)
		return x->refused;
	x->handler = &script_handler;
	return FAULT_NONE;
}

static const struct http_site script_site = {.route = script_route};

/* One thing that is to be done; false: there is none. */
static bool step(void)
{
	struct worker *w = &world.worker;
	struct list *l = w->net->streams.next;

	if (l == &w->net->streams)
		return false;
	struct stream *s = LIST_OWNER(l, struct stream, link);
	unsigned what = s->watch.armed & (WATCH_READ | (world.window ? WATCH_WRITE : 0u));
	if (what == 0)
		return false;
	worker_enter(w);
	s->watch.ready(&s->watch, what);
	worker_settle(w);
	return true;
}

static void settle(void)
{
	struct worker *w = &world.worker;

	for (int i = 0; i < 100000; i++) {
		worker_enter(w);
		worker_settle(w);
		int64_t waits = w->stats.queued + w->stats.stashed;
		FUZZ_CHECK(waits >= 0 && waits <= MOST);
		if (list_empty(&w->resumed) && !step())
			return;
	}
	bool spins = true;
	FUZZ_CHECK(!spins);
}

static void begin(const struct http_listener *l, struct held *held)
{
	struct accepted a = {.fd = -2, .tag = l};
	struct worker *w = &world.worker;

	FUZZ_CHECK(worker_init(w, 0, false) == FAULT_NONE);
	FUZZ_CHECK(net_worker_init(w) == FAULT_NONE);
	FUZZ_CHECK(admission_init(&world.admission) == FAULT_NONE);
	w->net->io = &fake_io;
	w->gateway = &world.gateway;
	list_init(&world.gateway.connections);
	list_init(&world.gateway.channels);
	world.gateway.site = &script_site;
	world.gateway.snapshot = held;
	world.gateway.admission = &world.admission;
	world.open = true;
	w->load = 1;
	worker_enter(w);
	door_accept(w, &a, held);
	worker_settle(w);
}

static void end(uint64_t now)
{
	struct worker *w = &world.worker;

	for (unsigned i = 1; i < 10 && !list_empty(&w->net->streams); i++) {
		clock_fake(now + i * 5000, 1);
		worker_enter(w);
		worker_run_timers(w);
		settle();
	}
	worker_enter(w);
	while (!list_empty(&world.gateway.connections)) {	/* a handler that never answers */
		struct connection *c = LIST_OWNER(world.gateway.connections.next,
		    struct connection, link);
		c->ops->drop(c);
	}
	worker_settle(w);
	FUZZ_CHECK(!world.open && world.handlers == 0);
	FUZZ_CHECK(list_empty(&world.gateway.connections));
	FUZZ_CHECK(w->stats.queued == 0 && w->stats.stashed == 0 && w->stats.connections == 0);
	FUZZ_CHECK(w->timers.opened == 0 && w->load == 0);
	net_worker_fini(w);
	worker_fini(w);
	admission_fini(&world.admission);
}

static void keep(struct held *h)
{
	(void)h;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct config_limits limits = {.head = 1024, .headers = 8, .streams = STREAMS,
	    .head_timeout = 10000, .keepalive = 20000};
	static const struct config_listener conf = {.name = "f", .http2 = true};
	static const struct http_listener listener = {.conf = &conf, .limits = &limits};
	static const uint8_t first[] = H2_SERVER_PREFACE "\0\0\0\4\0\0\0\0";
	struct held held;
	uint8_t how = fuzz_choice(&p, &n);
	const uint64_t now = 1000000;

	static bool quiet;
	const struct log_settings log = {.level = LOG_LEVEL_ERROR, .to = "stderr"};

	if (!quiet)
		FUZZ_CHECK(log_configure(&log) == FAULT_NONE);
	quiet = true;
	memset(&world, 0, sizeof(world));
	held_init(&held, keep);
	script.open = fuzz_choice(&p, &n);
	script.body = fuzz_choice(&p, &n);
	script.answer = fuzz_choice(&p, &n);
	uint8_t *all = malloc(sizeof(first) + n);
	memcpy(all, first, sizeof(first));
	if (n > 0)
		memcpy(all + sizeof(first), p, n);
	world.p = all;
	world.n = sizeof(first) + n;
	world.most = how % 4 == 0 ? SIZE_MAX : how % 4 == 1 ? 1 : how;
	world.window = how & 128 ? 200 : SIZE_MAX;
	clock_fake(now, 1);
	begin(&listener, &held);
	settle();
	world.window = SIZE_MAX;
	settle();
	end(now);
	clock_fake(0, 0);
	free(all);
	return 0;
}
