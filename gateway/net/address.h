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
/* This end of a socket; not known: it has no address, or is none. */
struct address	address_local(int fd);
/* The other way round, for an address that is known; returns the size of what was written to sa. */
socklen_t	address_sockaddr(const struct address *, struct sockaddr_storage *sa);
bool		address_is_v4(const struct address *);
/* "192.0.2.1", "2001:db8::1" or "unix"; returns out. */
const char	*address_text(const struct address *, char out[ADDRESS_TEXT]);
/* A unix socket's peer is in no network. */
bool		address_in(const struct address *, const struct config_networks *);

#endif
