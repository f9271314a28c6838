/* A message is what stands before the next LF, CRLF or NUL. */
#include <string.h>

#include "framing/framing_piece.h"

/* The end is a constant of the framer; NUL ends are one byte long, too. */
static size_t framing_line_end_size(const struct framer *framer)
{
	return framer->end[0] == '\0' ? 1 : strlen(framer->end);
}

static uint8_t *framing_line_find(const struct framer *framer, uint8_t *p, size_t n)
{
	return memmem(p, n, framer->end, framing_line_end_size(framer));
}

static enum fault framing_line_wrap(const struct framing *framing, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	const struct framer *framer = framing->framer;

	(void)scratch;
	if (m->n > 0 && framing_line_find(framer, m->p, m->n))
		return FAULT_MESSAGE_END;
	iov[0] = (struct iovec){NULL, 0};
	iov[1] = (struct iovec){m->p, m->n};
	iov[2] = (struct iovec){(void *)(uintptr_t)framer->end, framing_line_end_size(framer)};
	return FAULT_NONE;
}

/* A CR at the end may belong to what ends the message: before LF it is dropped. */
static size_t framing_line_keep(const struct framer *framer, const uint8_t *p, size_t n)
{
	return framer->end[0] != '\0' && n > 0 && p[n - 1] == '\r' ? 1 : 0;
}

/* No end in sight: nothing yet, or a fragment that leaves something for the end to stand behind. */
static enum fault framing_line_wait(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, struct msg *out, size_t *used)
{
	size_t payload = n - framing_line_keep(framing->framer, p, n);

	*used = 0;
	if (framing->max_message && payload > framing->max_message - run->passed)
		return FAULT_BACK_TOO_BIG;
	if (payload <= framing->hold) {
		run->seen = (uint32_t)payload;
		return FAULT_NONE;
	}
	run->seen = 0;
	return framing_fragment(framing, run, p, payload - 1, out, used);
}

static enum fault framing_line_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	const struct framer *framer = framing->framer;
	size_t tail = 0, payload = n;
	enum fault f = FAULT_NONE;

	if (!run->begun) {
		uint8_t *end = framing_line_find(framer, p + run->seen, n - run->seen);
		if (end == NULL && !eof)
			return framing_line_wait(framing, run, p, n, out, used);
		*used = 0;
		if (end == NULL && n == 0)
			return FAULT_NONE;
		if (end) {
			payload = (size_t)(end - p);
			tail = framing_line_end_size(framer);
		}
		if (end && *end == '\n' && framing_line_keep(framer, p, payload)) {
			payload--;
			tail++;
		}
		f = framing_begin(framing, run, payload, (uint8_t)tail);
	}
	return f == FAULT_NONE ? framing_go_on(framing, run, p, n, out, used) : f;
}

#define FRAMING_LINE(text, ends) { \
	.name = (text), \
	.messages = true, \
	.kind = MSG_TEXT, \
	.wrap = framing_line_wrap, \
	.next = framing_line_next, \
	.end = (ends), \
}

const struct framer framing_line = FRAMING_LINE("line", "\n");
const struct framer framing_crlf = FRAMING_LINE("crlf", "\r\n");
const struct framer framing_nul = FRAMING_LINE("nul", "\0");
