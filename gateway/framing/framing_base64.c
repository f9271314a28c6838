/*
 * A byte stream in base64 text messages, each of them by itself: the subprotocol "base64" of old
 * WebSocket libraries, which had no binary frames.
 */
#include <string.h>

#include "base/base64.h"
#include "framing/framing_piece.h"

enum { BASE64_PART = 768 };	/* a multiple of 3 */

static enum fault framing_base64_wrap(const struct framing *framing, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	size_t n;

	(void)framing;
	(void)scratch;
	if (!base64_decode(m->p, &n, (const char *)m->p, m->n))
		return FAULT_MESSAGE_BASE64;
	iov[0] = iov[2] = (struct iovec){NULL, 0};
	iov[1] = (struct iovec){m->p, n};
	return FAULT_NONE;
}

/* In place: what is written never reaches what is still to be read, if the end comes first. */
static enum fault framing_base64_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	uint8_t part[BASE64_PART];
	size_t at = n, size = n % BASE64_PART;

	(void)framing;
	(void)run;
	(void)eof;
	for (; at > 0; size = BASE64_PART) {
		if (size == 0)
			continue;
		at -= size;
		memcpy(part, p + at, size);
		base64_encode((char *)p + at / 3 * 4, part, size);
	}
	*out = (struct msg){p, BASE64_SIZE(n), MSG_TEXT, false};
	*used = n;
	return FAULT_NONE;
}

const struct framer framing_base64 = {
	.name = "base64",
	.kind = MSG_TEXT,
	.wrap = framing_base64_wrap,
	.next = framing_base64_next,
};
