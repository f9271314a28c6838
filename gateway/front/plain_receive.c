/* GET P/ID: polls, and events. */
#include <inttypes.h>
#include <string.h>

#include "codec/json_text.h"
#include "codec/sse.h"
#include "front/plain.h"
#include "front/plain_request.h"
#include "front/receiver.h"

/* What goes ahead of the first event, so that whoever buffers answers on the way lets go of it. */
enum { PLAIN_SPACES = 64, PLAIN_PADDING = 32 };	/* so many times so many */

static void plain_poll_begin(struct buffer *b)
{
	buffer_add(b, SLICE("{\"messages\": ["));
}

static void plain_poll_message(struct buffer *b, const struct outbox_message *m, bool first)
{
	buffer_printf(b, "%s{\"id\": %" PRIu64 ", \"%s\": ", first ? "" : ", ", m->id,
	    m->kind == MSG_TEXT ? "text" : "base64");
	if (m->kind == MSG_TEXT)
		json_text_add(b, outbox_text(m), NULL);
	else
		json_text_add_base64(b, outbox_text(m));
	buffer_add(b, SLICE("}"));
}

static void plain_add_end(struct buffer *b, const struct session_end *e)
{
	buffer_printf(b, "{\"code\": %u, \"reason\": ", e->code);
	json_text_add(b, e->reason, NULL);
}

static void plain_poll_end(struct buffer *b, const struct session_end *closing)
{
	buffer_add(b, SLICE("]"));
	if (closing) {
		buffer_add(b, SLICE(", \"closed\": "));
		plain_add_end(b, closing);
		buffer_add(b, SLICE("}"));
	}
	buffer_add(b, SLICE("}\n"));
}

static const struct dialect plain_poll_dialect = {
	.begin = plain_poll_begin,
	.message = plain_poll_message,
	.end = plain_poll_end,
	.closes_within = true,
};

/* Text with a CR in it, which an event cannot hold, travels as bytes do. */
static void plain_event_message(struct buffer *b, const struct outbox_message *m, bool first)
{
	struct slice text = outbox_text(m);

	(void)first;
	if (m->kind != MSG_TEXT)
		sse_add_base64(b, m->id, SLICE("binary"), text);
	else if (sse_can_hold(text))
		sse_add(b, m->id, SLICE(""), text);
	else
		sse_add_base64(b, m->id, SLICE("text"), text);
}

static void plain_event_beat(struct buffer *b)
{
	sse_add_comment(b, SLICE(""));
}

/* more: what else stands in its JSON. */
static void plain_event_add_close(struct buffer *b, const struct session_end *e, struct slice more)
{
	struct buffer data = {0};

	plain_add_end(&data, e);
	buffer_add(&data, more);
	buffer_add(&data, SLICE("}"));
	sse_add(b, 0, SLICE("close"), buffer_slice(&data));
	b->failed |= data.failed;
	buffer_clear(&data);
}

static void plain_event_close(struct buffer *b, const struct session_end *e)
{
	plain_event_add_close(b, e, SLICE(""));
}

static const struct dialect plain_event_dialect = {
	.message = plain_event_message,
	.beat = plain_event_beat,
	.close = plain_event_close,
};

static void plain_respond(struct receiver *r, const char *type, int64_t length)
{
	struct header headers[PLAIN_HEADERS];
	unsigned n = plain_request_n_headers;

	memcpy(headers, plain_request_headers, n * sizeof(headers[0]));
	headers[n++] = (struct header){SLICE("Content-Type"), slice_of(type)};
	exchange_respond(r->visit.x, &(struct response){.status = 200, .headers = headers,
	    .n_headers = n, .length = length});
}

static void plain_poll_head(struct receiver *r, size_t n)
{
	plain_respond(r, "application/json", (int64_t)n);
}

static void plain_events_head(struct receiver *r, size_t n)
{
	static char comment[] = ":", end[] = "\n\n", spaces[] =
	    "                                                                ";
	struct iovec iov[PLAIN_PADDING + 2];

	(void)n;
	iov[0] = (struct iovec){comment, 1};
	for (size_t i = 1; i <= PLAIN_PADDING; i++)
		iov[i] = (struct iovec){spaces, PLAIN_SPACES};
	iov[PLAIN_PADDING + 1] = (struct iovec){end, 2};
	plain_respond(r, "text/event-stream", RESPONSE_LENGTH_UNKNOWN);
	exchange_write(r->visit.x, iov, PLAIN_PADDING + 2);
}

static void plain_receive_refuse(struct receiver *r)
{
	struct visit *v = &r->visit;

	if (v->answer == VISIT_NOTHING)
		exchange_answer(v->x, 204, plain_request_headers, plain_request_n_headers, NULL,
		    SLICE(""));
	else
		plain_request_refuse(v);
}

/*
 * What a stream ends with when there is no session behind it any more. The session itself may be
 * there: who still wants it asks again.
 */
static void plain_events_last(struct receiver *r, struct buffer *b)
{
	enum fault f = r->visit.fault;

	plain_event_add_close(b, &(struct session_end){(uint16_t)fault_ws(f),
	    slice_of(fault_text(f))}, SLICE(", \"retry\": true"));
}

static const struct carrier plain_poll_carrier = {
	.transport = "longpoll",
	.dialect = &plain_poll_dialect,
	.once = true,
	.begin = plain_poll_head,
	.refuse = plain_receive_refuse,
};

static const struct carrier plain_events_carrier = {
	.transport = "sse",
	.dialect = &plain_event_dialect,
	.begin = plain_events_head,
	.refuse = plain_receive_refuse,
	.last = plain_events_last,
};

/* What a browser says when it comes again goes before what it said at first. */
static enum fault plain_receive_after(struct visit *v)
{
	struct slice last = exchange_header(v->x, SLICE("Last-Event-ID"));
	bool given;

	v->resumes = true;
	if (!v->once && last.n > 0)
		return slice_u64(last, &v->after) ? FAULT_NONE : FAULT_BAD_NUMBER;
	return plain_request_number(v->x, SLICE("after"), &v->after, &given);
}

static enum fault plain_receive(struct exchange *x, const struct carrier *carrier)
{
	struct receiver *r = receiver_new(x, carrier);

	if (r == NULL)
		return FAULT_NO_MEMORY;
	r->visit.link = plain_request_find(x);
	enum fault f = plain_receive_after(&r->visit);
	if (f == FAULT_NONE) {
		visit_send(&r->visit);
		return f;
	}
	x->state = NULL;
	visit_end(&r->visit);
	return f;
}

static enum fault plain_poll_open(struct exchange *x)
{
	return plain_receive(x, &plain_poll_carrier);
}

static enum fault plain_events_open(struct exchange *x)
{
	return plain_receive(x, &plain_events_carrier);
}

const struct handler plain_poll_handler = {
	.name = "longpoll",
	.attended = true,
	.json = true,
	.open = plain_poll_open,
	.full = receiver_full,
	.room = receiver_room,
	.gone = receiver_gone,
};

const struct handler plain_events_handler = {
	.name = "sse",
	.attended = true,
	.json = true,
	.open = plain_events_open,
	.full = receiver_full,
	.room = receiver_room,
	.gone = receiver_gone,
};
