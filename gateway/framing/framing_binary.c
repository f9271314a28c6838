/* A byte stream: what is read becomes a binary message, what a message holds is written. */
#include "framing/framing.h"

static enum fault framing_binary_wrap(const struct framer_options *options, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	(void)options;
	(void)scratch;
	iov[0] = iov[2] = (struct iovec){NULL, 0};
	iov[1] = (struct iovec){m->p, m->n};
	return FAULT_NONE;
}

static enum fault framing_binary_next(const struct framer_options *options, uint8_t *p, size_t n,
    bool eof, struct msg *out, size_t *used)
{
	(void)options;
	(void)eof;
	*out = (struct msg){p, n, MSG_BINARY, false};
	*used = n;
	return FAULT_NONE;
}

const struct framer framing_binary = {
	.name = "binary",
	.streaming = true,
	.wrap = framing_binary_wrap,
	.next = framing_binary_next,
};
