/* The subprotocols that a backend is offered: the client's, as far as the route has them. */
#ifndef BACK_OFFER_H
#define BACK_OFFER_H

#include "codec/ws_handshake.h"
#include "http/exchange.h"

struct back_offer {
	struct slice	v[WS_OFFER_MAX];	/* of the client's request */
	size_t		n;
};

/* SUBPROTOCOL: the client's offer is malformed. */
enum fault	 back_offer_make(struct back_offer *, const struct exchange *) MUST_USE;
/* "a, b"; NULL: out of memory. */
char		*back_offer_list(const struct back_offer *, struct arena *);
bool		 back_offer_has(const struct back_offer *, struct slice name);

#endif
