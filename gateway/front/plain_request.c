#include "front/plain_request.h"

#include <inttypes.h>
#include <stdio.h>

#include "codec/http_path.h"
#include "front/transport.h"
#include "http/error_json.h"
#include "http/gateway_worker.h"

enum { PLAIN_MORE = 64, PLAIN_FAIL_HEADERS = 3 };

const struct header plain_request_headers[] = {
	{{"Cache-Control", 13}, {"no-store, no-transform", 22}},
	{{"X-Accel-Buffering", 17}, {"no", 2}},
};
const unsigned plain_request_n_headers =
    sizeof(plain_request_headers) / sizeof(plain_request_headers[0]);

static uint64_t plain_resume(const struct config_route *r)
{
	return r->session.resume;
}

static uint64_t plain_poll(const struct config_route *r)
{
	return r->session.poll;
}

static uint64_t plain_ping(const struct config_route *r)
{
	return r->ping;
}

static uint64_t plain_replay(const struct config_route *r)
{
	return r->session.replay;
}

static unsigned plain_max_per_ip(const struct config_route *r)
{
	return r->session.max_per_ip;
}

const struct session_kind plain_kind = {
	.name = "plain",
	.numbered = true,
	.takes_over = true,
	.survives = true,
	.patience = plain_resume,
	.left = FAULT_SESSION_LEFT,
	.poll = plain_poll,
	.beat = plain_ping,
	.keeps = plain_replay,
	.most = plain_max_per_ip,
};

void plain_request_hide(struct exchange *x)
{
	struct slice base = transport_base(x->route->conf);

	if (base.n == 0)
		x->request->path = SLICE("/");
	else
		x->request->path.n = base.n;
}

struct session_link *plain_request_find(struct exchange *x)
{
	struct slice tail = transport_tail(x);
	struct session_link *l = session_map_find(x->client->worker->gateway->session_map,
	    x->route->conf, (struct slice){tail.p + 1, tail.n - 1});

	plain_request_hide(x);
	return l;
}

enum fault plain_request_number(const struct exchange *x, struct slice name, uint64_t *number,
    bool *given)
{
	struct slice value = http_query_find(x->request->query, name);

	*given = value.p != NULL;
	return *given && !slice_u64(value, number) ? FAULT_BAD_NUMBER : FAULT_NONE;
}

static void plain_request_answer(struct exchange *x, enum fault f, int code, struct slice reason,
    const struct header *extra, unsigned n, struct slice more)
{
	struct header headers[PLAIN_HEADERS + PLAIN_FAIL_HEADERS];
	struct buffer body = {0};
	unsigned used = 0;

	while (used < plain_request_n_headers) {
		headers[used] = plain_request_headers[used];
		used++;
	}
	for (unsigned i = 0; i < n; i++)
		headers[used++] = extra[i];
	x->refused = f;
	error_json(&body, x, fault_http(f), code, reason, more);
	exchange_answer(x, fault_http(f), headers, used, "application/json", buffer_slice(&body));
	buffer_clear(&body);
}

void plain_request_fail(struct exchange *x, enum fault f, const struct header *headers, unsigned n,
    struct slice more)
{
	plain_request_answer(x, f, fault_ws(f), slice_of(fault_text(f)), headers, n, more);
}

void plain_request_refuse(const struct visit *v)
{
	char more[PLAIN_MORE];

	if (v->fault == FAULT_SESSION_GAP) {
		int n = snprintf(more, sizeof(more), ", \"expected\": %" PRIu64, v->expected);
		plain_request_fail(v->x, v->fault, NULL, 0, (struct slice){more, (size_t)n});
	} else if (v->fault == FAULT_SESSION_ENDED) {
		plain_request_answer(v->x, v->fault, v->code,
		    (struct slice){v->reason, v->reason_n}, NULL, 0, SLICE(""));
	} else {
		exchange_fail(v->x, v->fault);
	}
}
