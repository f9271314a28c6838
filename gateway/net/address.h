/*
 * A peer's address in 20 bytes: IPv4 as ::ffff:a.b.c.d, unix sockets as none.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <sys/socket.h>

#include "base/slice.h"
#include "config/config.h"

struct address {
	uint8_t		 ip[16];
	uint16_t	 port;		/* host order */
	bool		 known;		/* false: a unix socket's peer */
};

enum { ADDRESS_TEXT = 46 };		/* INET6_ADDRSTRLEN */

struct address	address_of(const struct sockaddr *);
/* "192.0.2.1", "2001:db8::1" or "unix"; returns out. */
const char	*address_text(const struct address *, char out[ADDRESS_TEXT]);
bool		address_in(const struct address *, const struct config_networks *);

#endif
