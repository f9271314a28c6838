#include "channel/permit.h"

#include "base/tally.h"
#include "http/admission.h"

static enum fault permit_take_address(struct permit *p, const struct exchange *x)
{
	unsigned most = x->route->conf->limits.per_ip;
	const struct address *counted = admission_counted(x->client->listener,
	    exchange_client(x));

	if (most == 0 || counted == NULL)
		return FAULT_NONE;
	p->address = *counted;
	enum fault f = tally_take(x->route->use->by_address, p->address.ip, most,
	    FAULT_ROUTE_PER_IP);
	p->by_address = f == FAULT_NONE;
	return f;
}

enum fault permit_take(struct permit *p, const struct exchange *x)
{
	const struct route *r = x->route;
	unsigned most = r->conf->limits.sessions;

	*p = (struct permit){.route = NULL};
	unsigned n = atomic_fetch_add_explicit(&r->use->sessions, 1, memory_order_relaxed);
	enum fault f = most && n >= most ? FAULT_ROUTE_SESSIONS : permit_take_address(p, x);
	if (f == FAULT_NONE)
		p->route = r;
	else
		atomic_fetch_sub_explicit(&r->use->sessions, 1, memory_order_relaxed);
	return f;
}

void permit_release(struct permit *p)
{
	if (p->route == NULL)
		return;
	atomic_fetch_sub_explicit(&p->route->use->sessions, 1, memory_order_relaxed);
	if (p->by_address)
		tally_release(p->route->use->by_address, p->address.ip);
	p->route = NULL;
}
