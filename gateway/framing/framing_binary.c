/* A byte stream: what is read becomes a binary message, what a message holds is written. */
#include "framing/framing_piece.h"

static enum fault framing_binary_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	(void)framing;
	(void)run;
	(void)eof;
	*out = (struct msg){p, n, MSG_BINARY, false};
	*used = n;
	return FAULT_NONE;
}

const struct framer framing_binary = {
	.name = "binary",
	.streaming = true,
	.kind = MSG_BINARY,
	.wrap = framing_plain_wrap,
	.next = framing_binary_next,
};
