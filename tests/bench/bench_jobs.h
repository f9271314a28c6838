/*
 * The jobs of a load: when they may begin and how many are done. Whoever measures says on standard
 * input when to start, and nothing is in flight when the answer is written, so that the proxy's CPU
 * time before and after belongs to exactly the work that was counted.
 *
 *	it writes	ready				all connections have carried a job
 *	it reads	seconds 0.5  |  count 2000	jobs in all, over all connections
 *	it writes	{"jobs": 2000, "bytes": 128000, "seconds": 0.04}
 */
#ifndef BENCH_JOBS_H
#define BENCH_JOBS_H

#include <stdbool.h>
#include <stdint.h>

struct bench_jobs_plan {
	int		 epoll;
	uint64_t	 bytes;		/* of payload, for each job */
	void	(*begin)(void);		/* start as many as bench_jobs_may_start allows */
	void	(*end)(uint64_t done);	/* all are done; NULL: nothing to check */
	void	(*event)(void *who, uint32_t events);
};

void	bench_jobs_ready(void);		/* from here on it listens */
bool	bench_jobs_may_start(void);	/* true: one more is begun now */
void	bench_jobs_done(void);		/* one is; after the last one this reports */
/* Never returns: ends with its standard input, or with a message when nothing moves. */
void	bench_jobs_run(const struct bench_jobs_plan *);

#endif
