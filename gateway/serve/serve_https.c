#include "serve/serve_https.h"

#include <stdio.h>

/* 308, since a client must not turn a POST into a GET on the way (RFC 9110 section 15.4.9). */
static enum fault serve_https_open(struct exchange *x)
{
	const struct request *r = x->request;
	struct slice host = exchange_host(x);
	struct slice path = r->path.n > 0 && r->path.p[0] == '/' ? r->path : SLICE("/");
	unsigned port = x->client->listener->redirect_port;
	char number[8] = "";

	if (host.n == 0)
		return FAULT_HTTP_SYNTAX;
	if (port != 443)
		snprintf(number, sizeof(number), ":%u", port);
	char *url = arena_printf(&x->arena, "https://%.*s%s%.*s%s%.*s", SLICE_ARG(host), number,
	    SLICE_ARG(path), r->query.p ? "?" : "", SLICE_ARG(r->query));
	if (url == NULL)
		return FAULT_NO_MEMORY;
	struct header location = {SLICE("Location"), slice_of(url)};
	exchange_answer(x, 308, &location, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

const struct handler serve_https_handler = {
	.name = "redirect_https",
	.open = serve_https_open,
};
