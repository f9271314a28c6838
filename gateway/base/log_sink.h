/*
 * A sink takes a log's lines, never blocks, and writes them from a thread of its own. Between the
 * two is a ring of fixed size: while a pipe is stuck or a disk is full the lines that do not fit
 * are counted, and their number is told once writing goes again.
 */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include "base/fault.h"
#include "base/slice.h"

enum {
	LOG_SINK_RING = 512 * 1024,	/* bytes that may wait */
	LOG_SINK_LINE = 32 * 1024	/* a longer line is cut */
};

struct log_sink;

/* Called from the sink's thread; both may put lines into any sink, this one too. */
struct log_sink_events {
	/* Writing, or opening anew, begins to fail (said once until it works again). */
	void	(*failed)(const char *to, int error);
	/* False: there was no room to say so; it is called again, with what is lost until then. */
	bool	(*lost)(const char *to, uint64_t lines);
	/* What comes up by itself; true: call again in LOG_SINK_TICK ms. NULL: nothing does. */
	bool	(*tick)(void);
};

enum { LOG_SINK_TICK = 1000 };

/*
 * Opens to (log_target.h), with a new sink at first, which lives as long as the process; later
 * calls let *sink write there. 0 or errno: then all is as before. One thread at a time.
 */
int	log_sink_open(struct log_sink **sink, const char *to, const struct log_sink_events *);
/* A line without its end; any thread. Where there is no room for it, it is lost, and counted. */
void	log_sink_put(struct log_sink *, enum log_level, struct slice line);
/* False: there is no room for it, and nothing is counted. */
bool	log_sink_try(struct log_sink *, enum log_level, struct slice line);
bool	log_sink_stamps(struct log_sink *);	/* the target adds time and level by itself */
void	log_sink_reopen(struct log_sink *);	/* a file was moved away: begin a new one */
void	log_sink_wake(struct log_sink *);	/* there is something for tick */
/* Waits until everything so far is written, at most ms; false: it is not. */
bool	log_sink_flush(struct log_sink *, uint64_t ms);

#endif
