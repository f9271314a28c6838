/*
 * Frames read whole and cut give the same messages, control frames and faults; and the same as a
 * plain reader that has all the bytes and knows nothing of pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/ws.h"
#include "feed.h"
#include "fuzz.h"

struct side {
	struct ws_reader	 reader;
	struct fuzz_story	 done, message;	/* what is complete; the message under way */
	uint64_t		 size;		/* of that message */
	enum fault		 fault;
};

static void side_tell(struct side *s, uint8_t opcode, uint64_t size, const struct fuzz_story *body)
{
	fuzz_tell_number(&s->done, opcode);
	fuzz_tell_number(&s->done, size);
	fuzz_tell_number(&s->done, body->hash);
}

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	struct ws_event e;
	size_t used;

	(void)eof;
	s->fault = ws_read(&s->reader, p, n, &e, &used);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	if (used == 0) {
		FUZZ_CHECK(n < WS_HEAD_MAX + WS_CONTROL_MAX);
		return 0;
	}
	FUZZ_CHECK(e.p >= p && e.n <= n && e.p + e.n == p + used);
	FUZZ_CHECK(e.n > 0 || s->reader.left == 0);
	struct fuzz_story body = {0}, *story = e.opcode < WS_CLOSE ? &s->message : &body;
	fuzz_tell(story, e.p, e.n);
	if (e.opcode >= WS_CLOSE) {
		FUZZ_CHECK(!e.more && e.n <= WS_CONTROL_MAX);
		side_tell(s, e.opcode, e.n, &body);
		return used;
	}
	s->size += e.n;
	FUZZ_CHECK(s->reader.max_message == 0 || e.compressed || s->size <= s->reader.max_message);
	if (!e.more) {
		side_tell(s, e.opcode, s->size, &s->message);
		s->message.hash = 0;
		s->size = 0;
	}
	return used;
}

/*
 * RFC 6455 section 5.2 with all bytes at hand; 0 when this is no whole, right frame. rsv: what may
 * be set of the reserved bits.
 */
static size_t plain_head(const uint8_t *p, size_t n, bool masked, uint8_t rsv, uint64_t *length)
{
	size_t at = 2;

	if (n < 2 || (p[0] & 0x70 & ~rsv) || (p[1] >> 7) != masked)
		return 0;
	*length = p[1] & 0x7f;
	size_t more = *length == 126 ? 2 : *length == 127 ? 8 : 0;
	if (n < at + more + (masked ? 4 : 0))
		return 0;
	if (more > 0)
		*length = 0;
	for (; more > 0; more--)
		*length = *length << 8 | p[at++];
	if ((at == 4 && *length < 126) || (at == 10 && *length < 65536) || *length >> 63)
		return 0;
	at += masked ? 4 : 0;
	return *length <= n - at ? at : 0;
}

static bool plain_close(const uint8_t *p, size_t n)
{
	struct utf8_state utf8 = {0};

	if (n == 0)
		return true;
	unsigned code = n < 2 ? 0 : (unsigned)p[0] << 8 | p[1];
	return ws_close_code_valid(code) && utf8_check(&utf8, p + 2, n - 2) && utf8.state == 0;
}

/* Tells all messages that are whole and right up to the first that is not. */
static void plain_read(struct side *s, const uint8_t *p, size_t n)
{
	uint8_t *body = malloc(n + 1), opcode = 0;
	size_t head, size = 0;
	uint64_t length;
	bool bad, compressed = false;

	FUZZ_CHECK(body);
	for (; (head = plain_head(p, n, s->reader.masked, s->reader.deflate ? WS_RSV1 : 0,
	    &length)) > 0; p += head + length, n -= head + length) {
		uint8_t op = p[0] & 15, frame[WS_CONTROL_MAX];
		if (p[0] & WS_RSV1 && op != WS_TEXT && op != WS_BINARY)
			break;
		bool control = op >= 8, final = p[0] >> 7;
		struct fuzz_story story = {0};
		if (control && (op > 10 || length > WS_CONTROL_MAX || !final))
			break;
		if (!control && (op > 2 || (op == 0) != (opcode != 0)))
			break;
		uint8_t *to = control ? frame : body + size;
		for (size_t i = 0; i < length; i++)
			to[i] = p[head + i] ^ (s->reader.masked ? p[head - 4 + i % 4] : 0);
		if (control) {
			if (op == WS_CLOSE && !plain_close(frame, length))
				break;
			fuzz_tell(&story, frame, length);
			side_tell(s, op, length, &story);
			continue;
		}
		compressed = op ? p[0] & WS_RSV1 : compressed;
		opcode = op ? op : opcode;
		size += length;
		if (s->reader.max_message && !compressed && size > s->reader.max_message)
			break;
		bool whole = opcode != WS_TEXT || compressed || utf8_prefix(body, size, &bad) == size;
		if (!whole && (bad || final))
			break;
		if (!final)
			continue;
		fuzz_tell(&story, body, size);
		side_tell(s, opcode, size, &story);
		size = opcode = 0;
	}
	free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint64_t limits[] = {0, 1, 100, 70000};
	uint8_t choice = fuzz_choice(&p, &n), cut = fuzz_choice(&p, &n);
	struct side sides[3];

	for (size_t i = 0; i < 3; i++) {
		sides[i] = (struct side){.fault = FAULT_NONE};
		ws_reader_init(&sides[i].reader, !(choice & 4), limits[choice & 3]);
		sides[i].reader.deflate = choice & 8;
	}
	size_t left = feed_all(side_step, &sides[0], p, n, FEED_WHOLE);
	FUZZ_CHECK(feed_all(side_step, &sides[1], p, n, 1u + cut) == left);
	plain_read(&sides[2], p, n);
	FUZZ_CHECK(sides[0].fault == sides[1].fault);
	FUZZ_CHECK(sides[0].done.hash == sides[1].done.hash);
	FUZZ_CHECK(sides[0].done.hash == sides[2].done.hash);
	return 0;
}
