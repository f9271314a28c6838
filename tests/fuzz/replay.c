/*
 * Replays the corpus of the fuzz target it is linked with, as one test: tests/fuzz/corpus/NAME for
 * a program called replay_NAME. Every beginning of a file is an input too.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20, BEGINNINGS_MAX = 600 };

static char replay_path[4096];

/* Which file it was; the abort then goes on. */
static void replay_died(int signal_number)
{
	static const char words[] = "\nreplay: died on ";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)!write(STDERR_FILENO, replay_path, strlen(replay_path));
	(void)!write(STDERR_FILENO, "\n", 1);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* In a block of exactly its size, for the sanitizers. */
static void replay_input(const uint8_t *bytes, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);

	if (exact == NULL)
		abort();
	memcpy(exact, bytes, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

static bool replay_file(uint8_t *bytes)
{
	FILE *f = fopen(replay_path, "rb");

	if (f == NULL)
		return false;
	size_t n = fread(bytes, 1, INPUT_MAX, f);
	fclose(f);
	replay_input(bytes, n);
	for (size_t i = 0; i < n && i < BEGINNINGS_MAX; i++)
		replay_input(bytes, i);
	return true;
}

int main(int argc, char **argv)
{
	static uint8_t bytes[INPUT_MAX];
	const char *srcdir = getenv("srcdir"), *name = strstr(argv[0], "replay_");
	char folder[2048];
	unsigned replayed = 0;

	(void)argc;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
	    name ? name + strlen("replay_") : "");
	signal(SIGABRT, replay_died);
	puts("1..1");
	DIR *d = opendir(folder);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(replay_path, sizeof(replay_path), "%s/%s", folder, e->d_name);
		if (!replay_file(bytes)) {
			printf("not ok 1 - cannot read %s\n", replay_path);
			return 1;
		}
		replayed++;
	}
	if (d != NULL)
		closedir(d);
	printf("%s 1 - %u inputs\n", replayed ? "ok" : "not ok", replayed);
	return replayed ? 0 : 1;
}
