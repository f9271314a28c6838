/* The transports of SockJS that send. */
#include "codec/sockjs_body.h"
#include "front/sockjs.h"
#include "front/sockjs_answer.h"
#include "http/gateway_worker.h"

static const char sockjs_text[] = "text/plain; charset=UTF-8";

static uint64_t sockjs_send_most(const struct config_route *conf)
{
	return SOCKJS_BODY_JSON * conf->max_message + SOCKJS_BODY_AROUND;
}

static uint64_t sockjs_send_most_form(const struct config_route *conf)
{
	return SOCKJS_BODY_FORM * conf->max_message + SOCKJS_BODY_AROUND;
}

static void sockjs_send_next(struct visit *v, struct msg *m)
{
	struct msg *left = &sender_of(v)->message;
	struct sockjs_bytes rest = {left->p, left->n}, text = {NULL, 0};

	sockjs_body_next(&rest, &text);
	*left = (struct msg){.p = rest.p, .n = rest.n};
	*m = (struct msg){text.p, text.n, MSG_TEXT, false};
}

/* As the protocol has it these are failures of the server. */
static bool sockjs_send_fail(struct exchange *x, struct slice words)
{
	x->refused = FAULT_SOCKJS_JSON;
	sockjs_answer(x, SOCKJS_SESSION, fault_http(FAULT_SOCKJS_JSON), sockjs_text, words);
	return false;
}

static bool sockjs_send_take(struct sender *s, const struct sockjs_bytes *body)
{
	struct visit *v = &s->visit;
	struct exchange *x = v->x;

	if (body->n == 0)
		return sockjs_send_fail(x, SLICE("Payload expected."));
	enum fault f = sockjs_body_check(body, x->route->conf->max_message, &v->n_messages);
	if (f == FAULT_SOCKJS_JSON)
		return sockjs_send_fail(x, SLICE("Broken JSON encoding."));
	if (f != FAULT_NONE) {
		sockjs_answer_fault(x, f);
		return false;
	}
	s->message = (struct msg){.p = body->p, .n = body->n};
	v->next = sockjs_send_next;
	return true;
}

static bool sockjs_send_read(struct sender *s)
{
	return sockjs_send_take(s,
	    &(struct sockjs_bytes){s->visit.body.p, s->visit.body.n});
}

static bool sockjs_send_read_form(struct sender *s)
{
	struct sockjs_bytes body = {s->visit.body.p, s->visit.body.n};
	struct slice type = exchange_header(s->visit.x, SLICE("Content-Type")), form;

	if (slice_cut(&type, ';', &form) &&
	    slice_ieq(slice_trim(form), SLICE("application/x-www-form-urlencoded")) &&
	    !sockjs_body_of_form(&body))
		return sockjs_send_fail(s->visit.x, SLICE("Broken JSON encoding."));
	return sockjs_send_take(s, &body);
}

/* A session that has ended already takes nothing: there is none. */
static void sockjs_send_refuse(const struct visit *v)
{
	sockjs_answer_fault(v->x, v->fault == FAULT_SESSION_ENDED ? FAULT_SESSION_UNKNOWN
	    : v->fault);
}

static void sockjs_send_answer(struct sender *s)
{
	if (s->visit.answer == VISIT_DONE)
		sockjs_answer(s->visit.x, SOCKJS_SESSION, 204, sockjs_text, SLICE(""));
	else
		sockjs_send_refuse(&s->visit);
}

/* Some browsers do strange things when there is nothing in the answer to a form. */
static void sockjs_send_answer_form(struct sender *s)
{
	if (s->visit.answer == VISIT_DONE)
		sockjs_answer(s->visit.x, SOCKJS_SESSION, 200, sockjs_text, SLICE("ok"));
	else
		sockjs_send_refuse(&s->visit);
}

const struct sender_kind sockjs_xhr_send = {
	.read = sockjs_send_read,
	.answer = sockjs_send_answer,
	.most = sockjs_send_most,
};

const struct sender_kind sockjs_jsonp_send = {
	.read = sockjs_send_read_form,
	.answer = sockjs_send_answer_form,
	.most = sockjs_send_most_form,
};

static enum fault sockjs_send_open(struct exchange *x)
{
	struct sockjs_url url;
	const struct sockjs_transport *t = sockjs_find(x, &url);
	struct session_link *link = session_map_find(x->client->worker->gateway->session_map,
	    x->route->conf, url.session);

	sockjs_hide(x);
	if (link == NULL) {
		sockjs_answer_fault(x, FAULT_SESSION_UNKNOWN);
		return FAULT_NONE;
	}
	struct sender *s = sender_new(x, t->sender);
	if (s == NULL) {
		held_put(&link->held);
		return FAULT_NO_MEMORY;
	}
	s->visit.link = link;
	sender_begin(x);
	return FAULT_NONE;
}

const struct handler sockjs_send_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_send_open,
	.body = sender_body,
	.body_end = sender_body_end,
	.gone = sender_gone,
};
