/* SockJS: URLs, bodies, forms, and frames in answers. The first byte says which. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "codec/sockjs_body.h"
#include "codec/sockjs_frame.h"
#include "codec/sockjs_url.h"
#include "fuzz.h"

/* Parts stand in the tail, in order, and put together they are it. */
static void fuzz_url(const uint8_t *p, size_t n)
{
	struct slice tail = {(const char *)p, n};
	struct sockjs_url url;

	FUZZ_CHECK(!sockjs_url_is_callback(tail) || memchr(p, '/', n) == NULL);
	if (!sockjs_url_read(tail, &url))
		return;
	FUZZ_CHECK(!sockjs_url_is_iframe(tail));
	FUZZ_CHECK(url.session.n > 1 && url.session.p[0] == '/');
	FUZZ_CHECK(url.session.p > tail.p + 1 && url.session.p[url.session.n] == '/');
	FUZZ_CHECK(url.transport.p == url.session.p + url.session.n + 1);
	FUZZ_CHECK(url.transport.p + url.transport.n == tail.p + tail.n);
	FUZZ_CHECK(memchr(url.session.p, '.', url.session.n) == NULL);
}

static uint8_t *fuzz_copy(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	FUZZ_CHECK(copy);
	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

/* All messages of a good body, as an array in a frame of ours. */
static void fuzz_frame(struct buffer *b, const uint8_t *p, size_t n, size_t count)
{
	uint8_t *copy = fuzz_copy(p, n);
	struct sockjs_bytes body = {copy, n};
	size_t found = 0, total = 0;
	struct sockjs_bytes m;

	buffer_add(b, SLICE("["));
	for (; sockjs_body_next(&body, &m); found++) {
		struct utf8_state utf8 = {0};
		FUZZ_CHECK(utf8_check(&utf8, m.p, m.n) && utf8.state == 0);
		FUZZ_CHECK(m.p >= copy && m.p + m.n <= copy + n);
		total += m.n;
		if (found)
			buffer_add(b, SLICE(","));
		sockjs_frame_add_text(b, (struct slice){(const char *)m.p, m.n});
	}
	buffer_add(b, SLICE("]"));
	FUZZ_CHECK(found == count && total + 2 * count <= n && !b->failed);
	free(copy);
}

/* What was taken is given as something that is taken, and given the same again. */
static void fuzz_body(const uint8_t *p, size_t n)
{
	struct buffer once = {0}, twice = {0};
	uint8_t *copy = fuzz_copy(p, n);
	struct sockjs_bytes body = {copy, n};
	size_t count, again;

	if (sockjs_body_check(&body, 0, &count) == FAULT_NONE) {
		fuzz_frame(&once, p, n, count);
		FUZZ_CHECK(sockjs_body_check(&(struct sockjs_bytes){once.p, once.n}, 0, &again) ==
		    FAULT_NONE);
		FUZZ_CHECK(again == count);
		fuzz_frame(&twice, once.p, once.n, again);
		FUZZ_CHECK(slice_eq(buffer_slice(&once), buffer_slice(&twice)));
		FUZZ_CHECK(memchr(once.p, '\n', once.n) == NULL);
	}
	buffer_clear(&once);
	buffer_clear(&twice);
	free(copy);
}

static void fuzz_form(const uint8_t *p, size_t n)
{
	uint8_t *copy = fuzz_copy(p, n);
	struct sockjs_bytes body = {copy, n};

	if (sockjs_body_of_form(&body)) {
		FUZZ_CHECK(body.n <= n && body.p >= copy && body.p + body.n <= copy + n);
		fuzz_body(body.p, body.n);
	}
	free(copy);
}

/* Nothing in a frame ends what it stands in; a script's string is the frame. */
static void fuzz_wrapped(const uint8_t *p, size_t n)
{
	struct utf8_state utf8 = {0};
	struct buffer frame = {0}, b = {0};
	struct sockjs_bytes m;

	if (!utf8_check(&utf8, p, n) || utf8.state != 0)
		return;
	sockjs_frame_add_close(&frame, 1000, (struct slice){(const char *)p, n});
	buffer_add(&b, buffer_slice(&frame));
	sockjs_frame_to_html(&b);
	struct slice inside = {(const char *)b.p + 10, b.n - 10 - 13};
	FUZZ_CHECK(memchr(inside.p, '<', inside.n) == NULL && memchr(inside.p, '\r', inside.n) == NULL);
	struct sockjs_bytes body = {b.p, b.n};
	FUZZ_CHECK(sockjs_body_next(&body, &m));
	FUZZ_CHECK(slice_eq((struct slice){(const char *)m.p, m.n}, buffer_slice(&frame)));
	buffer_clear(&b);
	buffer_clear(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const targets[])(const uint8_t *, size_t) = {fuzz_url, fuzz_body, fuzz_form,
	    fuzz_wrapped};
	uint8_t choice = fuzz_choice(&p, &n);

	targets[choice % 4](p, n);
	return 0;
}
