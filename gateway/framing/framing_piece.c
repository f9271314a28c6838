#include "framing/framing_piece.h"

#include "base/utf8.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

enum { REPLACED_MAX = 16, CHARACTER_MAX = 4 };

/* A run of bad bytes becomes one piece, not one for each. */
static const uint8_t framing_piece_replacements[] =
    REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT
    REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT;

enum fault framing_plain_wrap(const struct framing *framing, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	(void)framing;
	(void)scratch;
	iov[0] = iov[2] = (struct iovec){NULL, 0};
	iov[1] = (struct iovec){m->p, m->n};
	return FAULT_NONE;
}

/*
 * How many bytes at p one U+FFFD stands for: as many as could still have begun a character (the
 * Unicode Standard, section 3.9, "Substitution of Maximal Subparts"). 0: none, since a character
 * stands there, or since it may still become one.
 */
static size_t framing_piece_bad(const uint8_t *p, size_t n, bool last)
{
	struct utf8_state utf8 = {0};

	for (size_t i = 0; i < n && i < CHARACTER_MAX; i++) {
		if (!utf8_check(&utf8, p + i, 1))
			return i ? i : 1;
		if (utf8.state == 0)
			return 0;
	}
	return last ? n : 0;
}

enum fault framing_piece_text(const struct framing *framing, uint8_t *p, size_t n, bool last,
    struct msg *out, size_t *used)
{
	bool bad;

	*used = utf8_prefix(p, n, &bad);
	*out = (struct msg){p, *used, MSG_TEXT, false};
	if (*used > 0 || n == 0 || !(bad || last))
		return FAULT_NONE;
	if (!framing->replace_invalid)
		return FAULT_BACK_UTF8;
	out->p = (uint8_t *)framing_piece_replacements;
	while (out->n < REPLACED_MAX * (sizeof(REPLACEMENT) - 1)) {
		size_t size = framing_piece_bad(p + *used, n - *used, last);
		if (size == 0)
			break;
		*used += size;
		out->n += sizeof(REPLACEMENT) - 1;
	}
	return FAULT_NONE;
}

static enum fault framing_piece(const struct framing *framing, struct framer_run *run, uint8_t *p,
    size_t n, bool last, struct msg *out, size_t *used)
{
	enum fault f = FAULT_NONE;

	if (framing->kind == MSG_TEXT) {
		f = framing_piece_text(framing, p, n, last, out, used);
	} else {
		*out = (struct msg){p, n, MSG_BINARY, false};
		*used = n;
	}
	out->more = !last || *used < n;
	run->passed += *used;
	return f;
}

enum fault framing_fragment(const struct framing *framing, struct framer_run *run, uint8_t *p,
    size_t n, struct msg *out, size_t *used)
{
	return framing_piece(framing, run, p, n, false, out, used);
}

enum fault framing_begin(const struct framing *framing, struct framer_run *run, uint64_t length,
    uint8_t tail)
{
	if (framing->max_message && length > framing->max_message - run->passed)
		return FAULT_BACK_TOO_BIG;
	run->begun = true;
	run->left = length;
	run->tail = tail;
	return FAULT_NONE;
}

enum fault framing_go_on(const struct framing *framing, struct framer_run *run, uint8_t *p,
    size_t n, struct msg *out, size_t *used)
{
	bool last = n >= run->tail && n - run->tail >= run->left;
	size_t here = n < run->left ? n : (size_t)run->left;

	*used = 0;
	if (!last && here < framing->hold)
		return FAULT_NONE;
	enum fault f = framing_piece(framing, run, p, here, last, out, used);
	run->left -= *used;
	if (f != FAULT_NONE || out->more)
		return f;
	*used += run->tail;
	*run = (struct framer_run){0};
	return FAULT_NONE;
}
