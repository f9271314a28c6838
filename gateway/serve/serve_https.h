/*
 * Listeners with `redirect_https`: the same place over TLS, before any route is looked at.
 */
#ifndef SERVE_HTTPS_H
#define SERVE_HTTPS_H

#include "http/exchange.h"

extern const struct handler serve_https_handler;

#endif
