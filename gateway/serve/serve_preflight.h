/*
 * What a browser asks before a request of another origin (CORS): answered by the route's `cors`,
 * before anything else sees it.
 */
#ifndef SERVE_PREFLIGHT_H
#define SERVE_PREFLIGHT_H

#include "http/exchange.h"

extern const struct handler serve_preflight_handler;

#endif
