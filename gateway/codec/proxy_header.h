/*
 * The PROXY protocol, versions 1 and 2 (HAProxy, doc/proxy-protocol.txt): who the client is, said
 * in front of everything by a proxy that is believed.
 */
#ifndef PROXY_HEADER_H
#define PROXY_HEADER_H

#include "base/fault.h"
#include "base/slice.h"

enum {
	PROXY_HEADER_MAX = 4096,	/* the longest that is read; version 1: 107 */
	PROXY_HEADER_ROOM = 1280	/* for what is written, whatever is in it */
};

/* IPv4 addresses as ::ffff:a.b.c.d; ports in host order. */
struct proxy_header {
	bool		known;		/* false: LOCAL, UNKNOWN, unix: nobody is named */
	uint8_t		source[16], destination[16];
	uint16_t	source_port, destination_port;
};

/* What version 2 says beside the addresses; empty slices are left out, as are too long ones. */
struct proxy_extra {
	struct slice	alpn, authority, unique_id;
	struct slice	tls_version;	/* "TLSv1.3"; empty: no TLS */
	bool		certificate;	/* the client has shown one, and it was verified … */
	bool		resumed;	/* … on an earlier connection of this TLS session */
	struct slice	client_cn;	/* of that certificate */
};

/*
 * Off the front of p. *used = 0: not all of it is there, show it again with more. PROXY_HEADER at
 * the first byte that can belong to none.
 */
enum fault	proxy_header_read(const uint8_t *p, size_t n, struct proxy_header *, size_t *used)
		    MUST_USE;
/* Each returns how many bytes it wrote. NULL: the connection is our own, for nobody else. */
size_t		proxy_header_write_v1(uint8_t out[PROXY_HEADER_ROOM], const struct proxy_header *);
size_t		proxy_header_write_v2(uint8_t out[PROXY_HEADER_ROOM], const struct proxy_header *,
		    const struct proxy_extra *);

#endif
