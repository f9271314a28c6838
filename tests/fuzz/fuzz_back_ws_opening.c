/*
 * A WebSocket backend's answer to our handshake: whole and cut it comes to the same, and nothing is
 * taken for an acceptance but a 101 with the right accept value.
 */
#include <stdlib.h>
#include <string.h>

#include "back/back_refusal.h"
#include "back/back_ws_opening.h"
#include "codec/ws_client.h"
#include "codec/ws_handshake.h"
#include "feed.h"
#include "fuzz.h"

/* Stands in the input where the right accept value is to stand. */
static const char right[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/* A client's exchange, as far as the opening looks at it. */
struct world {
	struct worker		 worker;
	struct config_listener	 listener;
	struct config_limits	 limits;
	struct config_route	 conf;
	struct route		 route;
	struct client		 client;
	struct request		 request;
	struct header		 offer;
	struct exchange		 x;
};

struct side {
	struct world		 world;
	struct back_ws_opening	*opening;
	enum back_ws_verdict	 verdict;
	struct fuzz_story	 story;
	enum fault		 fault;
	size_t			 used;
	char			 accept[WS_ACCEPT_SIZE];	/* what it waits for */
};

/* True if there was any. */
static bool swap(uint8_t *p, size_t n, const char *from, const char *to)
{
	uint8_t *at = p;
	bool any = false;

	while ((at = memmem(at, n - (size_t)(at - p), from, WS_ACCEPT_SIZE)) != NULL) {
		memcpy(at, to, WS_ACCEPT_SIZE);
		any = true;
	}
	return any;
}

static void side_init(struct side *s, uint8_t choice)
{
	struct world *w = &s->world;

	*s = (struct side){.verdict = BACK_WS_WAIT};
	w->limits = (struct config_limits){.head = 2000, .headers = 20};
	w->conf.deflate.enable = choice & 1;
	w->conf.deflate.context_takeover = choice & 2;
	w->route.conf = &w->conf;
	w->client = (struct client){.worker = &w->worker, .listener = &w->listener,
	    .limits = &w->limits};
	w->offer = (struct header){SLICE("Sec-WebSocket-Protocol"), SLICE("a, b")};
	w->request = (struct request){.protocol = HTTP_1_1, .method = SLICE("GET"),
	    .authority = SLICE("h"), .path = SLICE("/"), .headers = &w->offer,
	    .n_headers = choice & 4 ? 1 : 0};
	w->x = (struct exchange){.client = &w->client, .route = &w->route, .request = &w->request};
	arena_init(&w->x.arena);
	FUZZ_CHECK(back_ws_opening_new(&w->x, &s->opening) == FAULT_NONE);
}

static void side_fini(struct side *s)
{
	back_ws_opening_free(s->opening);
	FUZZ_CHECK(s->world.worker.stats.assembled == 0);
	arena_fini(&s->world.x.arena);
}

static void side_accept(struct side *s)
{
	static const struct config_server server = {.kind = SERVER_WS, .host = "h", .port = 80};
	struct slice head;

	FUZZ_CHECK(back_ws_opening_request(s->opening, &server, &head) == FAULT_NONE);
	const char *key = memmem(head.p, head.n, "Sec-WebSocket-Key: ", 19);
	FUZZ_CHECK(key);
	FUZZ_CHECK(ws_handshake_accept((struct slice){key + 19, WS_KEY_SIZE}, s->accept) ==
	    FAULT_NONE);
}

/* Each side waits for a value of its own, which may stand anywhere. */
static void side_tell(struct side *s, const void *p, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	FUZZ_CHECK(copy);
	if (n > 0)
		memcpy(copy, p, n);
	swap(copy, n, s->accept, right);
	fuzz_tell(&s->story, copy, n);
	free(copy);
}

static void side_tell_headers(struct side *s, const struct header *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		FUZZ_CHECK(!slice_ieq(v[i].name, SLICE("Content-Length")));
		FUZZ_CHECK(!slice_ieq(v[i].name, SLICE("Transfer-Encoding")));
		FUZZ_CHECK(!slice_ieq(v[i].name, SLICE("Connection")));
		side_tell(s, v[i].name.p, v[i].name.n);
		side_tell(s, v[i].value.p, v[i].value.n);
	}
}

static void side_tell_agreed(struct side *s, const struct back_ws_agreed *agreed)
{
	fuzz_tell(&s->story, agreed->subprotocol.p, agreed->subprotocol.n);
	fuzz_tell_number(&s->story, agreed->deflate.on);
	fuzz_tell_number(&s->story, agreed->deflate.in_takeover);
	fuzz_tell_number(&s->story, agreed->deflate.out_takeover);
	for (unsigned i = 0; i < agreed->n_headers; i++)
		FUZZ_CHECK(!slice_ieq(agreed->headers[i].name, SLICE("Sec-WebSocket-Accept")));
	side_tell_headers(s, agreed->headers, agreed->n_headers);
	FUZZ_CHECK(s->world.conf.deflate.enable || !agreed->deflate.on);
	FUZZ_CHECK(agreed->subprotocol.n == 0 || s->world.request.n_headers == 1);
}

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	struct back_ws_agreed agreed;
	const char *why;
	size_t used;

	(void)eof;
	s->fault = back_ws_opening_feed(s->opening, p, n, &used, &s->verdict, &agreed, &why);
	if (s->fault != FAULT_NONE) {
		FUZZ_CHECK((why != NULL) == (s->fault == FAULT_BACK_HANDSHAKE));
		return FEED_STOP;
	}
	FUZZ_CHECK(used <= n);
	s->used += used;
	if (s->verdict == BACK_WS_ACCEPTED)
		side_tell_agreed(s, &agreed);
	return s->verdict == BACK_WS_WAIT ? used : FEED_STOP;
}

static void side_tell_refusal(struct side *s)
{
	struct refusal r;

	FUZZ_CHECK(back_ws_opening_refusal(s->opening, &r) == FAULT_NONE);
	FUZZ_CHECK(r.response.status >= 300 && r.response.status < 600);
	FUZZ_CHECK(r.response.length == (int64_t)r.body.n && r.body.n <= BACK_REFUSAL_BODY);
	fuzz_tell_number(&s->story, (uint64_t)r.response.status);
	side_tell_headers(s, r.response.headers, r.response.n_headers);
	side_tell(s, r.body.p, r.body.n);
}

static void side_run(struct side *s, uint8_t choice, const uint8_t *p, size_t n, uint32_t cut)
{
	uint8_t *bytes = malloc(n + 1);

	FUZZ_CHECK(bytes);
	if (n > 0)
		memcpy(bytes, p, n);
	side_init(s, choice);
	side_accept(s);
	bool spoken = swap(bytes, n, right, s->accept);
	size_t left = feed_all(side_step, s, bytes, n, cut);
	if (s->fault == FAULT_NONE && s->verdict == BACK_WS_WAIT) {
		s->fault = back_ws_opening_end(s->opening, left > 0);
		s->verdict = back_ws_opening_refuses(s->opening) ? BACK_WS_REFUSED : BACK_WS_WAIT;
	}
	FUZZ_CHECK(s->fault != FAULT_NONE || s->verdict != BACK_WS_WAIT);
	FUZZ_CHECK(s->fault != FAULT_NONE || s->verdict != BACK_WS_ACCEPTED || spoken);
	if (s->fault == FAULT_NONE && s->verdict == BACK_WS_REFUSED)
		side_tell_refusal(s);
	side_fini(s);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n), cut = fuzz_choice(&p, &n);
	struct side sides[2];

	side_run(&sides[0], choice, p, n, FEED_WHOLE);
	side_run(&sides[1], choice, p, n, 1u + cut);
	FUZZ_CHECK(sides[0].fault == sides[1].fault);
	FUZZ_CHECK(sides[0].verdict == sides[1].verdict || sides[0].fault != FAULT_NONE);
	FUZZ_CHECK(sides[0].story.hash == sides[1].story.hash);
	FUZZ_CHECK(sides[0].verdict != BACK_WS_ACCEPTED || sides[0].fault != FAULT_NONE ||
	    sides[0].used == sides[1].used);
	return 0;
}
