/* Backends that know bytes only. */
#ifndef BACK_STREAM_H
#define BACK_STREAM_H

#include "channel/channel.h"

extern const struct back_kind back_stream_kind;

#endif
