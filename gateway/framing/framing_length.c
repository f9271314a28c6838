/* A message has its length in front, in 1, 2, 4 or 8 bytes of either order. */
#include "framing/framing_piece.h"

static unsigned framing_length_shift(const struct framer *framer, unsigned i)
{
	return 8 * (framer->little_endian ? i : framer->length_size - 1u - i);
}

static enum fault framing_length_wrap(const struct framing *framing, const struct msg *m,
    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3])
{
	const struct framer *framer = framing->framer;
	uint64_t length = m->n;

	if (framer->length_size < 8 && length >> (8 * framer->length_size))
		return FAULT_MESSAGE_LENGTH;
	for (unsigned i = 0; i < framer->length_size; i++)
		scratch[i] = (uint8_t)(length >> framing_length_shift(framer, i));
	iov[0] = (struct iovec){scratch, framer->length_size};
	iov[1] = (struct iovec){m->p, m->n};
	iov[2] = (struct iovec){NULL, 0};
	return FAULT_NONE;
}

static enum fault framing_length_next(const struct framing *framing, struct framer_run *run,
    uint8_t *p, size_t n, bool eof, struct msg *out, size_t *used)
{
	const struct framer *framer = framing->framer;
	const struct framer_run before = *run;
	size_t head = run->begun ? 0 : framer->length_size;
	uint64_t length = 0;
	enum fault f = FAULT_NONE;

	*used = 0;
	if (n < head)
		return eof && n > 0 ? FAULT_BACK_TRUNCATED : FAULT_NONE;
	for (unsigned i = 0; i < head; i++)
		length |= (uint64_t)p[i] << framing_length_shift(framer, i);
	if (head)
		f = framing_begin(framing, run, length, 0);
	if (f == FAULT_NONE)
		f = framing_go_on(framing, run, p + head, n - head, out, used);
	if (f != FAULT_NONE)
		return f;
	if (*used > 0 || !run->begun) {
		*used += head;
		return FAULT_NONE;
	}
	*run = before;	/* the head is shown again */
	return eof ? FAULT_BACK_TRUNCATED : FAULT_NONE;
}

#define FRAMING_LENGTH(text, bytes, little) { \
	.name = (text), \
	.messages = true, \
	.kind = MSG_BINARY, \
	.wrap = framing_length_wrap, \
	.next = framing_length_next, \
	.length_size = (bytes), \
	.little_endian = (little), \
}

const struct framer framing_length8 = FRAMING_LENGTH("length8", 1, false);
const struct framer framing_length16be = FRAMING_LENGTH("length16be", 2, false);
const struct framer framing_length16le = FRAMING_LENGTH("length16le", 2, true);
const struct framer framing_length32be = FRAMING_LENGTH("length32be", 4, false);
const struct framer framing_length32le = FRAMING_LENGTH("length32le", 4, true);
const struct framer framing_length64be = FRAMING_LENGTH("length64be", 8, false);
const struct framer framing_length64le = FRAMING_LENGTH("length64le", 8, true);
