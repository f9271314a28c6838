#include "admin/process_facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t process_facts_us(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000 + (uint64_t)tv->tv_usec;
}

static void process_facts_memory(struct numbers_process *p)
{
	unsigned long long pages, resident;
	uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return;
	if (fscanf(f, "%llu %llu", &pages, &resident) == 2) {
		p->virtual = pages * size;
		p->resident = resident * size;
	}
	fclose(f);
}

/* Without the one that it takes to look. */
static void process_facts_files(struct numbers_process *p)
{
	DIR *dir = opendir("/proc/self/fd");
	struct rlimit limit;

	while (dir && readdir(dir))
		p->open_files++;
	if (dir)
		closedir(dir);
	p->open_files -= dir ? 3 : 0;	/* ".", ".." and itself */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		p->max_files = limit.rlim_cur;
}

void process_facts(struct numbers_process *p)
{
	struct rusage usage;

	memset(p, 0, sizeof(*p));
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		p->cpu = process_facts_us(&usage.ru_utime) + process_facts_us(&usage.ru_stime);
	process_facts_memory(p);
	process_facts_files(p);
}
