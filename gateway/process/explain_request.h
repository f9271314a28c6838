/* `framegate explain`. */
#ifndef EXPLAIN_REQUEST_H
#define EXPLAIN_REQUEST_H

#include "process/command.h"

int	explain_request_run(const struct arguments *);

#endif
