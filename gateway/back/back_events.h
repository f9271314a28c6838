/*
 * Web servers behind a WebSocket (mode = "ws-over-http"): what clients say, and that they come and
 * go, is posted to them as events (codec/websocket_events.h); what they say is in the answers.
 */
#ifndef BACK_EVENTS_H
#define BACK_EVENTS_H

#include "channel/channel.h"

extern const struct back_kind back_events_kind;

#endif
