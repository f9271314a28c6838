/* The transports of SockJS that receive. */
#include "base/log.h"
#include "codec/http_path.h"
#include "front/front_ws.h"
#include "front/sockjs.h"
#include "front/sockjs_answer.h"
#include "http/origin.h"
#include "http/status.h"

/* Pieces of what makes old browsers, and proxies, let go of an answer. */
enum {
	SOCKJS_PIECE = 64,
	SOCKJS_PRELUDE = 2048 / SOCKJS_PIECE,
	SOCKJS_PADDING = 1024 / SOCKJS_PIECE
};

static uint64_t sockjs_disconnect(const struct config_route *r)
{
	return r->sockjs.disconnect;
}

static uint64_t sockjs_heartbeat(const struct config_route *r)
{
	return r->sockjs.heartbeat;
}

static uint64_t sockjs_buffer(const struct config_route *r)
{
	return r->buffer;
}

static unsigned sockjs_max_per_ip(const struct config_route *r)
{
	return r->session.max_per_ip;
}

static uint64_t sockjs_response_limit(const struct config_route *r)
{
	return r->sockjs.response_limit;
}

static const struct session_kind sockjs_kind = {
	.name = "sockjs",
	.patience = sockjs_disconnect,
	.left = FAULT_SOCKJS_LEFT,
	.poll = sockjs_heartbeat,
	.beat = sockjs_heartbeat,
	.keeps = sockjs_buffer,
	.most = sockjs_max_per_ip,
};

static void sockjs_dialect_open(struct buffer *b)
{
	buffer_add(b, SLICE("o"));
}

static void sockjs_dialect_begin(struct buffer *b)
{
	buffer_add(b, SLICE("a["));
}

static void sockjs_dialect_message(struct buffer *b, const struct outbox_message *m, bool first)
{
	if (!first)
		buffer_add(b, SLICE(","));
	sockjs_add(b, m->kind, outbox_text(m));
}

static void sockjs_dialect_end(struct buffer *b, const struct session_end *closing)
{
	(void)closing;
	buffer_add(b, SLICE("]"));
}

static void sockjs_dialect_beat(struct buffer *b)
{
	buffer_add(b, SLICE("h"));
}

static void sockjs_dialect_close(struct buffer *b, const struct session_end *e)
{
	sockjs_frame_add_close(b, e->code, e->reason);
}

static const struct dialect sockjs_dialect = {
	.open = sockjs_dialect_open,
	.begin = sockjs_dialect_begin,
	.message = sockjs_dialect_message,
	.end = sockjs_dialect_end,
	.beat = sockjs_dialect_beat,
	.close = sockjs_dialect_close,
};

static void sockjs_respond(struct receiver *r, const char *type, int64_t length)
{
	struct exchange *x = r->visit.x;
	struct sockjs_head h;

	sockjs_head_make(&h, x, SOCKJS_SESSION);
	sockjs_head_add(&h, SLICE("Content-Type"), slice_of(type));
	if (r->callback.n > 0)
		sockjs_head_add(&h, SLICE("X-Content-Type-Options"), SLICE("nosniff"));
	exchange_respond(x, &(struct response){.status = 200, .headers = h.v, .n_headers = h.n,
	    .length = length});
}

/* What goes ahead of all frames, in a piece of its own; nothing in it is long, or it stays. */
static void sockjs_respond_prelude(struct receiver *r, const char *type, const struct iovec *iov,
    int n)
{
	sockjs_respond(r, type, RESPONSE_LENGTH_UNKNOWN);
	exchange_write(r->visit.x, iov, n);
}

static struct iovec sockjs_piece(const char *p, size_t n)
{
	return (struct iovec){(void *)(uintptr_t)p, n};
}

static void sockjs_xhr_begin(struct receiver *r, size_t n)
{
	sockjs_respond(r, "application/javascript; charset=UTF-8", (int64_t)n);
}

static void sockjs_streaming_begin(struct receiver *r, size_t n)
{
	static const char piece[] =
	    "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh";
	struct iovec iov[SOCKJS_PRELUDE + 1];

	(void)n;
	for (size_t i = 0; i < SOCKJS_PRELUDE; i++)
		iov[i] = sockjs_piece(piece, SOCKJS_PIECE);
	iov[SOCKJS_PRELUDE] = sockjs_piece("\n", 1);
	sockjs_respond_prelude(r, "application/javascript; charset=UTF-8", iov,
	    SOCKJS_PRELUDE + 1);
}

static void sockjs_eventsource_begin(struct receiver *r, size_t n)
{
	const struct iovec iov = sockjs_piece("\r\n", 2);

	(void)n;
	sockjs_respond_prelude(r, "text/event-stream", &iov, 1);
}

static const char sockjs_html_before[] =
	"<!doctype html>\n<html><head>\n"
	"  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
	"  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
	"</head><body><h2>Don't panic!</h2>\n"
	"  <script>\n    document.domain = document.domain;\n    var c = parent.";
static const char sockjs_html_behind[] =
	";\n    c.start();\n    function p(d) {c.message(d);};\n"
	"    window.onload = function() {c.stop();};\n  </script>\n";

static void sockjs_htmlfile_begin(struct receiver *r, size_t n)
{
	static const char spaces[] =
	    "                                                                ";
	struct iovec iov[SOCKJS_PADDING + 4];
	int used = 0;

	(void)n;
	iov[used++] = sockjs_piece(sockjs_html_before, sizeof(sockjs_html_before) - 1);
	iov[used++] = sockjs_piece(r->callback.p, r->callback.n);
	iov[used++] = sockjs_piece(sockjs_html_behind, sizeof(sockjs_html_behind) - 1);
	for (size_t i = 0; i < SOCKJS_PADDING; i++)
		iov[used++] = sockjs_piece(spaces, SOCKJS_PIECE);
	iov[used++] = sockjs_piece("\r\n\r\n", 4);
	sockjs_respond_prelude(r, "text/html; charset=UTF-8", iov, used);
}

static void sockjs_wrap_line(struct receiver *r, struct buffer *b)
{
	(void)r;
	sockjs_frame_to_line(b);
}

static void sockjs_wrap_event(struct receiver *r, struct buffer *b)
{
	(void)r;
	sockjs_frame_to_event(b);
}

static void sockjs_wrap_html(struct receiver *r, struct buffer *b)
{
	(void)r;
	sockjs_frame_to_html(b);
}

static void sockjs_wrap_script(struct receiver *r, struct buffer *b)
{
	sockjs_frame_to_script(b, r->callback);
}

/* In SockJS's own way: a session that ended at once. */
static void sockjs_refuse_by_frame(struct receiver *r)
{
	enum fault f = r->visit.fault;

	r->visit.x->refused = f;
	if (f == FAULT_SESSION_UNKNOWN)		/* it ended while this was on its way */
		f = FAULT_PEER_EOF;
	sockjs_frame_add_close(&r->visit.frame, (uint16_t)fault_ws(f), slice_of(fault_text(f)));
	receiver_say(r);
}

static void sockjs_refuse(struct receiver *r)
{
	const struct visit *v = &r->visit;

	if (v->fault == FAULT_SESSION_BUSY || v->fault == FAULT_SESSION_UNKNOWN ||
	    v->x->route->conf->refuse == REFUSE_CLOSE)
		sockjs_refuse_by_frame(r);
	else
		sockjs_answer_fault(v->x, v->fault);
}

static void sockjs_relay(struct receiver *r, const struct refusal *refusal)
{
	int status = refusal->response.status;

	if (r->visit.x->route->conf->refuse == REFUSE_CLOSE) {
		sockjs_frame_add_close(&r->visit.frame, front_ws_refusal_code(status),
		    slice_of(status_phrase(status)));
		receiver_say(r);
	} else {
		sockjs_answer_refusal(r->visit.x, refusal);
	}
}

/* Within a response whose session is no more. */
static void sockjs_last(struct receiver *r, struct buffer *b)
{
	sockjs_frame_add_close(b, (uint16_t)fault_ws(FAULT_PEER_EOF), SLICE(""));
	r->carrier->wrap(r, b);
}

const struct carrier sockjs_xhr = {
	.transport = "sockjs/xhr",
	.dialect = &sockjs_dialect,
	.once = true,
	.begin = sockjs_xhr_begin,
	.wrap = sockjs_wrap_line,
	.refuse = sockjs_refuse,
	.relay = sockjs_relay,
};

const struct carrier sockjs_xhr_streaming = {
	.transport = "sockjs/xhr_streaming",
	.dialect = &sockjs_dialect,
	.begin = sockjs_streaming_begin,
	.wrap = sockjs_wrap_line,
	.refuse = sockjs_refuse,
	.relay = sockjs_relay,
	.last = sockjs_last,
	.limit = sockjs_response_limit,
};

const struct carrier sockjs_eventsource = {
	.transport = "sockjs/eventsource",
	.dialect = &sockjs_dialect,
	.begin = sockjs_eventsource_begin,
	.wrap = sockjs_wrap_event,
	.refuse = sockjs_refuse,
	.relay = sockjs_relay,
	.last = sockjs_last,
	.limit = sockjs_response_limit,
};

const struct carrier sockjs_htmlfile = {
	.transport = "sockjs/htmlfile",
	.dialect = &sockjs_dialect,
	.begin = sockjs_htmlfile_begin,
	.wrap = sockjs_wrap_html,
	.refuse = sockjs_refuse,
	.relay = sockjs_relay,
	.last = sockjs_last,
	.limit = sockjs_response_limit,
};

const struct carrier sockjs_jsonp = {
	.transport = "sockjs/jsonp",
	.dialect = &sockjs_dialect,
	.once = true,
	.begin = sockjs_xhr_begin,
	.wrap = sockjs_wrap_script,
	.refuse = sockjs_refuse,
	.relay = sockjs_relay,
};

static struct slice sockjs_callback_asked(const struct exchange *x)
{
	struct slice c = http_query_find(x->request->query, SLICE("c"));

	return c.p ? c : http_query_find(x->request->query, SLICE("callback"));
}

/* NULL: what is wrong was answered already. */
static const char *sockjs_callback(struct exchange *x)
{
	struct slice asked = sockjs_callback_asked(x), c;
	char *name = arena_alloc(&x->arena, asked.n + 1);

	if (name == NULL) {
		exchange_fail(x, FAULT_NO_MEMORY);
		return NULL;
	}
	c.p = name;
	if (http_path_decode(asked, true, name, &c.n) && sockjs_url_is_callback(c))
		return name;
	x->refused = FAULT_SOCKJS_CALLBACK;
	sockjs_answer(x, SOCKJS_SESSION, fault_http(FAULT_SOCKJS_CALLBACK),
	    "text/plain; charset=UTF-8", asked.n > 0 ? SLICE("invalid \"callback\" parameter")
	    : SLICE("\"callback\" parameter required"));
	return NULL;
}

static void sockjs_receive_begin(struct receiver *r, struct slice session)
{
	struct visit *v = &r->visit;
	struct exchange *x = v->x;
	char client[ADDRESS_TEXT];

	enum fault f = session_open(v, &sockjs_kind, session, r->carrier->transport);
	if (f == FAULT_NONE)
		return;
	log_fault(f, "route %s: %s", x->route->conf->name,
	    address_text(exchange_client(x), client));
	v->fault = f;
	sockjs_refuse(r);
	visit_end(v);
}

static enum fault sockjs_receive_open(struct exchange *x)
{
	struct sockjs_url url;
	const struct sockjs_transport *t = sockjs_find(x, &url);
	const char *callback = NULL;

	sockjs_hide(x);
	if (t->callback && !origin_of_page_allowed(x, &x->route->conf->origins)) {
		log_fault_words(FAULT_ORIGIN_DENIED, "route %s: %s asked for by \"%.*s\", not "
		    "allowed (add its origin to origins)", x->route->conf->name,
		    t->carrier->transport, SLICE_ARG(exchange_header(x, SLICE("Referer"))));
		return FAULT_ORIGIN_DENIED;
	}
	if (t->callback && (callback = sockjs_callback(x)) == NULL)
		return FAULT_NONE;
	struct receiver *r = receiver_new(x, t->carrier);
	if (r == NULL)
		return FAULT_NO_MEMORY;
	r->callback = slice_of(callback);
	sockjs_receive_begin(r, url.session);
	return FAULT_NONE;
}

const struct handler sockjs_receive_handler = {
	.name = "sockjs",
	.attended = true,
	.cors = true,
	.open = sockjs_receive_open,
	.full = receiver_full,
	.room = receiver_room,
	.gone = receiver_gone,
};
