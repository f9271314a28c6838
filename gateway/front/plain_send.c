/* POST P/ID: a message. DELETE P/ID: the end. */
#include "base/utf8.h"
#include "front/plain.h"
#include "front/plain_request.h"
#include "front/sender.h"

static uint64_t plain_send_most(const struct config_route *conf)
{
	return conf->max_message;
}

static void plain_send_answer(struct sender *s)
{
	struct visit *v = &s->visit;

	if (v->answer == VISIT_DONE)
		exchange_answer(v->x, 204, plain_request_headers, plain_request_n_headers, NULL,
		    SLICE(""));
	else
		plain_request_refuse(v);
}

static bool plain_send_is_text(const struct exchange *x)
{
	return slice_istarts(exchange_header(x, SLICE("Content-Type")), SLICE("text/"));
}

static bool plain_send_is_utf8(const struct buffer *b)
{
	struct utf8_state state = {0};

	return b->n == 0 || (utf8_check(&state, b->p, b->n) && state.state == 0);
}

static void plain_send_next(struct visit *v, struct msg *m)
{
	*m = sender_of(v)->message;
}

/* An empty body beside `ack` is none. */
static bool plain_send_read(struct sender *s)
{
	struct visit *v = &s->visit;
	bool text = plain_send_is_text(v->x);

	if (text && !plain_send_is_utf8(&v->body)) {
		exchange_fail(v->x, FAULT_WS_UTF8);
		return false;
	}
	s->message = (struct msg){v->body.p, v->body.n, text ? MSG_TEXT : MSG_BINARY, false};
	v->next = plain_send_next;
	v->n_messages = v->resumes && v->body.n == 0 ? 0 : 1;
	return true;
}

static const struct sender_kind plain_sender = {
	.read = plain_send_read,
	.answer = plain_send_answer,
	.most = plain_send_most,
};

static enum fault plain_send_numbers(struct visit *v)
{
	struct slice seq = exchange_header(v->x, SLICE("Framegate-Seq"));

	v->numbered = seq.p != NULL;
	if (v->numbered && (!slice_u64(seq, &v->seq) || v->seq == 0))
		return FAULT_BAD_NUMBER;
	return plain_request_number(v->x, SLICE("ack"), &v->after, &v->resumes);
}

static enum fault plain_send_begin(struct exchange *x, enum visit_wish wish)
{
	struct sender *s = sender_new(x, &plain_sender);

	if (s == NULL)
		return FAULT_NO_MEMORY;
	s->visit.link = plain_request_find(x);
	s->visit.wish = wish;
	enum fault f = wish == VISIT_DELIVER ? plain_send_numbers(&s->visit) : FAULT_NONE;
	if (f == FAULT_NONE && s->visit.link == NULL)
		f = FAULT_SESSION_UNKNOWN;
	if (f == FAULT_NONE) {
		sender_begin(x);
		return f;
	}
	x->state = NULL;
	s->visit.x = NULL;
	visit_end(&s->visit);
	return f;
}

static enum fault plain_post_open(struct exchange *x)
{
	return plain_send_begin(x, VISIT_DELIVER);
}

static enum fault plain_close_open(struct exchange *x)
{
	return plain_send_begin(x, VISIT_CLOSE);
}

const struct handler plain_post_handler = {
	.name = "plain",
	.json = true,
	.open = plain_post_open,
	.body = sender_body,
	.body_end = sender_body_end,
	.gone = sender_gone,
};

const struct handler plain_close_handler = {
	.name = "plain",
	.json = true,
	.open = plain_close_open,
	.body = sender_body,
	.body_end = sender_body_end,
	.gone = sender_gone,
};
