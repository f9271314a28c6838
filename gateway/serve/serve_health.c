#include "serve/serve_health.h"

static enum fault serve_health_open(struct exchange *x)
{
	static const struct header headers[] = {{{"Cache-Control", 13}, {"no-store", 8}}};
	struct slice method = x->request->method;

	if (!slice_eq(method, SLICE("GET")) && !slice_eq(method, SLICE("HEAD")))
		return FAULT_METHOD_NOT_ALLOWED;
	exchange_answer(x, 200, headers, 1, "text/plain; charset=utf-8", SLICE("ok\n"));
	return FAULT_NONE;
}

const struct handler serve_health_handler = {
	.name = "health",
	.open = serve_health_open,
};
