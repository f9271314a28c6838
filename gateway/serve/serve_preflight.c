#include "serve/serve_preflight.h"

#include <string.h>

#include "base/log.h"
#include "http/amend.h"
#include "http/cors.h"

/* What is allowed stands in the headers that every answer of the route gets. */
static enum fault serve_preflight_open(struct exchange *x)
{
	const struct config_route *conf = x->route->conf;
	struct slice entry, origin = exchange_header(x, SLICE("Origin"));
	const char *key = cors_lacks(x->route->amend->cors, x, &entry);

	if (key)
		log_fault_words(FAULT_ORIGIN_DENIED,
		    "route %s: pages of \"%.*s\" not allowed: \"%.*s\" is not in %s of cors",
		    conf->name, SLICE_ARG(origin), SLICE_ARG(entry), key);
	if (key && strcmp(key, "origins") == 0)
		return FAULT_ORIGIN_DENIED;
	exchange_answer(x, 204, NULL, 0, NULL, SLICE(""));
	return FAULT_NONE;
}

const struct handler serve_preflight_handler = {
	.name = "preflight",
	.open = serve_preflight_open,
};
