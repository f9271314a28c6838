/*
 * `respond`: a fixed answer, to any method.
 */
#ifndef SERVE_RESPOND_H
#define SERVE_RESPOND_H

#include "http/exchange.h"

extern const struct handler serve_respond_handler;

#endif
