/*
 * The events of a server behind a WebSocket: each lies within the body, none is taken twice, and
 * what is written from what was read is read as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/websocket_events.h"
#include "fuzz.h"

/* All but what is of no use to us, which has another name. */
static void expect_same(const struct websocket_event *e)
{
	char *text = malloc(e->content.n + WEBSOCKET_EVENTS_HEAD + 2);
	struct websocket_event again;

	FUZZ_CHECK(text);
	size_t n = e->content.p ? websocket_events_head(text, e->kind, e->content.n)
	    : websocket_events_bare(text, e->kind);
	FUZZ_CHECK(n < WEBSOCKET_EVENTS_HEAD);
	if (e->content.p) {
		memcpy(text + n, e->content.p, e->content.n);
		memcpy(text + n + e->content.n, "\r\n", 2);
		n += e->content.n + 2;
	}
	struct slice rest = {text, n};
	FUZZ_CHECK(websocket_events_read(&rest, &again) == FAULT_NONE);
	FUZZ_CHECK(rest.n == 0 && again.kind == e->kind && slice_eq(again.content, e->content));
	FUZZ_CHECK((again.content.p == NULL) == (e->content.p == NULL));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice rest = {(const char *)p, n};
	struct websocket_event e;

	while (rest.n > 0) {
		struct slice before = rest;
		if (websocket_events_read(&rest, &e) != FAULT_NONE)
			break;
		FUZZ_CHECK(rest.n < before.n && rest.p + rest.n == (const char *)p + n);
		FUZZ_CHECK(e.kind <= EVENT_OTHER);
		if (e.content.p)
			FUZZ_CHECK(e.content.p > before.p &&
			    e.content.p + e.content.n + 2 == rest.p);
		if (e.kind != EVENT_OTHER)
			expect_same(&e);
	}
	return 0;
}
