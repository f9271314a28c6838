#include "upstream/backend.h"

#include <stdlib.h>

static bool backend_wants_tls(const struct config_backend *conf)
{
	for (size_t i = 0; i < conf->n_servers; i++)
		if (conf->servers[i].kind == SERVER_TLS)
			return true;
	return false;
}

enum fault backend_new(const struct config_backend *conf, struct backend **made)
{
	struct backend *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	b->conf = conf;
	enum fault f = backend_wants_tls(conf) ? tls_ctx_client(conf, &b->tls) : FAULT_NONE;
	if (f != FAULT_NONE) {
		free(b);
		return f;
	}
	*made = b;
	return FAULT_NONE;
}

void backend_free(struct backend *b)
{
	if (b && b->tls)
		tls_ctx_free(b->tls);
	free(b);
}
