#include "back/back_offer.h"

enum fault back_offer_make(struct back_offer *o, const struct exchange *x)
{
	const struct request *r = x->request;
	const struct config_list *ours = &x->route->conf->subprotocols;
	enum fault f = ws_handshake_offer(r->headers, r->n_headers, o->v, &o->n);
	size_t kept = 0;

	for (size_t i = 0; ours->n > 0 && i < o->n; i++)
		for (size_t j = 0; j < ours->n; j++)
			if (slice_eq(o->v[i], slice_of(ours->v[j]))) {
				o->v[kept++] = o->v[i];
				break;
			}
	if (ours->n > 0)
		o->n = kept;
	return f;
}

char *back_offer_list(const struct back_offer *o, struct arena *arena)
{
	char *list = arena_printf(arena, "%s", "");

	for (size_t i = 0; i < o->n && list; i++)
		list = arena_printf(arena, "%s%s%.*s", list, i ? ", " : "", SLICE_ARG(o->v[i]));
	return list;
}

bool back_offer_has(const struct back_offer *o, struct slice name)
{
	for (size_t i = 0; i < o->n; i++)
		if (slice_eq(o->v[i], name))
			return true;
	return false;
}
