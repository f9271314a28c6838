/*
 * The last errors and warnings of the log, for whoever looks later. Any thread.
 */
#ifndef LOG_RECENT_H
#define LOG_RECENT_H

#include <stdint.h>

#include "base/fault.h"
#include "base/slice.h"

enum { LOG_RECENT = 32, LOG_RECENT_TEXT = 256 };

struct log_recent {
	uint64_t	time;		/* clock_wall_ms(); 0: there is none */
	enum log_level	level;
	uint16_t	n;
	char		text[LOG_RECENT_TEXT];	/* cut to that; not escaped */
};

/* Lines of other levels are passed over. */
void	log_recent_put(enum log_level, struct slice message);
/* The newest first; returns how many. */
unsigned log_recent_get(struct log_recent out[LOG_RECENT]);

#endif
