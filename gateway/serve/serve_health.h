/*
 * `service = "health"`: this process answers.
 */
#ifndef SERVE_HEALTH_H
#define SERVE_HEALTH_H

#include "http/exchange.h"

extern const struct handler serve_health_handler;

#endif
