/* What a backend that knows close codes is told of how a session ended. */
#ifndef BACK_CODE_H
#define BACK_CODE_H

#include <stdint.h>

#include "base/fault.h"

/*
 * What a client did wrong is no reproach to the backend, for which it just went away. One that left
 * without a word leaves so here, too (1006).
 */
uint16_t	back_code_of(enum fault);

#endif
