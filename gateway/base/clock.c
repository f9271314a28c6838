#include "base/clock.h"

static uint64_t fake_mono, fake_wall;

static uint64_t clock_read(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t clock_mono_ms(void)
{
	return fake_mono ? fake_mono : clock_read(CLOCK_MONOTONIC) + 1;
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
