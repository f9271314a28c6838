/* Netstrings: "5:hello,". A length has no leading zeroes. */
#include <stdio.h>

#include "framing/framing_piece.h"

enum { NETSTRING_DIGITS = 19 };		/* what fits into 64 bits for certain */

static enum fault framing_netstring_wrap(const struct framing *framing, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	int n = snprintf((char *)scratch, FRAMER_SCRATCH, "%zu:", m->n);

	(void)framing;
	iov[0] = (struct iovec){scratch, (size_t)n};
	iov[1] = (struct iovec){m->p, m->n};
	iov[2] = (struct iovec){(void *)(uintptr_t)",", 1};
	return FAULT_NONE;
}

/* *head: how long it is, 0: not all of it is there. */
static enum fault framing_netstring_head(const uint8_t *p, size_t n, uint64_t *length, size_t *head)
{
	*length = 0;
	*head = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == ':' && i > 0) {
			*head = i + 1;
			return FAULT_NONE;
		}
		if (p[i] < '0' || p[i] > '9' || i == NETSTRING_DIGITS || (i == 1 && p[0] == '0'))
			return FAULT_BACK_FRAMING;
		*length = *length * 10 + (p[i] - '0');
	}
	return FAULT_NONE;
}

/* The comma is looked at before the last of the message is passed on. */
static enum fault framing_netstring_body(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, struct msg *out, size_t *used)
{
	*used = 0;
	if (n > run->left && p[run->left] != ',')
		return FAULT_BACK_FRAMING;
	return framing_go_on(framing, run, p, n, out, used);
}

static enum fault framing_netstring_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	const struct framer_run before = *run;
	uint64_t length;
	size_t head = 0;
	enum fault f = FAULT_NONE;

	*used = 0;
	if (!run->begun) {
		f = framing_netstring_head(p, n, &length, &head);
		if (f == FAULT_NONE && head > 0)
			f = framing_begin(framing, run, length, 1);
	}
	if (f == FAULT_NONE && run->begun)
		f = framing_netstring_body(framing, run, p + head, n - head, out, used);
	if (f != FAULT_NONE)
		return f;
	if (*used > 0) {
		*used += head;
		return FAULT_NONE;
	}
	*run = before;	/* the head is shown again */
	return eof && (n > 0 || run->begun) ? FAULT_BACK_TRUNCATED : FAULT_NONE;
}

const struct framer framing_netstring = {
	.name = "netstring",
	.messages = true,
	.kind = MSG_BINARY,
	.wrap = framing_netstring_wrap,
	.next = framing_netstring_next,
};
