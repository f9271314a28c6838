/*
 * Backends that speak WebSocket themselves: messages pass as they are, and so do the subprotocol,
 * close codes and refusals.
 */
#ifndef BACK_WS_H
#define BACK_WS_H

#include "channel/channel.h"

extern const struct back_kind back_ws_kind;

#endif
