#include "cutter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed.h"

enum { CUTTER_ROUNDS = 24 };

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
	static const char digits[] = "0123456789abcdef";
	const uint8_t *byte = p;

	transcript_room(t, n * 4);
	for (size_t i = 0; i < n; i++)
		if (byte[i] >= 0x20 && byte[i] < 0x7f) {
			t->text[t->n++] = (char)byte[i];
		} else {
			t->text[t->n++] = '\\';
			t->text[t->n++] = 'x';
			t->text[t->n++] = digits[byte[i] >> 4];
			t->text[t->n++] = digits[byte[i] & 15];
		}
	t->text[t->n] = '\0';
}

/* One run over the bytes. */
struct cutter_run {
	const struct cutter	*cutter;
	struct transcript	 transcript;
};

static size_t cutter_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct cutter_run *run = me;
	bool stop = false;
	size_t used = run->cutter->step(run->cutter->subject, p, n, eof, &run->transcript, &stop);

	return stop ? FEED_STOP : used;
}

static char *cutter_run(const struct cutter *c, const uint8_t *bytes, size_t n, uint32_t cut)
{
	struct cutter_run run = {c, {NULL, 0, 0}};

	transcript_add(&run.transcript, "%s", "");
	c->begin(c->subject);
	size_t left = feed_all(cutter_step, &run, bytes, n, cut);
	if (left > 0)
		transcript_add(&run.transcript, "[%zu left]", left);
	return run.transcript.text;
}

void cutter_expect(const struct cutter *c, const void *bytes, size_t n, const char *expected)
{
	char *whole = cutter_run(c, bytes, n, FEED_WHOLE);

	if (expected != NULL)
		assert_string_equal(whole, expected);
	for (uint32_t cut = FEED_BYTES; cut < FEED_RANDOM + CUTTER_ROUNDS; cut++) {
		char *other = cutter_run(c, bytes, n, cut);
		assert_string_equal(other, whole);
		free(other);
	}
	free(whole);
}
