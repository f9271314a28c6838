#include "cutter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CUTTER_WHOLE, CUTTER_BYTES, CUTTER_RANDOM, CUTTER_ROUNDS = 24 };

static void transcript_room(struct transcript *t, size_t n)
{
	if (t->room - t->n > n)
		return;
	t->room = (t->n + n + 64) * 2;
	t->text = realloc(t->text, t->room);
	assert_non_null(t->text);
}

void transcript_add(struct transcript *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert_true(n >= 0);
	transcript_room(t, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(t->text + t->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->n += (size_t)n;
}

void transcript_bytes(struct transcript *t, const void *p, size_t n)
{
	const uint8_t *byte = p;

	transcript_room(t, n * 4);
	for (size_t i = 0; i < n; i++)
		if (byte[i] >= 0x20 && byte[i] < 0x7f)
			t->text[t->n++] = (char)byte[i];
		else
			t->n += (size_t)sprintf(t->text + t->n, "\\x%02x", byte[i]);
	t->text[t->n] = '\0';
}

uint32_t cutter_random(uint32_t *seed)
{
	uint32_t x = *seed ? *seed : 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *seed = x;
}

/* Steps until the subject wants more; returns how many of the n bytes are left. */
static size_t cutter_show(const struct cutter *c, uint8_t *stash, size_t n, bool eof,
    struct transcript *t, bool *stop)
{
	while (!*stop) {
		uint8_t *exact = malloc(n ? n : 1);
		assert_non_null(exact);
		memcpy(exact, stash, n);
		size_t used = c->step(c->subject, exact, n, eof, t, stop);
		assert_true(used <= n);
		memcpy(stash, exact, n);	/* a subject may have changed its bytes in place */
		free(exact);
		if (used == 0)
			break;
		memmove(stash, stash + used, n - used);
		n -= used;
	}
	return n;
}

static size_t cutter_piece(unsigned round, size_t left, uint32_t *seed)
{
	size_t n;

	if (round == CUTTER_WHOLE)
		return left;
	if (round == CUTTER_BYTES)
		return 1;
	/* Mostly small pieces, now and then a large one. */
	n = 1 + cutter_random(seed) % (cutter_random(seed) % 4 ? 7 : 100);
	return n < left ? n : left;
}

static char *cutter_run(const struct cutter *c, const uint8_t *bytes, size_t n, unsigned round)
{
	struct transcript t = {NULL, 0, 0};
	uint8_t *stash = malloc(n + 1);
	uint32_t seed = round * 2654435761u;
	size_t held = 0;
	bool stop = false;

	assert_non_null(stash);
	transcript_add(&t, "%s", "");
	c->begin(c->subject);
	for (size_t at = 0; at < n && !stop;) {
		size_t piece = cutter_piece(round, n - at, &seed);
		memcpy(stash + held, bytes + at, piece);
		at += piece;
		held = cutter_show(c, stash, held + piece, at == n, &t, &stop);
	}
	if (held > 0 && !stop)
		transcript_add(&t, "[%zu left]", held);
	free(stash);
	return t.text;
}

void cutter_expect(const struct cutter *c, const void *bytes, size_t n, const char *expected)
{
	char *whole = cutter_run(c, bytes, n, CUTTER_WHOLE);

	if (expected != NULL)
		assert_string_equal(whole, expected);
	for (unsigned round = CUTTER_BYTES; round < CUTTER_RANDOM + CUTTER_ROUNDS; round++) {
		char *cut = cutter_run(c, bytes, n, round);
		assert_string_equal(cut, whole);
		free(cut);
	}
	free(whole);
}
