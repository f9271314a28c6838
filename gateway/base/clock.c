#include "base/clock.h"

#include <stdatomic.h>

/* Atomic, since the log's thread looks at the time, too. */
static _Atomic uint64_t fake_mono, fake_wall;

static uint64_t clock_read(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t clock_mono_ms(void)
{
	/* Coarse, a few ms late at most: every wake-up asks, and the exact one costs more. */
	return fake_mono ? fake_mono : clock_read(CLOCK_MONOTONIC_COARSE) + 1;
}

static uint64_t clock_read_us(clockid_t which)
{
	struct timespec ts;

	if (clock_gettime(which, &ts) != 0)
		return 0;
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t clock_mono_us(void)
{
	return fake_mono ? fake_mono * 1000 : clock_read_us(CLOCK_MONOTONIC);
}

uint64_t clock_thread_us(pthread_t thread)
{
	clockid_t which;

	return pthread_getcpuclockid(thread, &which) == 0 ? clock_read_us(which) : 0;
}

uint64_t clock_wall_ms(void)
{
	return fake_mono ? fake_wall : clock_read(CLOCK_REALTIME);
}

void clock_fake(uint64_t mono_ms, uint64_t wall_ms)
{
	fake_mono = mono_ms;
	fake_wall = wall_ms;
}

void clock_wait_init(pthread_cond_t *cond)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void clock_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t ms)
{
	uint64_t end = clock_read(CLOCK_MONOTONIC) + ms;
	struct timespec ts = {(time_t)(end / 1000), (long)(end % 1000 * 1000000)};

	pthread_cond_timedwait(cond, lock, &ts);
}
