/*
 * Addresses as the configuration writes them: where listeners bind, which servers are dialled, and
 * networks. Nothing is resolved. Each function returns NULL, or what is wrong, in words.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "base/arena.h"
#include "config/config.h"

/* "host:port", "192.0.2.1:port" or "[2001:db8::1]:port"; host comes without brackets. */
const char	*endpoint_split(struct slice text, struct slice *host, uint16_t *port);
/* "127.0.0.1:80", "[::1]:80", "*:80" (*dual: both families) or "unix:/path". */
const char	*endpoint_listen(const char *text, struct config_address *, bool *dual);
/* "tcp://host:port", "wss://host:port/path", "unix:/path" … with its options. */
const char	*endpoint_server(struct arena *, const char *text, struct config_server *);
/* "192.0.2.0/24", "2001:db8::/32", or one address. *loose: bits were set beyond the prefix. */
const char	*endpoint_network(struct slice text, struct config_network *, bool *loose);

/* What a name server might know: letters, digits, '-', '_' and dots. */
bool		 endpoint_is_name(struct slice);
/* Such a name, or an address without brackets. */
bool		 endpoint_is_host(struct slice);
/* Can only who is on this machine get there? */
bool		 endpoint_is_local(const struct config_address *);
/* Would binding the one take the other's address? */
bool		 endpoint_clash(const struct config_address *, bool dual,
		    const struct config_address *, bool other_dual);
enum { ENDPOINT_NETWORK = 64 };
const char	*endpoint_network_text(const struct config_network *, char text[ENDPOINT_NETWORK]);

#endif
