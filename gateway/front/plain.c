#include "front/plain.h"

#include "front/plain_request.h"
#include "front/transport.h"

static bool plain_is_id(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '-' || s.p[i] == '_'))
			return false;
	return s.n == PLAIN_ID;
}

bool plain_is_base(struct slice tail)
{
	return tail.n == 0 || slice_eq(tail, SLICE("/"));
}

bool plain_is_session(struct slice tail)
{
	return tail.n > 0 && plain_is_id((struct slice){tail.p + 1, tail.n - 1});
}

bool plain_wants_events(const struct exchange *x)
{
	struct slice accept = exchange_header(x, SLICE("Accept")), type;

	while (slice_cut(&accept, ',', &type))
		if (slice_ieq(slice_trim(type), SLICE("text/event-stream")))
			return true;
	return false;
}

/* Somebody else's method, on a path that is ours. */
static enum fault plain_method_open(struct exchange *x)
{
	const struct header allow = {SLICE("Allow"), plain_is_base(transport_tail(x))
	    ? SLICE("POST") : SLICE("GET, POST, DELETE")};

	plain_request_hide(x);
	plain_request_fail(x, FAULT_METHOD_NOT_ALLOWED, &allow, 1, SLICE(""));
	return FAULT_NONE;
}

const struct handler plain_method_handler = {
	.name = "plain",
	.json = true,
	.open = plain_method_open,
};
