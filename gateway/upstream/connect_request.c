#include "upstream/connect_request.h"

#include "base/siphash.h"
#include "http/render.h"

/* The same key meets the same server on every gateway and after every start: so no secret here. */
static enum fault connect_request_hash(struct connect_request *request, struct exchange *x,
    const struct template *key)
{
	static const struct siphash_key fixed = {0, 0};
	struct slice text;
	enum fault f = render_plain(x, key, &text);

	if (f == FAULT_NONE)
		request->hash = siphash(&fixed, text);
	return f;
}

enum fault connect_request_make(struct connect_request *request, struct exchange *x)
{
	const struct config_backend *conf = x->route->conf->backend;
	enum fault f = FAULT_NONE;

	*request = (struct connect_request){.who = x->route->conf->name};
	if (conf->balance == BALANCE_HASH)
		f = connect_request_hash(request, x, conf->hash);
	if (f == FAULT_NONE && conf->map)
		f = render_plain(x, conf->key, &request->token);
	return f;
}
