/*
 * HTTP/1.1 on the server's side (RFC 9112): one connection, its requests one after the other. A
 * tunnel's bytes pass through untouched.
 */
#ifndef H1_SERVER_H
#define H1_SERVER_H

#include "http/gateway_worker.h"
#include "net/listener.h"

/*
 * A connection whose tag is a struct http_listener of this snapshot: it joins the worker's, holds
 * the snapshot for as long as it lives, and lowers the worker's load at its end.
 */
void	h1_server_accept(struct worker *, const struct accepted *, struct held *snapshot);

#endif
