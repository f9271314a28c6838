/* A byte stream in UTF-8: text messages that never cut a character. */
#include "framing/framing_piece.h"

static enum fault framing_text_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	(void)run;
	return framing_piece_text(framing, p, n, eof, out, used);
}

const struct framer framing_text = {
	.name = "text",
	.streaming = true,
	.kind = MSG_TEXT,
	.wrap = framing_plain_wrap,
	.next = framing_text_next,
};
