/* The error log and the access log, as a configuration says. */
#ifndef LOGS_H
#define LOGS_H

#include "config/config.h"

/* On a fault, which is on the log, those that could be opened are open. The main thread only. */
enum fault	logs_open(const struct config *) MUST_USE;
void		logs_reopen(void);	/* files were moved away: begins new ones */
void		logs_flush(void);	/* waits for all lines so far, but not for ever */

#endif
