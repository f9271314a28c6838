#include "http/exchange.h"

#include "codec/http_authority.h"

struct slice exchange_header(const struct exchange *x, struct slice name)
{
	const struct request *r = x->request;
	const struct header *h = r ? http1_find(r->headers, r->n_headers, name) : NULL;

	return h ? h->value : (struct slice){NULL, 0};
}

struct slice exchange_host(const struct exchange *x)
{
	struct slice host = {NULL, 0};
	unsigned port;

	if (x->request == NULL || !http_authority_split(x->request->authority, &host, &port))
		return (struct slice){NULL, 0};
	if (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}
