/*
 * Routes that can never match, since an earlier one takes every request that they would take.
 */
#ifndef SHADOW_H
#define SHADOW_H

#include "config/config.h"

/* Does the earlier one match whatever the later one matches? False when that is not certain. */
bool	shadow_covers(const struct config_route *earlier, const struct config_route *later);

#endif
