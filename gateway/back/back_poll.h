/*
 * Backends that only poll (mode = "longpoll"): a GET is held open, each answer to it is a message
 * to the client; each message of the client is a POST, one after the other.
 */
#ifndef BACK_POLL_H
#define BACK_POLL_H

#include "channel/channel.h"

extern const struct back_kind back_poll_kind;

#endif
