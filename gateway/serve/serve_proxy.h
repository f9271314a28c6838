/*
 * `backend` with web servers: requests go to one of them and its answers come back, both as they
 * come, re-written head by head (proxy_request.h, proxy_fields.h). A WebSocket becomes a tunnel
 * once the server has accepted it.
 */
#ifndef SERVE_PROXY_H
#define SERVE_PROXY_H

#include "http/exchange.h"

extern const struct handler serve_proxy_handler;

#endif
