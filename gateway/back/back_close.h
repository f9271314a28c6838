/* The built-in backend that ends each session as soon as it stands: what tests of clients want. */
#ifndef BACK_CLOSE_H
#define BACK_CLOSE_H

#include "channel/channel.h"

extern const struct back_kind back_close_kind;

#endif
