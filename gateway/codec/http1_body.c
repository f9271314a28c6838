#include "codec/http1.h"
#include "codec/http_char.h"

/*
 * chunked-body (RFC 9112 section 7.1) as a table: state and class of the byte give the next state.
 * No entry is REFUSED, so nothing passes that nobody thought of.
 */
enum {
	REFUSED,
	SIZE,		/* the first digit of a chunk's size */
	DIGITS,		/* more of them, or what ends them */
	BLANKS,		/* white space before a ";" */
	EXTENSION,
	SIZE_LF,
	DATA,		/* the chunk itself: not by the table */
	DATA_CR,
	DATA_LF,
	TRAILER,	/* the first byte of a trailer line */
	NAME,
	VALUE,
	VALUE_LF,
	END_LF,
	END,
	STATES
};

enum { OTHER, HEX, TOKEN, COLON, SEMICOLON, BLANK, VISIBLE, CR, LF, CLASSES };

/* Any byte that may stand in a field's value. */
#define TEXT(to) [HEX] = to, [TOKEN] = to, [COLON] = to, [SEMICOLON] = to, [BLANK] = to, \
	[VISIBLE] = to

static const uint8_t http1_body_next[STATES][CLASSES] = {
	[SIZE] = {[HEX] = DIGITS},
	[DIGITS] = {[HEX] = DIGITS, [BLANK] = BLANKS, [SEMICOLON] = EXTENSION, [CR] = SIZE_LF},
	[BLANKS] = {[BLANK] = BLANKS, [SEMICOLON] = EXTENSION},
	[EXTENSION] = {TEXT(EXTENSION), [CR] = SIZE_LF},
	[SIZE_LF] = {[LF] = DATA},
	[DATA_CR] = {[CR] = DATA_LF},
	[DATA_LF] = {[LF] = SIZE},
	[TRAILER] = {[HEX] = NAME, [TOKEN] = NAME, [CR] = END_LF},
	[NAME] = {[HEX] = NAME, [TOKEN] = NAME, [COLON] = VALUE},
	[VALUE] = {TEXT(VALUE), [CR] = VALUE_LF},
	[VALUE_LF] = {[LF] = TRAILER},
	[END_LF] = {[LF] = END},
};

/* Extensions, trailers and leading zeroes of one body, all of which are skipped. */
enum { EXTRA_MAX = 8192 };

static unsigned http1_body_class(uint8_t c)
{
	static const uint8_t special[256] = {['\r'] = CR, ['\n'] = LF, [':'] = COLON,
	    [';'] = SEMICOLON, [' '] = BLANK, ['\t'] = BLANK};

	if (special[c])
		return special[c];
	if (http_char_is(c, HTTP_CHAR_HEX))
		return HEX;
	if (http_char_is(c, HTTP_CHAR_TOKEN))
		return TOKEN;
	return http_char_is(c, HTTP_CHAR_VALUE) ? VISIBLE : OTHER;
}

/* One byte of what stands around the chunks. */
static enum fault http1_body_step(struct http1_body_reader *b, uint8_t c)
{
	uint8_t from = b->state;

	b->state = http1_body_next[from][http1_body_class(c)];
	switch (b->state) {
	case REFUSED:
		return FAULT_HTTP_SMUGGLING;
	case DIGITS:
		if (b->left >> 60)
			return FAULT_HTTP_SMUGGLING;
		if (from == DIGITS && b->left == 0)
			b->extra++;
		b->left = b->left << 4 | http_char_hex(c);
		break;
	case DATA:
		if (b->left == 0)
			b->state = TRAILER;
		break;
	case BLANKS:
	case EXTENSION:
	case NAME:
	case VALUE:
		b->extra++;
		break;
	case END:
		b->end = true;
		break;
	}
	return b->extra > EXTRA_MAX ? FAULT_HTTP_SMUGGLING : FAULT_NONE;
}

void http1_body_begin(struct http1_body_reader *b, enum http1_body kind, uint64_t length)
{
	*b = (struct http1_body_reader){.kind = kind, .state = SIZE};
	if (kind == HTTP1_BODY_LENGTH || kind == HTTP1_BODY_CLOSE) {
		b->left = kind == HTTP1_BODY_LENGTH ? length : UINT64_MAX;
		b->state = DATA;
	}
	b->end = kind == HTTP1_BODY_NONE || (kind == HTTP1_BODY_LENGTH && length == 0);
}

enum fault http1_body_feed(struct http1_body_reader *b, const uint8_t *p, size_t n, size_t *used,
    const uint8_t **data, size_t *data_n)
{
	size_t i = 0;

	*used = *data_n = 0;
	*data = p;
	while (i < n && b->state != DATA && !b->end) {
		enum fault f = http1_body_step(b, p[i++]);
		if (f != FAULT_NONE)
			return f;
	}
	if (i < n && !b->end) {
		*data = p + i;
		*data_n = b->left < n - i ? (size_t)b->left : n - i;
		if (b->kind != HTTP1_BODY_CLOSE)
			b->left -= *data_n;
		if (b->left == 0 && b->kind == HTTP1_BODY_CHUNKED)
			b->state = DATA_CR;
		else
			b->end = b->left == 0;
	}
	*used = i + *data_n;
	return FAULT_NONE;
}
