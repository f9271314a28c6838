/* HTTP/2 on fake streams: flow control is the backpressure, ends, and each allocation failing. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define ECHO "r: { service = \"echo\"; origins = [\"*\"]; ping = \"0\"; max_message = \"4M\"; };"
#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; };"
#define PAGE "r: { respond: { status = 200; body = \"fine\"; }; };"

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
enum { WINDOW = 65535, SLACK = 8192 };

static void h2_frame(struct fake *c, unsigned type, unsigned flags, unsigned stream, const void *p,
    size_t n)
{
	uint8_t head[9] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, (uint8_t)type,
	    (uint8_t)flags, 0, 0, (uint8_t)(stream >> 8), (uint8_t)stream};

	fake_say(c, head, sizeof(head));
	fake_say(c, p, n);
}

/* A literal field without indexing (RFC 7541 section 6.2.2). */
static size_t h2_put(uint8_t *to, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value);

	assert_true(n < 127 && v < 127);
	to[0] = 0;
	to[1] = (uint8_t)n;
	memcpy(to + 2, name, n);
	to[2 + n] = (uint8_t)v;
	memcpy(to + 3 + n, value, v);
	return 3 + n + v;
}

static void h2_request(struct fake *c, unsigned stream, const char *method, bool websocket,
    unsigned flags)
{
	uint8_t block[512];
	size_t n = h2_put(block, ":method", method);

	n += h2_put(block + n, ":scheme", "http");
	n += h2_put(block + n, ":authority", "h");
	n += h2_put(block + n, ":path", "/");
	if (websocket) {
		n += h2_put(block + n, ":protocol", "websocket");
		n += h2_put(block + n, "sec-websocket-version", "13");
	}
	h2_frame(c, HEADERS, END_HEADERS | flags, stream, block, n);
}

static void h2_window(struct fake *c, unsigned stream, size_t n)
{
	const uint8_t by[4] = {0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	h2_frame(c, WINDOW_UPDATE, 0, stream, by, sizeof(by));
}

static struct fake *h2_client(void)
{
	struct fake *c = flow_client();

	fake_say_text(c, PREFACE);
	h2_frame(c, SETTINGS, 0, 0, "", 0);
	h2_frame(c, SETTINGS, ACK, 0, "", 0);
	flow_run();
	return c;
}

/* An open tunnel as stream 1. */
static struct fake *h2_websocket(void)
{
	struct fake *c = h2_client();

	h2_request(c, 1, "CONNECT", true, 0);
	flow_run();
	flow_advance(0);
	return c;
}

/* What the client was sent: how many frames of a kind, how many bytes in them, the last one's. */
struct seen {
	unsigned	n, flags;
	size_t		bytes;
	const uint8_t	*last;
};

static struct seen h2_seen(const struct fake *c, unsigned type, unsigned stream)
{
	struct seen seen = {0, 0, 0, NULL};
	size_t at = 0;

	while (at + 9 <= c->out_n) {
		const uint8_t *p = c->out + at;
		size_t n = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];
		if (p[3] == type && ((unsigned)p[7] << 8 | p[8]) == stream) {
			seen.n++;
			seen.flags |= p[4];
			seen.bytes += n;
			seen.last = p + 9;
		}
		at += 9 + n;
	}
	return seen;
}

static size_t h2_credit(const struct fake *c, unsigned stream)
{
	size_t at = 0, credit = 0;

	while (at + 9 <= c->out_n) {
		const uint8_t *p = c->out + at;
		if (p[3] == WINDOW_UPDATE && ((unsigned)p[7] << 8 | p[8]) == stream)
			credit += (size_t)p[10] << 16 | (size_t)p[11] << 8 | p[12];
		at += 9 + ((size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2]);
	}
	return credit;
}

static size_t h2_waiting(void)
{
	return (size_t)flow_world.worker.stats.queued + (size_t)flow_world.worker.stats.stashed;
}

/* DATA with a client's frame, or a part of one, in it. */
static void h2_say_masked(struct fake *c, unsigned stream, const void *p, size_t n)
{
	uint8_t frame[16384] = {0x82, 0x80 | 126, (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, 0};

	assert_true(n <= sizeof(frame) - 8 && n >= 126);
	memcpy(frame + 8, p, n);
	h2_frame(c, DATA, 0, stream, frame, n + 8);
}

static void test_page(void **state)
{
	struct seen data;

	(void)state;
	flow_begin(PAGE, "");
	struct fake *c = h2_client();
	h2_request(c, 1, "GET", false, END_STREAM);
	flow_run();
	data = h2_seen(c, DATA, 1);
	assert_int_equal(h2_seen(c, HEADERS, 1).n, 1);
	assert_int_equal(data.bytes, 4);
	assert_memory_equal(data.last, "fine", 4);
	assert_true(data.flags & END_STREAM);
	flow_finish();
}

static void test_bytewise(void **state)
{
	(void)state;
	flow_begin(PAGE, "");
	struct fake *c = flow_client();
	c->most = 1;
	fake_say_text(c, PREFACE);
	h2_frame(c, SETTINGS, 0, 0, "", 0);
	h2_request(c, 1, "GET", false, END_STREAM);
	flow_run();
	assert_int_equal(h2_seen(c, DATA, 1).bytes, 4);
	flow_finish();
}

static void test_tunnel(void **state)
{
	uint8_t payload[200] = {1, 2, 3};

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	assert_int_equal(h2_seen(c, HEADERS, 1).n, 1);
	struct fake *b = flow_backend();
	h2_say_masked(c, 1, payload, sizeof(payload));
	flow_run();
	fake_expect(b, payload, sizeof(payload));
	c->out_n = 0;
	fake_say_text(b, "answer");
	flow_run();
	assert_int_equal(h2_seen(c, DATA, 1).bytes, 8);
	assert_memory_equal(h2_seen(c, DATA, 1).last, "\x82\x06" "answer", 8);
	flow_finish();
}

enum { TUNNELS = 3, LARGE = 5000, LARGE_HEAD = 4 };

/* Further tunnels beside stream 1: streams 3, 5, … of the same connection. */
static void h2_tunnels(struct fake *c, struct fake *backends[TUNNELS])
{
	backends[0] = flow_backend();
	for (unsigned i = 1; i < TUNNELS; i++) {
		h2_request(c, 2 * i + 1, "CONNECT", true, 0);
		flow_run();
		flow_advance(0);
		backends[i] = flow_backend();
	}
	c->out_n = 0;
	c->writes = 0;
}

/* What the backends of several tunnels say in one turn is one write, in their order. */
static void test_gathers(void **state)
{
	static const uint8_t all[] = "\0\0\x05\0\0\0\0\0\x01\x82\x03" "one"
	    "\0\0\x05\0\0\0\0\0\x03\x82\x03" "two"
	    "\0\0\x07\0\0\0\0\0\x05\x82\x05" "three";
	struct fake *b[TUNNELS];

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	h2_tunnels(c, b);
	fake_say_text(b[0], "one");
	fake_say_text(b[1], "two");
	fake_say_text(b[2], "three");
	flow_run();
	fake_expect(c, all, sizeof(all) - 1);
	assert_int_equal(c->writes, 1);
	flow_finish();
}

/* A payload that is not copied leaves in its own wake-up, behind what was held and whole. */
static void test_gathers_large(void **state)
{
	static uint8_t large[LARGE];
	struct fake *b[TUNNELS];

	(void)state;
	memset(large, 'L', sizeof(large));
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	h2_tunnels(c, b);
	fake_say_text(b[0], "one");
	fake_say(b[1], large, sizeof(large));
	fake_say_text(b[2], "three");
	flow_run();
	assert_int_equal(c->writes, 2);
	assert_memory_equal(c->out + 9, "\x82\x03" "one", 5);
	assert_int_equal(h2_seen(c, DATA, 3).bytes, LARGE_HEAD + LARGE);
	assert_memory_equal(h2_seen(c, DATA, 3).last + LARGE_HEAD, large, sizeof(large));
	assert_ptr_equal(h2_seen(c, DATA, 5).last, c->out + c->out_n - 7);
	assert_memory_equal(h2_seen(c, DATA, 5).last, "\x82\x05" "three", 7);
	flow_finish();
}

/* A socket that takes nothing of what was held stops the backends, and loses nothing of it. */
static void test_gathers_full(void **state)
{
	static uint8_t block[300];
	struct fake *b[TUNNELS];
	size_t said[TUNNELS] = {0};

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	h2_tunnels(c, b);
	h2_window(c, 0, 1000000);
	for (unsigned i = 0; i < TUNNELS; i++)
		h2_window(c, 2 * i + 1, 1000000);
	flow_run();
	c->window = 0;
	for (unsigned i = 0, stopped = 0; stopped < TUNNELS; i = (i + 1) % TUNNELS) {
		stopped = b[i]->in_at < b[i]->in_n ? stopped + 1 : 0;
		if (stopped > 0)
			continue;
		assert_true(said[i] < 1000000);
		fake_say(b[i], block, sizeof(block));
		said[i] += sizeof(block);
		flow_run();
	}
	assert_in_range(h2_waiting(), 1, 4 * 65536);
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(h2_waiting(), 0);
	for (unsigned i = 0; i < TUNNELS; i++)
		assert_int_equal(h2_seen(c, DATA, 2 * i + 1).bytes,
		    said[i] + said[i] / sizeof(block) * LARGE_HEAD);
	flow_finish();
}

/* A frame's head cut by the end of one DATA is put together with the next one. */
static void test_cut_heads(void **state)
{
	static const uint8_t frame[] = {0x82, 0x83, 0, 0, 0, 0, 'a', 'b', 'c'};

	(void)state;
	for (size_t cut = 1; cut < sizeof(frame); cut++) {
		flow_begin(BRIDGE, "");
		struct fake *c = h2_websocket();
		h2_frame(c, DATA, 0, 1, frame, cut);
		flow_run();
		h2_frame(c, DATA, 0, 1, frame + cut, sizeof(frame) - cut);
		flow_run();
		fake_expect(flow_backend(), "abc", 3);
		flow_finish();
	}
}

/* The client's credit comes back as the backend drains, and not before. */
static void test_slow_backend(void **state)
{
	static uint8_t block[16000];
	size_t n = sizeof(block) + 8, sent = 0, before = 0;

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	struct fake *b = flow_backend();
	b->window = 0;
	while (sent + n <= WINDOW + h2_credit(c, 1)) {
		h2_say_masked(c, 1, block, sizeof(block));
		sent += n;
		assert_true(sent < 4 * WINDOW);
		before = h2_credit(c, 1);
		flow_run();
	}
	assert_in_range(h2_waiting(), WINDOW / 2, 2 * WINDOW + SLACK);
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(h2_waiting(), 0);
	assert_true(h2_credit(c, 1) > before);
	assert_int_equal(b->out_n, sent / n * sizeof(block));
	flow_finish();
}

/* A tunnel that waits for its backend stops no other stream of its connection. */
static void test_no_starvation(void **state)
{
	static uint8_t block[16000];

	(void)state;
	flow_begin("p: { path = \"/page\"; respond: { status = 200; body = \"fine\"; }; };" BRIDGE,
	    "");
	struct fake *c = h2_websocket();
	flow_backend()->window = 0;
	for (int i = 0; i < 4; i++)
		h2_say_masked(c, 1, block, sizeof(block));
	flow_run();
	h2_request(c, 3, "CONNECT", true, 0);
	flow_run();
	flow_advance(0);
	h2_say_masked(c, 3, block, 200);
	flow_run();
	assert_int_equal(flow_backend()->out_n, 200);
	flow_finish();
}

/* A client that opens no window gets no more than it is open for, and the backend is stopped. */
static void test_slow_client(void **state)
{
	static uint8_t block[500000];

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	struct fake *b = flow_backend();
	fake_say(b, block, sizeof(block));
	flow_run();
	assert_int_equal(h2_seen(c, DATA, 1).bytes, WINDOW);
	assert_in_range(b->in_at, WINDOW, 3 * 65536);
	assert_in_range(h2_waiting(), 1, 65536 + SLACK);
	for (int i = 0; i < 20; i++) {
		h2_window(c, 0, 30000);
		h2_window(c, 1, 30000);
		flow_run();
	}
	assert_int_equal(b->in_at, sizeof(block));
	assert_true(h2_seen(c, DATA, 1).bytes > sizeof(block));
	assert_int_equal(h2_waiting(), 0);
	flow_finish();
}

/* The socket takes nothing, whatever the windows say. */
static void test_slow_socket(void **state)
{
	static uint8_t block[500000];

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	struct fake *b = flow_backend();
	h2_window(c, 0, 1000000);
	h2_window(c, 1, 1000000);
	flow_run();
	c->window = 0;
	fake_say(b, block, sizeof(block));
	flow_run();
	assert_in_range(h2_waiting(), 1, 4 * 65536);
	assert_true(b->in_at < sizeof(block));
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->in_at, sizeof(block));
	assert_int_equal(h2_waiting(), 0);
	flow_finish();
}

static void test_ends(void **state)
{
	static const struct {
		unsigned	type, flags;
		const char	*payload;
		size_t		n;
	} ends[] = {
		{RST_STREAM, 0, "\0\0\0\x08", 4},
		{DATA, END_STREAM, "", 0},
		{DATA, END_STREAM, "\x88\x82\0\0\0\0\x03\xe8", 8},
		{GOAWAY, 0, "\0\0\0\0\0\0\0\0", 8},
		{WINDOW_UPDATE, 0, "\0\0\0\0", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		flow_begin(BRIDGE, "");
		struct fake *c = h2_websocket();
		struct fake *b = flow_backend();
		assert_int_equal(flow_world.worker.stats.sessions, 1);
		h2_frame(c, ends[i].type, ends[i].flags, ends[i].type == GOAWAY ? 0 : 1,
		    ends[i].payload, ends[i].n);
		flow_run();
		if (ends[i].type != GOAWAY) {
			assert_int_equal(flow_world.worker.stats.sessions, 0);
			assert_true(b->got_shut || b->got_close);
		}
		fake_eof(c);
		flow_run();
		flow_finish();
	}
}

/* The backend's end is told by a Close and END_STREAM; the connection stays. */
static void test_backend_ends(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	fake_eof(flow_backend());
	flow_run();
	h2_frame(c, DATA, 0, 1, "\x88\x82\0\0\0\0\x03\xe8", 8);
	flow_run();
	assert_true(h2_seen(c, DATA, 1).flags & END_STREAM);
	assert_int_equal(flow_world.worker.stats.connections, 1);
	h2_request(c, 3, "CONNECT", true, 0);
	flow_run();
	flow_advance(0);
	assert_int_equal(h2_seen(c, HEADERS, 3).n, 1);
	flow_finish();
}

/* No streams for keepalive: GOAWAY and the end. A head that does not come to its end: the same. */
static void test_clocks(void **state)
{
	(void)state;
	flow_begin(PAGE, "keepalive = \"20s\"; head_timeout = \"5s\";");
	struct fake *idle = h2_client();
	struct fake *silent = flow_client();
	fake_say_text(silent, PREFACE);
	struct fake *drips = h2_client();
	h2_frame(drips, HEADERS, 0, 1, "\x82", 1);
	flow_run();
	flow_advance(5001);
	assert_int_equal(h2_seen(silent, GOAWAY, 0).n, 1);
	assert_int_equal(h2_seen(drips, GOAWAY, 0).n, 1);
	assert_int_equal(h2_seen(idle, GOAWAY, 0).n, 0);
	flow_advance(15000);
	assert_int_equal(h2_seen(idle, GOAWAY, 0).n, 1);
	assert_int_equal(h2_seen(idle, GOAWAY, 0).last[7], 0);
	flow_finish();
}

/* A head is complete with its frame, whatever becomes of its stream; other streams live on. */
static void test_malformed(void **state)
{
	static const struct {
		const char	*name, *value;
		unsigned	stream;
	} fields[] = {
		{"connection", "close", 3}, {"x", "a\nb", 3}, {":x", "y", 3}, {"X", "y", 3},
		{"x", "y", 1},		/* a tunnel has no trailers without an end */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		flow_begin(BRIDGE, "keepalive = \"0\"; head_timeout = \"5s\";");
		struct fake *c = h2_client();
		h2_request(c, 1, "CONNECT", true, 0);
		h2_request(c, 5, "CONNECT", true, 0);
		flow_run();
		flow_advance(0);
		uint8_t block[256];
		size_t n = h2_put(block, ":method", "GET");
		n += h2_put(block + n, ":scheme", "http");
		n += h2_put(block + n, ":authority", "h");
		n += h2_put(block + n, ":path", "/");
		n += h2_put(block + n, fields[i].name, fields[i].value);
		h2_frame(c, HEADERS, END_HEADERS, fields[i].stream + 4, block, n);
		flow_run();
		assert_int_equal(h2_seen(c, RST_STREAM, fields[i].stream + 4).n, 1);
		flow_advance(5001);
		flow_advance(5001);
		assert_int_equal(h2_seen(c, GOAWAY, 0).n, 0);
		assert_int_equal(flow_world.worker.stats.connections, 1);
		assert_int_equal(flow_world.worker.stats.sessions, fields[i].stream == 1 ? 1 : 2);
		flow_finish();
	}
}

/* Who makes us reset stream after stream floods, even where nghttp2 says nothing of the reason. */
static void test_broken_words(void **state)
{
	static const char *const lengths[] = {"3", "30"};
	unsigned stream = 1;

	(void)state;
	for (size_t i = 0; i < 2; i++, stream = 1) {
		flow_begin(PAGE, "");
		struct fake *c = h2_client();
		while (!c->got_close && !c->got_shut && stream < 1000) {
			uint8_t block[256];
			size_t n = h2_put(block, ":method", "POST");
			n += h2_put(block + n, ":scheme", "http");
			n += h2_put(block + n, ":authority", "h");
			n += h2_put(block + n, ":path", "/");
			n += h2_put(block + n, "content-length", lengths[i]);
			h2_frame(c, HEADERS, END_HEADERS, stream, block, n);
			h2_frame(c, DATA, END_STREAM, stream, "twenty bytes of body", 20);
			flow_run();
			stream += 2;
		}
		assert_in_range(stream, 100, 600);
		assert_int_equal(h2_seen(c, GOAWAY, 0).n, 1);
		assert_int_equal(h2_seen(c, GOAWAY, 0).last[7], 11);	/* ENHANCE_YOUR_CALM */
		flow_finish();
	}
}

/* The time for a head is each head's own, also where it comes in pieces of a frame. */
static void test_slow_heads(void **state)
{
	static const uint8_t head[] = {0, 0, 60, HEADERS, END_HEADERS | END_STREAM, 0, 0, 0, 7};

	(void)state;
	flow_begin(BRIDGE, "head_timeout = \"5s\";");
	struct fake *c = h2_websocket();
	for (unsigned i = 3; i < 7; i += 2) {
		h2_frame(c, HEADERS, 0, i, "\x82\x86", 2);
		flow_run();
		flow_advance(4000);
		h2_frame(c, 9, END_HEADERS, i, "\x84\x41\1h", 4);
		flow_run();
		assert_int_equal(h2_seen(c, GOAWAY, 0).n, 0);
	}
	fake_say(c, head, sizeof(head));
	flow_run();
	flow_advance(4999);
	assert_int_equal(h2_seen(c, GOAWAY, 0).n, 0);
	flow_advance(2);
	assert_int_equal(h2_seen(c, GOAWAY, 0).n, 1);
	flow_finish();
}

static void h2_drop_all(void)
{
	struct list *l;

	worker_enter(&flow_world.worker);
	while ((l = list_take(&flow_world.gateway.connections)) != NULL) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		c->ops->drop(c);
	}
	worker_settle(&flow_world.worker);
}

static void h2_stop_all(void)
{
	struct list *next;

	worker_enter(&flow_world.worker);
	flow_world.gateway.stopping = true;
	for (struct list *l = flow_world.gateway.connections.next;
	    l != &flow_world.gateway.connections; l = next) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		next = l->next;
		c->ops->stop(c);
	}
	worker_settle(&flow_world.worker);
}

static void h2_expect_goaway(const struct fake *c, unsigned n, const char last[8])
{
	struct seen seen = h2_seen(c, GOAWAY, 0);

	assert_int_equal(seen.n, n);
	assert_memory_equal(seen.last, last, 8);
}

/* Section 6.8: first that it will end, a second later with what; what runs comes to its end. */
static void test_stop(void **state)
{
	static const uint8_t frame[] = {0x82, 0x83, 0, 0, 0, 0, 'a', 'b', 'c'};

	(void)state;
	flow_begin("p: { method = \"GET\"; respond: { status = 200; body = \"fine\"; }; };" ECHO, "");
	struct fake *c = h2_websocket();
	struct fake *idle = h2_client();
	assert_int_equal(h2_seen(c, GOAWAY, 0).n + h2_seen(idle, GOAWAY, 0).n, 0);
	h2_stop_all();
	h2_expect_goaway(idle, 1, "\0\0\0\0\0\0\0\0");
	assert_true(idle->got_close || idle->got_shut);
	h2_expect_goaway(c, 1, "\x7f\xff\xff\xff\0\0\0\0");
	h2_request(c, 3, "GET", false, END_STREAM);	/* was on its way */
	h2_request(c, 5, "CONNECT", true, 0);
	flow_run();
	flow_advance(0);
	assert_memory_equal(h2_seen(c, DATA, 3).last, "fine", 4);
	assert_true(h2_seen(c, DATA, 5).flags & END_STREAM);	/* 503 */
	assert_int_equal(flow_world.worker.stats.sessions, 1);
	flow_advance(1000);
	h2_expect_goaway(c, 2, "\0\0\0\5\0\0\0\0");
	h2_request(c, 7, "GET", false, END_STREAM);	/* too late: it knows that nobody saw it */
	h2_frame(c, DATA, 0, 1, frame, sizeof(frame));
	flow_run();
	assert_int_equal(h2_seen(c, HEADERS, 7).n, 0);
	assert_memory_equal(h2_seen(c, DATA, 1).last, "\x82\3" "abc", 5);
	assert_false(c->got_close || c->got_shut);
	h2_frame(c, DATA, END_STREAM, 1, "\x88\x82\0\0\0\0\x03\xe8", 8);
	flow_run();
	assert_true(c->got_close || c->got_shut);
	assert_int_equal(flow_world.worker.stats.connections, 0);
	flow_finish();
}

/* What is held leaves in front of the end if the connection closes in the same turn. */
static void test_gathers_end(void **state)
{
	struct fake *b[TUNNELS];

	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	h2_tunnels(c, b);
	h2_stop_all();
	for (unsigned i = 0; i < TUNNELS; i++) {
		fake_say_text(b[i], "last");
		fake_eof(b[i]);
	}
	flow_run();
	c->writes = 0;
	for (unsigned i = 0; i < TUNNELS; i++)
		h2_frame(c, DATA, END_STREAM, 2 * i + 1, "\x88\x82\0\0\0\0\x03\xe8", 8);
	flow_run();
	assert_int_equal(c->writes, 1);
	for (unsigned i = 0; i < TUNNELS; i++) {
		assert_true(h2_seen(c, DATA, 2 * i + 1).flags & END_STREAM);
		assert_true(h2_seen(c, DATA, 2 * i + 1).bytes > 6);
	}
	h2_expect_goaway(c, 2, "\0\0\0\5\0\0\0\0");
	assert_true(c->got_shut || c->got_close);
	flow_finish();
}

/* A client whose window is closed has at least keepalive to open it, whenever that began. */
static void test_stuck_soon(void **state)
{
	static const uint8_t closed[] = {0, 4, 0, 0, 0, 0};

	(void)state;
	flow_begin(PAGE, "keepalive = \"20s\";");
	struct fake *c = h2_client();
	h2_frame(c, SETTINGS, 0, 0, closed, sizeof(closed));
	h2_request(c, 1, "GET", false, END_STREAM);	/* so that the connection is no idle one */
	flow_run();
	for (int i = 0; i < 2; i++) {
		flow_advance(19990);
		h2_request(c, (unsigned)(3 + 2 * i), "GET", false, END_STREAM);
		flow_run();
		assert_int_equal(h2_seen(c, RST_STREAM, 1).n, 0);
		flow_advance(10);
		assert_int_equal(h2_seen(c, RST_STREAM, (unsigned)(3 + 2 * i)).n, 0);
	}
	assert_int_equal(h2_seen(c, RST_STREAM, 1).n, 1);
	assert_int_equal(h2_seen(c, RST_STREAM, 3).n, 1);
	flow_finish();
}

/* An answer that no window is opened for ends with its stream; one that is read slowly does not. */
static void test_stuck(void **state)
{
	static const uint8_t closed[] = {0, 4, 0, 0, 0, 0};

	(void)state;
	flow_begin(PAGE, "keepalive = \"20s\";");
	struct fake *c = h2_client();
	h2_frame(c, SETTINGS, 0, 0, closed, sizeof(closed));
	h2_request(c, 1, "GET", false, END_STREAM);
	h2_request(c, 3, "GET", false, END_STREAM);
	flow_run();
	for (int i = 0; i < 3; i++) {
		flow_advance(20001);
		h2_window(c, 3, 1);
		flow_run();
	}
	assert_int_equal(h2_seen(c, RST_STREAM, 1).n, 1);
	assert_memory_equal(h2_seen(c, RST_STREAM, 1).last, "\0\0\0\x08", 4);
	assert_int_equal(h2_seen(c, RST_STREAM, 3).n, 0);
	assert_int_equal(h2_seen(c, DATA, 3).bytes, 3);
	assert_int_equal(h2_seen(c, GOAWAY, 0).n, 0);
	h2_window(c, 3, 1);
	flow_run();
	assert_true(h2_seen(c, DATA, 3).flags & END_STREAM);
	assert_int_equal(h2_waiting(), 0);
	flow_finish();
}

static void test_drop(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = h2_websocket();
	h2_drop_all();
	assert_true(c->got_reset);
	assert_int_equal(flow_world.worker.stats.sessions, 0);
	flow_finish();
}

/* Everything that can happen to a connection, for each allocation that can fail. */
static void h2_life(void)
{
	static uint8_t block[16000];
	struct fake *c = h2_websocket();

	h2_request(c, 3, "GET", false, END_STREAM);
	h2_request(c, 5, "POST", false, 0);
	h2_frame(c, DATA, 0, 5, "body", 4);
	h2_frame(c, DATA, END_STREAM, 5, "", 0);
	for (int i = 0; i < 4; i++)
		h2_say_masked(c, 1, block, sizeof(block));
	flow_run();
	if (flow_world.n_fakes > 1) {
		fake_say(flow_backend(), block, sizeof(block));
		flow_run();
		h2_window(c, 0, 100000);
		h2_window(c, 1, 100000);
		flow_run();
	}
	h2_frame(c, DATA, 0, 1, "\x82", 1);
	flow_run();
	h2_frame(c, DATA, END_STREAM, 1, "\x80\0\0\0\0", 5);
	h2_frame(c, RST_STREAM, 0, 3, "\0\0\0\0", 4);
	flow_run();
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(flow_fail_each(BRIDGE, "", NULL, h2_life) > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_tunnel),
		cmocka_unit_test(test_gathers),
		cmocka_unit_test(test_gathers_large),
		cmocka_unit_test(test_gathers_full),
		cmocka_unit_test(test_gathers_end),
		cmocka_unit_test(test_cut_heads),
		cmocka_unit_test(test_slow_backend),
		cmocka_unit_test(test_no_starvation),
		cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_slow_socket),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_backend_ends),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_broken_words),
		cmocka_unit_test(test_slow_heads),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_stuck_soon),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
