/* What nghttp2 tells of a connection. */
#include "base/log.h"
#include "http/h2_conn.h"

enum { H2_WINDOW = 1024 * 1024 };	/* of a connection: what may be on its way to us */

/* The client floods: nothing more of it is read. */
static int h2_spend(struct h2_conn *c, enum h2_waste what)
{
	if (h2_budget_spend(&c->budget, what, h2_conn_worker(c)->now))
		return 0;
	h2_conn_fail(c, FAULT_H2_FLOOD);
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* What a frame costs in any case, by its type. */
static const struct {
	bool		counts;
	enum h2_waste	what;
} h2_frame_waste[] = {
	[NGHTTP2_PRIORITY] = {true, H2_WASTE_PRIORITY},
	[NGHTTP2_RST_STREAM] = {true, H2_WASTE_RESET},
	[NGHTTP2_SETTINGS] = {true, H2_WASTE_SETTINGS},
	[NGHTTP2_PING] = {true, H2_WASTE_PING},
	[NGHTTP2_WINDOW_UPDATE] = {true, H2_WASTE_WINDOW},
	[NGHTTP2_CONTINUATION] = {true, H2_WASTE_TINY},
};

static int h2_charge(struct h2_conn *c, const struct h2_frame *f)
{
	if (f->type >= sizeof(h2_frame_waste) / sizeof(h2_frame_waste[0]))
		return h2_spend(c, H2_WASTE_UNKNOWN);
	if (h2_frame_waste[f->type].counts)
		return h2_spend(c, h2_frame_waste[f->type].what);
	if (f->type == NGHTTP2_DATA && f->length == 0 && !(f->flags & NGHTTP2_FLAG_END_STREAM))
		return h2_spend(c, H2_WASTE_EMPTY);
	return 0;
}

static bool h2_is_of_message(const struct h2_frame *f)
{
	return f->type == NGHTTP2_HEADERS || f->type == NGHTTP2_DATA;
}

/* What nghttp2 does not mind, since it does not remember streams that are gone. */
static uint32_t h2_frame_error(struct h2_conn *c, const struct h2_frame *f)
{
	static const uint32_t errors[] = {
		[H2_PAST_FINE] = NGHTTP2_NO_ERROR,
		[H2_PAST_ENDED] = NGHTTP2_STREAM_CLOSED,
		[H2_PAST_NEVER] = NGHTTP2_PROTOCOL_ERROR,
	};

	/* Section 6.3, and RFC 7540 section 5.3.1: it would depend on itself. */
	if (f->type == NGHTTP2_PRIORITY && (f->stream == 0 || f->depends == f->stream))
		return NGHTTP2_PROTOCOL_ERROR;
	if (!h2_is_of_message(f) || f->stream == 0 ||
	    nghttp2_session_find_stream(c->session, f->stream))
		return NGHTTP2_NO_ERROR;
	return errors[h2_past_judge(&c->past, f->stream)];
}

static void h2_remember(struct h2_conn *c, const struct h2_frame *f)
{
	if (f->type == NGHTTP2_HEADERS)
		h2_past_open(&c->past, f->stream);
	if (f->type == NGHTTP2_RST_STREAM ||
	    (h2_is_of_message(f) && f->flags & NGHTTP2_FLAG_END_STREAM))
		h2_past_end(&c->past, f->stream);
}

/* Before nghttp2 sees a frame. */
static int h2_begin_frame(struct h2_conn *c, const struct h2_frame *f)
{
	uint32_t error = h2_frame_error(c, f);

	if (error != NGHTTP2_NO_ERROR)
		return nghttp2_session_terminate_session(c->session, error);
	if (f->type == NGHTTP2_HEADERS)
		c->head_began = h2_conn_worker(c)->now;
	h2_remember(c, f);
	return h2_charge(c, f);
}

/* Until its last frame is there a head is under way, be it one that nghttp2 does not want. */
static void h2_time_head(struct h2_conn *c)
{
	uint64_t patience = c->conn.client.limits->head_timeout;
	const struct h2_frames *f = &c->frames;
	bool block = f->frame.type == NGHTTP2_HEADERS || f->frame.type == NGHTTP2_CONTINUATION;

	if (!block || (f->left == 0 && f->frame.flags & NGHTTP2_FLAG_END_HEADERS))
		c->head_began = 0;
	else if (patience && c->conn.timer.deadline > c->head_began + patience)
		timer_set(h2_conn_worker(c), &c->conn.timer, c->head_began + patience);
}

static enum fault h2_recv_fault(ssize_t error)
{
	switch (error) {
	case NGHTTP2_ERR_NOMEM:
		return FAULT_NO_MEMORY;
	case NGHTTP2_ERR_FLOODED:
	case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
		return FAULT_H2_FLOOD;
	default:
		return FAULT_H2_PROTOCOL;
	}
}

void h2_session_bytes(struct h2_conn *c, uint8_t *p, size_t n)
{
	ssize_t got = 0;
	size_t part;
	bool begins;

	c->busy = true;
	for (size_t at = 0; at < n && got >= 0; at += part) {
		part = h2_frames_take(&c->frames, p + at, n - at, &begins);
		got = begins ? h2_begin_frame(c, &c->frames.frame) : 0;
		if (got == 0)
			got = nghttp2_session_mem_recv(c->session, p + at, part);
	}
	c->busy = false;
	h2_time_head(c);
	if (got < 0)
		h2_conn_fail(c, h2_recv_fault(got));
}

static int h2_on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *owner)
{
	struct h2_conn *c = owner;

	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;	/* trailers: nobody asks for them */
	struct h2_stream *s = h2_stream_new(c, frame->hd.stream_id);
	if (s == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	/* Everybody takes turns, whatever a client says about itself. */
	nghttp2_extpri turns = {.urgency = NGHTTP2_EXTPRI_DEFAULT_URGENCY, .inc = 1};
	nghttp2_session_set_stream_user_data(session, s->id, s);
	nghttp2_session_change_extpri_stream_priority(session, s->id, &turns, 1);
	return 0;
}

static int h2_on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags, void *owner)
{
	struct h2_conn *c = owner;
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);

	(void)flags;
	if (s == NULL || s->head == NULL)
		return 0;
	if (h2_head_add(s->head, &s->x.arena, c->conn.client.limits,
	    (struct slice){(const char *)name, name_n},
	    (struct slice){(const char *)value, value_n}))
		return 0;
	h2_conn_fail(c, FAULT_HEAD_TOO_LARGE);
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* nghttp2 would only leave such a field out. */
static int h2_on_invalid_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags,
    void *owner)
{
	(void)session;
	(void)frame;
	(void)name;
	(void)name_n;
	(void)value;
	(void)value_n;
	(void)flags;
	(void)owner;
	return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static int h2_on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p,
    size_t n, void *owner)
{
	struct h2_conn *c = owner;
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session, id);

	(void)flags;
	if (nghttp2_session_consume_connection(session, n) != 0)
		return NGHTTP2_ERR_NOMEM;
	if (s == NULL)
		return nghttp2_session_consume_stream(session, id, n) ? NGHTTP2_ERR_NOMEM : 0;
	if (h2_budget_is_tiny(n, s->x.tunnel) && h2_spend(c, H2_WASTE_TINY) != 0)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	h2_stream_data(s, (uint8_t *)(uintptr_t)p, n);	/* of the scratch */
	return 0;
}

static int h2_got_headers(struct h2_conn *c, struct h2_stream *s, const nghttp2_frame *frame)
{
	bool end = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;

	(void)c;
	if (s && s->head)
		h2_stream_open(s, end);
	else if (s && end)
		h2_stream_end(s);
	return 0;
}

static int h2_got_data(struct h2_conn *c, struct h2_stream *s, const nghttp2_frame *frame)
{
	if (frame->hd.length > 0 && frame->hd.length == frame->data.padlen &&
	    !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return h2_spend(c, H2_WASTE_EMPTY);
	if (s && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		h2_stream_end(s);
	return 0;
}

static int h2_got_settings(struct h2_conn *c, struct h2_stream *s, const nghttp2_frame *frame)
{
	(void)s;
	c->greeted |= !(frame->hd.flags & NGHTTP2_FLAG_ACK);
	return 0;
}

/* What there is to do for whole frames, by type; s NULL: of no stream, or of one that has ended. */
static int (*const h2_got[])(struct h2_conn *, struct h2_stream *, const nghttp2_frame *) = {
	[NGHTTP2_DATA] = h2_got_data,
	[NGHTTP2_HEADERS] = h2_got_headers,
	[NGHTTP2_SETTINGS] = h2_got_settings,
};

static int h2_on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *owner)
{
	uint8_t type = frame->hd.type;

	if (type >= sizeof(h2_got) / sizeof(h2_got[0]) || h2_got[type] == NULL)
		return 0;
	return h2_got[type](owner,
	    nghttp2_session_get_stream_user_data(session, frame->hd.stream_id), frame);
}

static int h2_on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int error,
    void *owner)
{
	(void)session;
	(void)frame;
	(void)error;
	return h2_spend(owner, H2_WASTE_INVALID);
}

/*
 * Our end of a stream is said. An answer that did not wait for the rest of its request says so, too
 * (section 8.1); a tunnel's client has yet to say its own end.
 */
static void h2_sent_end(struct h2_stream *s)
{
	if (!s->peer_end && !s->x.tunnel)
		h2_stream_reset(s, NGHTTP2_NO_ERROR);
	else
		h2_stream_bury(s);
}

static void h2_log_error(const struct h2_conn *c, int32_t stream, uint32_t code)
{
	char peer[ADDRESS_TEXT];

	log_fault(FAULT_H2_PROTOCOL, "listener %s: %s: %s of stream %d",
	    c->conn.client.listener->name, address_text(&c->conn.client.address, peer),
	    nghttp2_http2_strerror(code), (int)stream);
}

/* Codes that only nghttp2 says, of what a client did; ours are others. */
static bool h2_is_blame(uint32_t code)
{
	return code == NGHTTP2_PROTOCOL_ERROR || code == NGHTTP2_STREAM_CLOSED ||
	    code == NGHTTP2_FLOW_CONTROL_ERROR || code == NGHTTP2_FRAME_SIZE_ERROR;
}

static int h2_on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *owner)
{
	struct h2_conn *c = owner;
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);

	if (frame->hd.type == NGHTTP2_DATA && frame->hd.flags & NGHTTP2_FLAG_END_STREAM && s)
		h2_sent_end(s);
	if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR &&
	    !c->memory.failed)
		h2_log_error(c, 0, frame->goaway.error_code);
	if (frame->hd.type != NGHTTP2_RST_STREAM || !h2_is_blame(frame->rst_stream.error_code))
		return 0;
	h2_log_error(c, frame->hd.stream_id, frame->rst_stream.error_code);
	return h2_spend(c, H2_WASTE_BROKEN);
}

static int h2_on_close(nghttp2_session *session, int32_t id, uint32_t code, void *owner)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session, id);

	(void)code;
	(void)owner;
	if (s == NULL)
		return 0;
	h2_stream_lose(s, FAULT_RESET);
	h2_stream_bury(s);
	return 0;
}

static void h2_set_callbacks(nghttp2_session_callbacks *c)
{
	nghttp2_session_callbacks_set_on_begin_headers_callback(c, h2_on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(c, h2_on_header);
	nghttp2_session_callbacks_set_on_invalid_header_callback(c, h2_on_invalid_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, h2_on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, h2_on_frame);
	nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(c, h2_on_invalid_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(c, h2_on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, h2_on_close);
	nghttp2_session_callbacks_set_send_data_callback(c, h2_pump_data);
}

static bool h2_submit_settings(nghttp2_session *session, const struct config_limits *limits)
{
	const nghttp2_settings_entry settings[] = {
		{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits->streams},
		/* section 6.5.2: a field counts for 32 bytes more than it has */
		{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
		    (uint32_t)limits->head + 32 * limits->headers},
		{NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
		{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
	};

	return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings,
	    sizeof(settings) / sizeof(settings[0])) == 0 &&
	    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, H2_WINDOW) == 0;
}

static void h2_set_options(nghttp2_option *o)
{
	nghttp2_option_set_no_auto_window_update(o, 1);
	nghttp2_option_set_no_closed_streams(o, 1);
}

nghttp2_session *h2_session_new(struct h2_conn *c)
{
	nghttp2_session_callbacks *callbacks = NULL;
	nghttp2_mem memory = h2_memory_calls(&c->memory);
	nghttp2_session *session = NULL;
	nghttp2_option *option = NULL;

	if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0) {
		h2_set_callbacks(callbacks);
		h2_set_options(option);
		if (nghttp2_session_server_new3(&session, callbacks, c, option, &memory) != 0)
			session = NULL;
	}
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	if (session && !h2_submit_settings(session, c->conn.client.limits)) {
		h2_memory_end(&c->memory, session);
		session = NULL;
	}
	return session;
}
