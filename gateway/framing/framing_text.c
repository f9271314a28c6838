/* A byte stream in UTF-8: text messages that never cut a character. */
#include "base/utf8.h"
#include "framing/framing.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

enum { REPLACED_MAX = 16, CHARACTER_MAX = 4 };

/* A run of bad bytes becomes one message, not one for each. */
static const uint8_t framing_text_replacements[] =
    REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT
    REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT;

static enum fault framing_text_wrap(const struct framer_options *options, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	(void)options;
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
static size_t framing_text_bad(const uint8_t *p, size_t n, bool eof)
{
	struct utf8_state utf8 = {0};

	for (size_t i = 0; i < n && i < CHARACTER_MAX; i++) {
		if (!utf8_check(&utf8, p + i, 1))
			return i ? i : 1;
		if (utf8.state == 0)
			return 0;
	}
	return eof ? n : 0;
}

static enum fault framing_text_next(const struct framer_options *options, uint8_t *p, size_t n,
    bool eof, struct msg *out, size_t *used)
{
	bool bad;

	*used = utf8_prefix(p, n, &bad);
	*out = (struct msg){p, *used, MSG_TEXT, false};
	if (*used > 0 || n == 0 || !(bad || eof))
		return FAULT_NONE;
	if (!options->replace_invalid)
		return FAULT_BACK_UTF8;
	out->p = (uint8_t *)framing_text_replacements;
	while (out->n < REPLACED_MAX * (sizeof(REPLACEMENT) - 1)) {
		size_t size = framing_text_bad(p + *used, n - *used, eof);
		if (size == 0)
			break;
		*used += size;
		out->n += sizeof(REPLACEMENT) - 1;
	}
	return FAULT_NONE;
}

const struct framer framing_text = {
	.name = "text",
	.streaming = true,
	.wrap = framing_text_wrap,
	.next = framing_text_next,
};
