#include "codec/ws.h"

#include <string.h>

enum {
	FINAL = 0x80, OPCODE = 0x0f,	/* first byte of a head */
	MASKED = 0x80, LENGTH = 0x7f,	/* second byte */
	LENGTH_16 = 126,		/* as a length: 2 more bytes hold it; one more: 8 */
	CONTROL_BIT = 0x08		/* set in every control opcode (section 5.5) */
};

struct ws_head {
	uint64_t	length;
	size_t		size;	/* with extended length and mask; 0: not all there */
};

enum { OUTSIDE = 1, WITHIN = 2 };

/*
 * Where a frame with this first byte may stand: outside of a message, within one, or nowhere.
 * Reserved bits and opcodes stand nowhere, nor does a control frame without FIN (section 5.2, 5.5).
 */
static const uint8_t ws_read_place[256] = {
	[WS_CONTINUATION] = WITHIN,
	[FINAL | WS_CONTINUATION] = WITHIN,
	[WS_TEXT] = OUTSIDE,
	[FINAL | WS_TEXT] = OUTSIDE,
	[WS_BINARY] = OUTSIDE,
	[FINAL | WS_BINARY] = OUTSIDE,
	[FINAL | WS_CLOSE] = OUTSIDE | WITHIN,
	[FINAL | WS_PING] = OUTSIDE | WITHIN,
	[FINAL | WS_PONG] = OUTSIDE | WITHIN,
};

void ws_reader_init(struct ws_reader *r, bool masked, uint64_t max_message)
{
	*r = (struct ws_reader){.masked = masked, .max_message = max_message};
}

/* The first byte as the table has it: without RSV1 where a compressed message may begin. */
static inline uint8_t ws_read_first(const struct ws_reader *r, uint8_t first)
{
	return r->deflate && !r->message && (first & OPCODE) != WS_CONTINUATION &&
	    !(first & CONTROL_BIT) ? (uint8_t)(first & ~WS_RSV1) : first;
}

static inline bool ws_read_is_compressed(const struct ws_reader *r, uint8_t first)
{
	return r->message ? r->compressed : (first & WS_RSV1) != 0;
}

/*
 * The extended length, of which `have` of `size` bytes are there: *least is what it is at least.
 * WS_PROTOCOL once it can only be a length that has a shorter form, or one with the top bit set.
 */
static enum fault ws_read_length(const uint8_t *p, size_t have, size_t size, uint64_t *least)
{
	uint64_t v = 0, open = 0;

	for (size_t i = 0; i < size; i++) {
		v = v << 8 | (i < have ? p[i] : 0);
		open = open << 8 | (i < have ? 0 : 0xff);
	}
	*least = v;
	if (v >> 63 || (v | open) < (size == 2 ? LENGTH_16 : 0x10000))
		return FAULT_WS_PROTOCOL;
	return FAULT_NONE;
}

/* Everything that makes a head wrong, at the first byte that tells. */
static inline enum fault ws_read_head(const struct ws_reader *r, const uint8_t *p, size_t n,
    struct ws_head *h)
{
	*h = (struct ws_head){0, 0};
	if (n == 0)
		return FAULT_NONE;
	if (!(ws_read_place[ws_read_first(r, p[0])] & (r->message ? WITHIN : OUTSIDE)))
		return FAULT_WS_PROTOCOL;
	if (n == 1)
		return FAULT_NONE;
	if ((p[1] & MASKED) != (r->masked ? MASKED : 0))
		return FAULT_WS_PROTOCOL;

	size_t size = 2;
	h->length = p[1] & LENGTH;
	if (p[0] & CONTROL_BIT) {
		/* A Close has no body, or one with room for a code (section 5.5.1). */
		if (h->length > WS_CONTROL_MAX ||
		    (h->length == 1 && (p[0] & OPCODE) == WS_CLOSE))
			return FAULT_WS_PROTOCOL;
	} else {
		if (h->length >= LENGTH_16) {
			size_t extended = h->length == LENGTH_16 ? 2 : 8;
			size_t have = n - 2 < extended ? n - 2 : extended;
			enum fault f = ws_read_length(p + 2, have, extended, &h->length);
			if (f != FAULT_NONE)
				return f;
			size += extended;
		}
		if (r->max_message && !ws_read_is_compressed(r, p[0]) &&
		    h->length > r->max_message - r->total)
			return FAULT_WS_TOO_BIG;
	}
	size += r->masked ? 4 : 0;
	h->size = n >= size ? size : 0;
	return FAULT_NONE;
}

static enum fault ws_read_whole_text(const uint8_t *p, size_t n)
{
	struct utf8_state utf8 = {0};

	return utf8_check(&utf8, p, n) && utf8.state == 0 ? FAULT_NONE : FAULT_WS_UTF8;
}

static enum fault ws_read_close(const struct ws_event *e)
{
	struct slice reason;

	if (e->n == 0)
		return FAULT_NONE;
	if (!ws_close_code_valid(ws_close_code(e, &reason)))
		return FAULT_WS_PROTOCOL;
	return ws_read_whole_text((const uint8_t *)reason.p, reason.n);
}

/* Control frames are waited for: unmasking in place must not happen twice. */
static enum fault ws_read_control(const struct ws_reader *r, const struct ws_head *h, uint8_t *p,
    size_t n, struct ws_event *e, size_t *used)
{
	uint8_t mask[4];

	if (n - h->size < h->length)
		return FAULT_NONE;
	*e = (struct ws_event){.opcode = p[0] & OPCODE, .p = p + h->size,
	    .n = (size_t)h->length};
	if (r->masked) {
		memcpy(mask, e->p - 4, 4);
		ws_mask(e->p, e->n, mask);
	}
	*used = h->size + e->n;
	return e->opcode == WS_CLOSE ? ws_read_close(e) : FAULT_NONE;
}

/* The frame and its message as the head has them. */
static inline void ws_read_begin(struct ws_reader *r, const struct ws_head *h, const uint8_t *p)
{
	r->left = h->length;
	r->final = p[0] & FINAL;
	r->compressed = ws_read_is_compressed(r, p[0]);
	if (!r->compressed)
		r->total += h->length;
	if (!r->message)
		r->message = p[0] & OPCODE;
	if (r->masked)
		memcpy(r->mask, p + h->size - 4, 4);
}

/* Any frame, or the next piece of one. Kept apart so that ws_read itself stays lean. */
static __attribute__((noinline)) enum fault ws_read_any(struct ws_reader *r, uint8_t *p, size_t n,
    struct ws_event *e, size_t *used)
{
	struct ws_head h = {0, 0};

	*used = 0;
	if (r->left == 0) {
		enum fault f = ws_read_head(r, p, n, &h);
		if (f != FAULT_NONE || h.size == 0)
			return f;
		if (p[0] & CONTROL_BIT)
			return ws_read_control(r, &h, p, n, e, used);
		if (h.length > 0 && n == h.size)
			return FAULT_NONE;
		ws_read_begin(r, &h, p);
	}

	size_t there = n - h.size;
	size_t most = r->compressed && there > WS_COMPRESSED_PIECE ? WS_COMPRESSED_PIECE : there;
	size_t take = r->left < most ? (size_t)r->left : most;
	*e = (struct ws_event){r->message, true, r->compressed, p + h.size, take};
	*used = h.size + take;
	r->left -= take;

	bool ascii = r->masked && ws_mask(e->p, take, r->mask);
	if (r->message == WS_TEXT && !r->compressed && (!ascii || r->utf8.state) &&
	    !utf8_check(&r->utf8, e->p, take))
		return FAULT_WS_UTF8;
	if (r->left == 0 && r->final) {
		if (r->utf8.state)
			return FAULT_WS_UTF8;
		e->more = false;
		r->message = 0;
		r->total = 0;
	}
	return FAULT_NONE;
}

/* The same of a server. */
static enum fault ws_read_unmasked(struct ws_reader *r, uint8_t *p, size_t n, struct ws_event *e,
    size_t *used)
{
	enum { HEAD = 2 };

	if (r->left > 0 || r->message || n < HEAD ||
	    (p[0] != (FINAL | WS_TEXT) && p[0] != (FINAL | WS_BINARY)))
		return ws_read_any(r, p, n, e, used);
	size_t length = p[1];	/* too long when the bit was set */
	if (length >= LENGTH_16 || n - HEAD < length ||
	    (r->max_message && length > r->max_message))
		return ws_read_any(r, p, n, e, used);
	*e = (struct ws_event){p[0] & OPCODE, false, false, p + HEAD, length};
	*used = HEAD + length;
	return e->opcode == WS_TEXT ? ws_read_whole_text(e->p, length) : FAULT_NONE;
}

enum fault ws_read(struct ws_reader *r, uint8_t *p, size_t n, struct ws_event *e, size_t *used)
{
	enum { HEAD = 6 };

	if (!r->masked)
		return ws_read_unmasked(r, p, n, e, used);
	/* Nearly every frame, at half the cost: a whole message, masked, short, all of it here. */
	if (r->left > 0 || r->message || n < HEAD ||
	    (p[0] != (FINAL | WS_TEXT) && p[0] != (FINAL | WS_BINARY)))
		return ws_read_any(r, p, n, e, used);
	size_t length = p[1] ^ MASKED;	/* too long when the bit was not set */
	if (length >= LENGTH_16 || n - HEAD < length ||
	    (r->max_message && length > r->max_message))
		return ws_read_any(r, p, n, e, used);
	e->opcode = p[0] & OPCODE;
	e->more = e->compressed = false;
	e->p = p + HEAD;
	e->n = length;
	*used = HEAD + length;
	if (!ws_mask(e->p, length, p + 2) && e->opcode == WS_TEXT)
		return ws_read_whole_text(e->p, length);
	return FAULT_NONE;
}
