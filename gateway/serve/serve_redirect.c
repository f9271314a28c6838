#include "serve/serve_redirect.h"

#include "http/render.h"

static enum fault serve_redirect_open(struct exchange *x)
{
	const struct config_route *conf = x->route->conf;
	struct slice url;
	enum fault f = render_location(x, conf->redirect, &url);

	if (f != FAULT_NONE)
		return f;
	struct header location = {SLICE("Location"), url};
	exchange_answer(x, conf->status, &location, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

const struct handler serve_redirect_handler = {
	.name = "redirect",
	.open = serve_redirect_open,
};
