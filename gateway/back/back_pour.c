#include "back/back_pour.h"

#include "base/utf8.h"

enum { BACK_POUR_PIECE = 16 * 1024 };

enum fault back_pour_begin(struct back_pour *pour, const struct config_route *conf, struct msg m)
{
	bool bad;

	if (m.n > conf->max_message)
		return FAULT_BACK_TOO_BIG;
	if (m.kind == MSG_TEXT && utf8_prefix(m.p, m.n, &bad) != m.n)
		return FAULT_BACK_UTF8;
	*pour = (struct back_pour){m.p, m.n, m.kind, true};
	return FAULT_NONE;
}

bool back_pour_on(struct back_pour *pour, struct leg *back, struct worker *w, const bool *stopped)
{
	while (pour->begun && back->channel && !*stopped) {
		size_t n = pour->n < BACK_POUR_PIECE ? pour->n : BACK_POUR_PIECE;
		struct msg m = {pour->p, n, pour->kind, n < pour->n};
		if (n > 0)
			pour->p += n;	/* an empty one is nowhere */
		pour->n -= n;
		pour->begun = m.more;
		channel_deliver(back, &m);
		if (m.more)
			worker_flush(w);	/* is the client full? */
	}
	return !pour->begun;
}
