/*
 * `redirect`: somewhere else, by a template.
 */
#ifndef SERVE_REDIRECT_H
#define SERVE_REDIRECT_H

#include "http/exchange.h"

extern const struct handler serve_redirect_handler;

#endif
