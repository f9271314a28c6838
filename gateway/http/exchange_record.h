/*
 * What the access log says of an exchange.
 */
#ifndef EXCHANGE_RECORD_H
#define EXCHANGE_RECORD_H

#include "http/exchange.h"
#include "report/access.h"

struct exchange_record {
	struct access_record	access;		/* slices lead into the exchange and below */
	char			client_ip[ADDRESS_TEXT], peer_ip[ADDRESS_TEXT];
};

/* Everything that is known of the request while it is there; valid as long as both are. */
void	exchange_record_make(struct exchange_record *, const struct exchange *);
/* The same of one that becomes a WebSocket; the status is the one of its success. */
void	exchange_record_websocket(struct exchange_record *, const struct exchange *);
/* An http_site's done: the record of a request that was answered. */
void	exchange_record_write(struct exchange *);

#endif
