/*
 * Every framing in a whole session: both sides speak at once, in portions of any size, and take
 * what they like when they like. Messages come out as they went in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "feed.h"
#include "flow.h"

enum { TALK_MESSAGES = 60, TALK_LONGEST = 40000, TALK_BYTES = FLOW_BYTES, TALK_MASK = 0x5a };

/* What is on the wire, or what is to be heard: messages with kind and size where there are any. */
struct text {
	uint8_t	p[TALK_BYTES];
	size_t	n, at;
};

struct talk {
	struct framing	framing;
	uint32_t	seed;
	struct text	by_backend, by_client;		/* on the wire */
	struct text	for_backend, for_client;	/* what must come of it */
	struct text	heard;				/* by the client */
};

static struct talk talk;

static size_t talk_below(size_t n)
{
	return feed_random(&talk.seed) % n;
}

static void text_put(struct text *t, const void *p, size_t n)
{
	assert_true(t->n + n <= sizeof(t->p));
	if (n > 0)
		memcpy(t->p + t->n, p, n);
	t->n += n;
}

static void text_put_message(struct text *t, unsigned kind, const void *p, size_t n)
{
	char head[40];

	if (talk.framing.framer->messages)
		text_put(t, head, (size_t)snprintf(head, sizeof(head), "<%u %zu>", kind, n));
	text_put(t, p, n);
}

/* As the framer writes it; the bytes may be changed by that. */
static void text_put_wrapped(struct text *t, uint8_t *p, size_t n)
{
	struct msg m = {p, n, MSG_TEXT, false};
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];

	assert_int_equal(talk.framing.framer->wrap(&talk.framing, &m, scratch, iov), FAULT_NONE);
	for (int i = 0; i < 3; i++)
		text_put(t, iov[i].iov_base, iov[i].iov_len);
}

static void text_put_frame(struct text *t, unsigned first_byte, const uint8_t *p, size_t n)
{
	static const uint8_t mask[4] = {TALK_MASK, TALK_MASK, TALK_MASK, TALK_MASK};
	uint8_t head[4] = {(uint8_t)first_byte, n < 126 ? (uint8_t)(0x80 | n) : 0xfe,
	    (uint8_t)(n >> 8), (uint8_t)n};

	text_put(t, head, n < 126 ? 2 : 4);
	text_put(t, mask, 4);
	text_put(t, p, n);
	for (size_t i = t->n - n; i < t->n; i++)
		t->p[i] ^= TALK_MASK;
}

/* A client's message in up to four frames, with pings between them. */
static void talk_put_frames(struct text *t, const uint8_t *p, size_t n)
{
	unsigned first = MSG_BINARY;

	for (size_t left = talk_below(4); left > 0 && talk_below(2); left--) {
		size_t part = talk_below(n + 1);
		text_put_frame(t, first, p, part);
		if (talk_below(3) == 0)
			text_put_frame(t, 0x89, p, part < 125 ? part : 125);
		first = 0;
		p += part;
		n -= part;
	}
	text_put_frame(t, 0x80 | first, p, n);
}

/* Characters of one to three bytes, none of which ends a message. */
static size_t talk_make(uint8_t *p)
{
	static const char *const characters[] = {"a", "\xc3\xbc", "\xe2\x82\xac"};
	size_t longest = talk.framing.framer->length_size == 1 ? 255 : TALK_LONGEST;
	size_t wanted = talk_below(3) ? talk_below(200) : talk_below(longest), n = 0;

	while (n < wanted) {
		const char *c = characters[talk_below(3)];
		memcpy(p + n, c, strlen(c));
		n += strlen(c);
	}
	return n < longest ? n : 0;
}

static void talk_prepare(void)
{
	static uint8_t p[TALK_LONGEST + 8], copy[2 * TALK_LONGEST];
	bool base64 = talk.framing.framer == &framing_base64;

	for (int i = 0; i < TALK_MESSAGES; i++) {
		size_t n = talk_make(p);
		text_put_message(&talk.for_client, talk.framing.kind, p, n);
		memcpy(copy, p, n);
		if (base64)
			text_put(&talk.by_backend, p, n);
		else
			text_put_wrapped(&talk.by_backend, copy, n);
		n = talk_make(p);
		size_t said = base64 ? base64_encode((char *)copy, p, n) : n;
		memcpy(copy + said, p, base64 ? 0 : n);
		talk_put_frames(&talk.by_client, base64 ? copy : p, said);
		text_put_wrapped(&talk.for_backend, base64 ? copy : p, said);
	}
}

static void talk_say(struct fake *f, struct text *t)
{
	size_t left = t->n - t->at, n = talk_below(talk_below(2) ? 50 : 70000);

	if (n > left)
		n = left;
	f->most = n < 1000 ? 1 + talk_below(5) : 1 + talk_below(100000);
	fake_say(f, t->p + t->at, n);
	t->at += n;
	f->window = talk_below(3) ? SIZE_MAX : talk_below(70000);
}

/* Puts together what a server's frames hold; a message counts once it is whole. */
static void talk_hear(const struct fake *c)
{
	static uint8_t message[2 * TALK_LONGEST + FLOW_BYTES];
	size_t at = 0, n = 0;
	unsigned kind = 0;

	while (at < c->out_n) {
		unsigned first = c->out[at++];
		size_t size = c->out[at++], extended = size == 126 ? 2 : size == 127 ? 8 : 0;
		for (size_t i = 0; i < extended; i++)
			size = (i ? size << 8 : 0) | c->out[at++];
		at += size;
		assert_true(at <= c->out_n);
		if (first == 0x8a)
			continue;
		assert_int_equal(first & 0x0f, kind ? 0 : first & 3);
		kind = kind ? kind : first & 3;
		memcpy(message + n, c->out + at - size, size);
		n += size;
		if ((first & 0x80) == 0)
			continue;
		if (talk.framing.framer == &framing_base64)
			assert_true(base64_decode(message, &n, (char *)message, n));
		text_put_message(&talk.heard, kind, message, n);
		assert_int_equal(kind, talk.framing.kind);
		n = kind = 0;
	}
	assert_int_equal(kind, 0);
}

static void talk_begin(const struct framer *framer, const char *buffer, uint32_t seed)
{
	char routes[300];

	memset(&talk, 0, sizeof(talk));
	talk.framing = (struct framing){framer, TALK_LONGEST * 2, FRAMER_HOLD, framer->kind, false};
	talk.seed = seed;
	snprintf(routes, sizeof(routes), "r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; "
	    "framing = \"%s\"; buffer = \"%s\"; max_message = %d; };", framer->name, buffer,
	    2 * TALK_LONGEST);
	flow_begin(routes, "");
}

static void talk_both_ways(const struct framer *framer, const char *buffer, uint32_t seed)
{
	talk_begin(framer, buffer, seed);
	struct fake *c = flow_websocket();
	flow_advance(0);
	struct fake *b = flow_backend();
	c->out_n = 0;
	talk_prepare();
	while (talk.by_backend.at < talk.by_backend.n || talk.by_client.at < talk.by_client.n) {
		talk_say(b, &talk.by_backend);
		talk_say(c, &talk.by_client);
		flow_run();
	}
	b->window = c->window = SIZE_MAX;
	flow_run();
	talk_hear(c);
	assert_int_equal(b->out_n, talk.for_backend.n);
	assert_memory_equal(b->out, talk.for_backend.p, b->out_n);
	assert_int_equal(talk.heard.n, talk.for_client.n);
	assert_memory_equal(talk.heard.p, talk.for_client.p, talk.heard.n);
	c->out_n = 0;
	flow_finish();
}

static void test_both_ways(void **state)
{
	static const char *const buffers[] = {"1K", "64K", "1M"};

	(void)state;
	for (size_t i = 0; i < framing_count; i++)
		for (uint32_t seed = 1; seed <= 6; seed++)
			talk_both_ways(framing_table[i], buffers[seed % 3], seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
