#include "serve/serve_respond.h"

static enum fault serve_respond_open(struct exchange *x)
{
	const struct config_route *conf = x->route->conf;

	exchange_answer(x, conf->status, NULL, 0, conf->respond_type, slice_of(conf->respond_body));
	return FAULT_NONE;
}

const struct handler serve_respond_handler = {
	.name = "respond",
	.open = serve_respond_open,
};
