/*
 * The gateway as a whole: everything in its order, from a configuration to the end of the last
 * session.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "config/config.h"

/*
 * Runs until a signal stops it. Takes the configuration over. file: where it is read again for a
 * reload, NULL: nowhere. hello: said on standard output once clients can connect; NULL: nothing.
 * Returns an enum command_exit; a start that fails has said why on the log.
 */
int	gateway_run(struct config *, const char *file, const char *hello);

#endif
