/*
 * A server's bytes, scripted by the fuzzer, through the client of HTTP/1.1 and its stream: whole and
 * cut they are the same answer; it ends once, and is called complete only if it is.
 */
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "fuzz.h"
#include "http/h1_client.h"

enum { ROUNDS = 20000 };

struct side {
	struct h1_client	 client;
	struct fuzz_story	 story;
	bool			 answered, ended, gone, switched;
	unsigned		 proceeded;
	uint64_t		 length, got;
	bool			 has_length;
};

/* What the server says, and how much of it comes at a time. */
static struct script {
	const uint8_t	*p;
	size_t		 n, at;
	uint32_t	 cut;		/* as in feed.h */
	bool		 reset;		/* at the end: a reset, no end */
} script;

static struct side *side_of(struct h1_client *c)
{
	return LIST_OWNER(c, struct side, client);
}

static enum fault script_read(struct stream *s, uint8_t *p, size_t most, size_t *got, bool *eof)
{
	size_t n = script.n - script.at;

	(void)s;
	if (script.cut == FEED_BYTES && n > 1)
		n = 1;
	else if (script.cut > FEED_BYTES && n > 1)
		n = 1 + feed_random(&script.cut) % n;
	*got = n < most ? n : most;
	memcpy(p, script.p + script.at, *got);
	*eof = script.at == script.n && !script.reset;
	script.at += *got;
	return *got == 0 && script.reset ? FAULT_RESET : FAULT_NONE;
}

static enum fault script_write(struct stream *s, const struct iovec *iov, int n, size_t *put)
{
	(void)s;
	*put = 0;
	for (int i = 0; i < n; i++)
		*put += iov[i].iov_len;
	return FAULT_NONE;
}

static void script_shut(struct stream *s)
{
	(void)s;
}

static size_t script_unsent(struct stream *s)
{
	(void)s;
	return 0;
}

static void script_close(struct stream *s, bool reset)
{
	(void)s;
	(void)reset;
}

static const struct stream_io script_io = {
	.name = "script",
	.read = script_read,
	.write = script_write,
	.shut = script_shut,
	.unsent = script_unsent,
	.close = script_close,
};

static void check_open(const struct side *s)
{
	FUZZ_CHECK(!s->ended && !s->gone && !s->switched);
}

static void side_proceed(struct h1_client *c)
{
	check_open(side_of(c));
	FUZZ_CHECK(!side_of(c)->answered);
	side_of(c)->proceeded++;
}

static void side_head(struct h1_client *c, const struct http1_response *r)
{
	struct side *s = side_of(c);

	check_open(s);
	FUZZ_CHECK(!s->answered && (r->status >= 200 || r->status == 101));
	s->answered = true;
	s->has_length = r->body == HTTP1_BODY_LENGTH;
	s->length = r->length;
	fuzz_tell_number(&s->story, r->status);
	for (unsigned i = 0; i < r->n_headers; i++) {
		fuzz_tell(&s->story, r->headers[i].name.p, r->headers[i].name.n);
		fuzz_tell(&s->story, r->headers[i].value.p, r->headers[i].value.n);
	}
	if (r->status != 101)
		return;
	FUZZ_CHECK(c->upgrade);
	s->switched = true;
	stream_close(h1_client_release(c), false);
}

static void side_body(struct h1_client *c, uint8_t *p, size_t n)
{
	struct side *s = side_of(c);

	check_open(s);
	FUZZ_CHECK(s->answered && n > 0);
	s->got += n;
	FUZZ_CHECK(!s->has_length || s->got <= s->length);
	fuzz_tell(&s->story, p, n);
}

static void side_end(struct h1_client *c, enum h1_client_end how)
{
	struct side *s = side_of(c);

	check_open(s);
	FUZZ_CHECK(s->answered && (!s->has_length || s->got == s->length));
	FUZZ_CHECK(how == H1_CLIENT_COMPLETE || (!s->has_length && !script.reset));
	FUZZ_CHECK(how == H1_CLIENT_COMPLETE || !h1_client_is_reusable(c));
	s->ended = true;
	fuzz_tell_number(&s->story, (uint64_t)how);
	h1_client_close(c);
}

static void side_gone(struct h1_client *c, enum fault f)
{
	struct side *s = side_of(c);

	check_open(s);
	FUZZ_CHECK(c->stream == NULL);
	s->gone = true;
	fuzz_tell_number(&s->story, f);
}

static void side_ignore(struct h1_client *c)
{
	(void)c;
}

static const struct h1_client_events side_events = {
	.proceed = side_proceed,
	.head = side_head,
	.body = side_body,
	.end = side_end,
	.full = side_ignore,
	.room = side_ignore,
	.gone = side_gone,
};

static size_t nothing_bytes(struct stream *s, uint8_t *p, size_t n)
{
	(void)s;
	(void)p;
	(void)n;
	return 0;
}

static void nothing_up(struct stream *s)
{
	stream_pause(s, PAUSE_DIAL);
}

static const struct stream_events nothing = {.up = nothing_up, .bytes = nothing_bytes};

static void side_run(struct side *s, uint8_t choice)
{
	static const struct http1_limits limits = {600, 8};
	const struct h1_client_request request = {.head = SLICE("GET / HTTP/1.1\r\n\r\n"),
	    .head_only = choice & 1, .upgrade = choice & 2};
	struct worker w;

	FUZZ_CHECK(worker_init(&w, 0, false) == FAULT_NONE);
	FUZZ_CHECK(net_worker_init(&w) == FAULT_NONE);
	w.net->io = &script_io;
	struct stream *stream = stream_new(&w, -2, NULL, &nothing, s);
	FUZZ_CHECK(stream);
	stream_start(stream);
	worker_settle(&w);
	h1_client_open(&s->client, stream, &limits, &side_events, &request);
	worker_settle(&w);
	for (int i = 0; i < ROUNDS && s->client.stream; i++) {
		if (stream->watch.armed & WATCH_READ)
			stream->watch.ready(&stream->watch, WATCH_READ);
		worker_settle(&w);
	}
	FUZZ_CHECK(s->client.stream == NULL);
	FUZZ_CHECK(s->ended + s->gone + s->switched == 1);
	net_worker_fini(&w);
	worker_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n);
	struct side sides[2] = {{.answered = false}};

	for (size_t i = 0; i < 2; i++) {
		script = (struct script){p, n, 0, i ? 1u + (choice >> 3) : FEED_WHOLE, choice & 4};
		side_run(&sides[i], choice);
	}
	FUZZ_CHECK(sides[0].story.hash == sides[1].story.hash);
	FUZZ_CHECK(sides[0].proceeded == sides[1].proceeded);
	return 0;
}
