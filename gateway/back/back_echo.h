/* The built-in echo. */
#ifndef BACK_ECHO_H
#define BACK_ECHO_H

#include "channel/channel.h"

extern const struct back_kind back_echo_kind;

#endif
