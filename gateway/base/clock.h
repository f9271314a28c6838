/*
 * Time. Durations are milliseconds in a uint64_t; deadlines are on the monotonic clock. A test
 * that drives a whole worker replaces both clocks.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER	UINT64_MAX

uint64_t	clock_mono_ms(void);	/* monotonic, from an arbitrary start, never 0 */
uint64_t	clock_mono_us(void);	/* the same clock, exact: how long something took */
uint64_t	clock_thread_us(pthread_t);	/* what it has used of a processor; 0: not known */
uint64_t	clock_wall_ms(void);	/* since 1970-01-01 UTC */
/* From now on both clocks stand still at these values; mono 0: back to the real ones. */
void		clock_fake(uint64_t mono_ms, uint64_t wall_ms);
/* A condition for clock_wait. */
void		clock_wait_init(pthread_cond_t *);
/* pthread_cond_wait for at most ms of real time, whatever clock_fake says. */
void		clock_wait(pthread_cond_t *, pthread_mutex_t *, uint64_t ms);

#endif
