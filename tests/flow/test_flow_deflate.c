/* Compressed messages through a whole worker: cut anywhere, paused, bounded, and given back. */
#include <string.h>

#include "codec/ws.h"
#include "codec/ws_deflate.h"
#include "flow.h"

#define OFFER	"Sec-WebSocket-Extensions: permessage-deflate\r\n"
#define ANSWER	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" \
    "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" \
    "Sec-WebSocket-Extensions: permessage-deflate"
#define BRIDGE	"r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; };"
#define LINES	"r: { backend = \"b\"; framing = \"line\"; max_message = 1000; ping = \"0\"; };"
#define ECHO(keys)	"r: { service = \"echo\"; max_message = \"2M\"; ping = \"0\"; " \
    "deflate: { " keys " }; };"

enum compressed { NO, YES, EITHER };

static uint8_t packed[1 << 20];

/* As a client would. */
static size_t deflate_pack(const void *p, size_t n)
{
	struct ws_deflater *d = ws_deflater_new(15);
	size_t size = ws_deflate(d, p, n, true, false, 6, packed);

	ws_deflater_free(d);
	return size;
}

static struct fake *deflate_open(const char *routes)
{
	flow_begin(routes, "");
	struct fake *c = flow_handshake(OFFER);
	flow_advance(0);
	fake_expect_start(c, ANSWER);
	return c;
}

static void deflate_say(struct fake *c, const void *p, size_t n)
{
	fake_frame(c, 0x80 | WS_RSV1 | WS_TEXT, packed, deflate_pack(p, n));
}

/* What the gateway sent: one whole message; returns its bytes, inflated if it is compressed. */
static size_t deflate_heard(struct fake *c, enum compressed compressed, uint8_t *out, size_t room)
{
	struct ws_inflater *i = ws_inflater_new();
	size_t at = 0, total = 0, used, made;
	bool first = true, final = false;

	while (!final) {
		uint8_t *head = c->out + at;
		assert_true(at + 2 <= c->out_n);
		size_t n = head[1], size = 2;
		if (n == 126) {
			n = (size_t)head[2] << 8 | head[3];
			size = 4;
		} else if (n == 127) {
			n = (size_t)head[7] << 16 | (size_t)head[8] << 8 | head[9];
			size = 10;
		}
		if (first && compressed == EITHER)
			compressed = head[0] & WS_RSV1 ? YES : NO;
		assert_int_equal(head[0] & WS_RSV1, first && compressed == YES ? WS_RSV1 : 0);
		assert_int_equal(head[0] & 0x0f, first ? WS_TEXT : WS_CONTINUATION);
		final = head[0] & 0x80;
		at += size;
		assert_true(at + n <= c->out_n);
		if (compressed == YES) {
			assert_int_equal(ws_inflate(i, c->out + at, n, &used, out + total,
			    room - total, &made), FAULT_NONE);
			assert_int_equal(used, n);
		} else {
			memcpy(out + total, c->out + at, made = n);
		}
		total += made;
		at += n;
		first = false;
	}
	if (compressed == YES) {
		assert_int_equal(ws_inflate(i, (const uint8_t *)ws_inflate_end.p,
		    ws_inflate_end.n, &used, out + total, room - total, &made), FAULT_NONE);
		total += made;
	}
	assert_int_equal(at, c->out_n);
	c->out_n = 0;
	ws_inflater_free(i);
	return total;
}

static void deflate_expect(struct fake *c, enum compressed compressed, const void *p, size_t n)
{
	static uint8_t out[1 << 20];

	assert_int_equal(deflate_heard(c, compressed, out, sizeof(out)), n);
	assert_memory_equal(out, p, n);
}

static uint8_t *deflate_words(size_t n)
{
	static uint8_t words[500000];

	assert_true(n <= sizeof(words));
	for (size_t i = 0; i < n; i++)
		words[i] = (uint8_t)"words and numbers "[(i + i / 1000) % 18];
	return words;
}

static void test_echo_whole_and_cut(void **state)
{
	static const size_t sizes[] = {0, 1, 256, 70000, 500000};

	(void)state;
	for (size_t most = 1; most < 100000; most *= 37)
		for (size_t k = 0; k < 5; k++) {
			if (most == 1 && sizes[k] > 70000)
				continue;
			struct fake *c = deflate_open(ECHO(""));
			c->most = most;
			deflate_say(c, deflate_words(sizes[k]), sizes[k]);
			flow_run();
			deflate_expect(c, most > 1000 && sizes[k] < 1000 ? sizes[k] >= 256 : EITHER, deflate_words(sizes[k]), sizes[k]);
			flow_finish();
		}
}

/* Fragments, an empty one too, with a ping within. */
static void test_fragments(void **state)
{
	struct fake *c = deflate_open(ECHO("min_size = 1;"));
	size_t n = deflate_pack("Hello, Hello, Hello", 19);

	(void)state;
	fake_frame(c, WS_RSV1 | WS_TEXT, packed, 3);
	fake_frame(c, WS_CONTINUATION, packed, 0);
	flow_run();
	c->out_n = 0;	/* what could be inflated of it so far */
	fake_frame(c, 0x80 | WS_PING, "?", 1);
	flow_run();
	fake_expect(c, "\x8a\x01?", 3);
	fake_frame(c, 0x80 | WS_CONTINUATION, packed + 3, n - 3);
	flow_run();
	assert_int_equal(c->out[0] & 0x80, 0x80);
	flow_finish();
}

static void test_not_compressed(void **state)
{
	struct fake *c = deflate_open(ECHO("min_size = 100;"));

	(void)state;
	fake_frame(c, 0x80 | WS_TEXT, "plain", 5);
	flow_run();
	fake_expect(c, "\x81\x05plain", 7);
	fake_frame(c, WS_TEXT, "pla", 3);
	fake_frame(c, 0x80 | WS_CONTINUATION, "in", 2);
	flow_run();
	deflate_expect(c, YES, "plain", 5);	/* nobody knew how long it would be */
	flow_finish();
}

static void test_what_does_not_shrink(void **state)
{
	struct fake *c = deflate_open(ECHO("min_size = 1;"));

	(void)state;
	deflate_say(c, "abcdefgh", 8);
	flow_run();
	deflate_expect(c, NO, "abcdefgh", 8);
	flow_finish();
}

/* RSV1 where it means nothing (RFC 7692 section 6.1), or where nothing was agreed on. */
static void test_misplaced_bit(void **state)
{
	static const unsigned firsts[] = {0x80 | WS_RSV1 | WS_PING, WS_RSV1 | WS_CONTINUATION,
	    0x80 | WS_RSV1 | WS_CLOSE, 0x80 | WS_RSV1 | 3, 0xa0 | WS_TEXT, 0x90 | WS_TEXT};
	struct fake *c;

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		c = deflate_open(ECHO(""));
		fake_frame(c, firsts[i], "", 0);
		flow_run();
		fake_expect_close(c, 1002);
		flow_finish();
	}
	c = deflate_open(ECHO(""));
	fake_frame(c, WS_TEXT, "a", 1);
	flow_run();
	c->out_n = 0;
	fake_frame(c, 0x80 | WS_RSV1 | WS_CONTINUATION, "a", 1);
	flow_run();
	fake_expect_close(c, 1002);
	flow_finish();
	flow_begin(ECHO("enable = false;"), "");
	c = flow_handshake(OFFER);
	flow_advance(0);
	fake_lacks(c, "Extensions");
	c->out_n = 0;
	deflate_say(c, "a", 1);
	flow_run();
	fake_expect_close(c, 1002);
	flow_finish();
}

static void test_refused(void **state)
{
	struct fake *c = deflate_open(ECHO(""));

	(void)state;
	fake_frame(c, 0x80 | WS_RSV1 | WS_TEXT, "\xff\xff\xff", 3);
	flow_run();
	fake_expect_close(c, 1007);
	flow_finish();
	c = deflate_open(ECHO(""));
	deflate_say(c, "caf\xe9", 4);
	flow_run();
	fake_expect_close(c, 1007);
	flow_finish();
	c = deflate_open(ECHO(""));
	deflate_say(c, "caf\xc3", 4);	/* ends within a character */
	flow_run();
	fake_expect_close(c, 1007);
	flow_finish();
	flow_begin(ECHO(""), "");
	c = flow_handshake("Sec-WebSocket-Extensions: permessage-deflate; =\r\n");
	fake_expect_start(c, "HTTP/1.1 400 ");
	flow_finish();
}

/* It costs what a message may be: that much comes out, and not a piece more is inflated. */
static void test_bomb(void **state)
{
	static uint8_t zeroes[1 << 20];
	struct fake *c = deflate_open(LINES);
	struct fake *b = flow_backend();

	(void)state;
	deflate_say(c, zeroes, sizeof(zeroes));
	flow_run();
	fake_expect_close(c, 1009);
	assert_int_equal(b->out_n, 0);
	flow_finish();
}

/* Before a stream of bytes there is no such limit, but there is the backend's pace. */
static void test_bomb_before_slow_backend(void **state)
{
	static uint8_t zeroes[1 << 20];
	struct fake *c = deflate_open(BRIDGE);
	struct fake *b = flow_backend();

	(void)state;
	b->window = 0;
	fake_frame(c, 0x80 | WS_RSV1 | WS_BINARY, packed, deflate_pack(zeroes, 1000000));
	flow_run();
	assert_in_range(flow_world.worker.stats.queued + flow_world.worker.stats.stashed, 1,
	    65536 + 1032 * (WS_COMPRESSED_PIECE + 16) + 16384);
	for (int i = 0; i < 100; i++) {
		b->window = 10000;
		flow_run();
	}
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->out_n, 1000000);
	assert_memory_equal(b->out, zeroes, 1000000);
	assert_false(b->got_reset);
	flow_finish();
}

/* Two clients are in the middle of a message each: neither disturbs the other, or a third. */
static void test_messages_under_way(void **state)
{
	static const char *const texts[] = {"the first one, the first one", "another, another"};
	struct fake *c[3];
	uint8_t pieces[2][64];
	size_t sizes[2];

	(void)state;
	flow_begin(ECHO(""), "");
	for (size_t i = 0; i < 3; i++) {
		c[i] = flow_handshake(OFFER);
		flow_advance(0);
		c[i]->out_n = 0;
	}
	for (size_t i = 0; i < 2; i++) {
		sizes[i] = deflate_pack(texts[i], strlen(texts[i]));
		memcpy(pieces[i], packed, sizes[i]);
		fake_frame(c[i], WS_RSV1 | WS_TEXT, pieces[i], 2);
	}
	flow_run();
	assert_int_equal(flow_world.worker.stats.compression, 2 * 40 * 1024);
	deflate_say(c[2], "meanwhile", 9);
	flow_run();
	deflate_expect(c[2], NO, "meanwhile", 9);
	for (size_t i = 0; i < 2; i++)
		fake_frame(c[i], 0x80 | WS_CONTINUATION, pieces[i] + 2, sizes[i] - 2);
	flow_run();
	assert_int_equal(flow_world.worker.stats.compression, 0);
	for (size_t i = 0; i < 2; i++)
		deflate_expect(c[i], YES, texts[i], strlen(texts[i]));
	flow_finish();
}

/* With context takeover the second message is shorter, and still right. */
static void test_takeover(void **state)
{
	static uint8_t out[1000];
	struct fake *c;
	size_t first = 0;

	(void)state;
	flow_begin(ECHO("context_takeover = true; min_size = 1;"), "");
	c = flow_handshake(OFFER);
	flow_advance(0);
	fake_lacks(c, "no_context_takeover");
	fake_expect_start(c, ANSWER);
	assert_int_equal(flow_world.worker.stats.compression, 264 * 1024);
	for (int i = 0; i < 3; i++) {
		fake_frame(c, 0x80 | WS_TEXT, "a message that is said again", 28);
		flow_run();
		assert_true(i == 0 || c->out_n < first / 2);
		first = i == 0 ? c->out_n : first;
		if (i == 0)
			assert_int_equal(deflate_heard(c, YES, out, sizeof(out)), 28);
		c->out_n = 0;
	}
	fake_frame(c, 0x80 | WS_RSV1 | WS_TEXT, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
	flow_run();
	assert_int_equal(flow_world.worker.stats.compression, (264 + 40) * 1024);
	flow_finish();
}

/* n bytes are packed already. */
static void deflate_session(size_t n)
{
	struct fake *c = flow_handshake(OFFER);

	flow_advance(0);
	fake_frame(c, 0x80 | WS_RSV1 | WS_TEXT, packed, n);
	fake_frame(c, WS_RSV1 | WS_TEXT, packed, 10);
	flow_run();
	fake_frame(c, 0x80 | WS_CONTINUATION, packed + 10, n - 10);
	flow_run();
}

static void test_nth_allocation_fails(void **state)
{
	static const char *const routes[] = {ECHO(""), ECHO("context_takeover = true;")};

	(void)state;
	size_t size = deflate_pack(deflate_words(5000), 5000);
	for (size_t k = 0; k < 2; k++) {
		flow_begin(routes[k], "");
		flow_fail_allocation(0);
		deflate_session(size);
		unsigned total = flow_allocations();
		flow_finish();
		assert_in_range(total, 8, 200);
		for (unsigned n = 1; n <= total; n++) {
			flow_begin(routes[k], "");
			flow_fail_allocation(n);
			deflate_session(size);
			flow_finish();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo_whole_and_cut),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_not_compressed),
		cmocka_unit_test(test_what_does_not_shrink),
		cmocka_unit_test(test_misplaced_bit),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_bomb_before_slow_backend),
		cmocka_unit_test(test_messages_under_way),
		cmocka_unit_test(test_takeover),
		cmocka_unit_test(test_nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
