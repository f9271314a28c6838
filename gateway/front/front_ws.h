/* WebSocket clients. */
#ifndef FRONT_WS_H
#define FRONT_WS_H

#include "http/exchange.h"

extern const struct handler front_ws_handler;

#endif
