#include "bench_jobs.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define JOBS_EVENTS	128
#define JOBS_PATIENCE	20000		/* ms without anything moving */

static struct {
	struct bench_jobs_plan	 plan;
	bool			 ready, listening;
	bool			 running;
	double			 began, until;
	uint64_t		 limit, started, done;
} jobs;

static double
jobs_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool
bench_jobs_may_start(void)
{
	if (!jobs.running || jobs.started >= jobs.limit || jobs_now() >= jobs.until)
		return false;
	jobs.started++;
	return true;
}

void
bench_jobs_ready(void)
{
	jobs.ready = true;
}

void
bench_jobs_done(void)
{
	if (++jobs.done < jobs.started)
		return;
	jobs.running = false;
	if (jobs.plan.end != NULL)
		jobs.plan.end(jobs.done);
	printf("{\"jobs\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f}\n", jobs.done,
	    jobs.done * jobs.plan.bytes, jobs_now() - jobs.began);
	fflush(stdout);
}

static void
jobs_listen(void)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (epoll_ctl(jobs.plan.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) != 0)
		err(1, "cannot read commands");
	jobs.listening = true;
	puts("ready");
	fflush(stdout);
}

static void
jobs_command(void)
{
	char line[64];
	double seconds = 0;
	uint64_t count = UINT64_MAX;
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

	if (n <= 0)
		exit(0);
	line[n] = '\0';
	if (sscanf(line, "seconds %lf", &seconds) != 1 && sscanf(line, "count %" SCNu64, &count) != 1)
		errx(2, "cannot obey: %s", line);
	jobs.began = jobs_now();
	jobs.until = jobs.began + (seconds > 0 ? seconds : 1e9);
	jobs.limit = count;
	jobs.started = jobs.done = 0;
	jobs.running = true;
	jobs.plan.begin();
}

void
bench_jobs_run(const struct bench_jobs_plan *plan)
{
	struct epoll_event events[JOBS_EVENTS];
	int n;

	jobs.plan = *plan;
	for (;;) {
		if (jobs.ready && !jobs.listening)
			jobs_listen();
		n = epoll_wait(plan->epoll, events, JOBS_EVENTS,
		    jobs.running || !jobs.ready ? JOBS_PATIENCE : -1);
		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		if (n == 0)
			errx(1, "nothing moves any more, %s: %" PRIu64 " of %" PRIu64 " jobs are done",
			    jobs.ready ? "on connections that stand" : "before all connections stand",
			    jobs.done, jobs.started);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				jobs_command();
			else
				plan->event(events[i].data.ptr, events[i].events);
		}
	}
}
