/*
 * The door: where connections of clients begin. It admits them, waits for TLS, and finds out which
 * version of HTTP they speak, whose server goes on: by ALPN on TLS (RFC 7301), by the first bytes
 * on plain connections (RFC 9113 section 3.3).
 */
#ifndef DOOR_H
#define DOOR_H

#include "base/held.h"
#include "net/listener.h"

/*
 * A connection whose tag is a struct http_listener of this snapshot: it joins the worker's, holds
 * the snapshot for as long as it lives, and lowers the worker's load at its end.
 */
void	door_accept(struct worker *, const struct accepted *, struct held *snapshot);

#endif
