/* The error log: what stands in it, where it goes, and that it never blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_sink.h"

static char folder[] = "/tmp/framegate-log-XXXXXX";
static char path[64], moved[64], fifo[64];
static char text[4 * 1024 * 1024];

static const char *read_file(const char *name)
{
	FILE *f = fopen(name, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void configure(const char *to, enum log_level level, enum log_format format)
{
	struct log_settings settings = {.to = to, .level = level, .format = format};

	assert_int_equal(log_configure(&settings), FAULT_NONE);
}

static int begin(void **state)
{
	(void)state;
	clock_fake(1000, UINT64_C(1767323045678));
	unlink(path);
	unlink(moved);
	return 0;
}

static int end(void **state)
{
	(void)state;
	clock_fake(0, 0);
	return 0;
}

static void test_text(void **state)
{
	(void)state;
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_line(LOG_LEVEL_WARN, "a %s", "b\nc");
	log_line(LOG_LEVEL_DEBUG, "not wanted");
	log_fault(FAULT_DIAL_REFUSED, "backend %s", "vnc");
	log_fault_words(FAULT_ORIGIN_DENIED, "origin \"%s\"", "x");
	log_flush();
	assert_string_equal(read_file(path),
	    "2026-01-02T03:04:05.678Z warn: a b\\nc\n"
	    "2026-01-02T03:04:05.678Z warn: backend vnc: backend refused the connection\n"
	    "2026-01-02T03:04:05.678Z warn: origin \"x\"\n");
	assert_true(log_wanted(LOG_LEVEL_INFO));
	assert_false(log_wanted(LOG_LEVEL_DEBUG));
}

static void test_json(void **state)
{
	(void)state;
	configure(path, LOG_LEVEL_DEBUG, LOG_FORMAT_JSON);
	log_line(LOG_LEVEL_DEBUG, "a \"%s\"", "b\x01\xff");
	log_fault(FAULT_BACK_RESET, "x");
	log_flush();
	assert_string_equal(read_file(path),
	    "{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"debug\","
	    "\"message\":\"a \\\"b\\u0001\\\\xff\\\"\"}\n"
	    "{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"info\",\"fault\":\"BACK_RESET\","
	    "\"message\":\"x: backend reset the connection\"}\n");
}

static void test_long_line(void **state)
{
	char *line = calloc(1, 10000);

	(void)state;
	memset(line, 'a', 9999);
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_JSON);
	log_line(LOG_LEVEL_INFO, "%s", line);
	log_fault(FAULT_BACK_RESET, "%s", line);
	log_flush();
	for (char *at = (char *)(uintptr_t)read_file(path), *next; *at; at = next + 1) {
		next = strchr(at, '\n');
		assert_non_null(next);
		assert_memory_equal(next - 2, "\"}", 2);
	}
	free(line);
}

static void test_reopen(void **state)
{
	(void)state;
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_line(LOG_LEVEL_INFO, "before");
	log_flush();
	assert_int_equal(rename(path, moved), 0);
	log_line(LOG_LEVEL_INFO, "still");
	log_flush();
	log_reopen();
	log_flush();
	log_line(LOG_LEVEL_INFO, "after");
	log_flush();
	assert_non_null(strstr(read_file(moved), "still"));
	assert_null(strstr(text, "after"));
	assert_non_null(strstr(read_file(path), "after"));
	assert_null(strstr(text, "still"));
}

static void test_bad_path(void **state)
{
	struct log_settings settings = {.to = "/nonexistent/log", .level = LOG_LEVEL_DEBUG};

	(void)state;
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	assert_int_equal(log_configure(&settings), FAULT_SYSTEM);
	assert_false(log_wanted(LOG_LEVEL_DEBUG));
	log_flush();
	assert_non_null(strstr(read_file(path), "log /nonexistent/log: No such file"));
}

static unsigned count(const char *in, const char *what)
{
	unsigned n = 0;

	for (; (in = strstr(in, what)) != NULL; in++)
		n++;
	return n;
}

/* A burst is cut, and what was cut is told once its window is over. */
static void test_rate(void **state)
{
	(void)state;
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	clock_fake(1000000, UINT64_C(1767323045678));
	for (int i = 0; i < 100; i++)
		log_fault(FAULT_DIAL_TIMEOUT, "x");
	log_fault(FAULT_DIAL_TLS, "another");
	log_flush();
	assert_int_equal(count(read_file(path), "x: backend did not answer"), LOG_BURST);
	assert_int_equal(count(text, "another"), 1);
	clock_fake(1000000 + LOG_WINDOW, UINT64_C(1767323055678));
	for (int i = 0; i < 300 && count(read_file(path), "more in 10 s") == 0; i++)
		usleep(20000);
	assert_non_null(strstr(text, "80 more in 10 s: backend did not answer within"));
	log_fault(FAULT_DIAL_TIMEOUT, "x");
	log_flush();
	assert_int_equal(count(read_file(path), "x: backend did not answer"), LOG_BURST + 1);
}

/* What is in text of lines that were put, and of those that are told to be lost. */
static unsigned accounted(void)
{
	unsigned n = count(text, "line ");

	for (const char *at = text; (at = strstr(at, " lines were lost\n")) != NULL; at++) {
		const char *digits = at;
		while (digits[-1] >= '0' && digits[-1] <= '9')
			digits--;
		n += (unsigned)atoi(digits);
	}
	return n;
}

/* Reads until the text accounts for so many lines; a thread may need its time to write them. */
static void read_all(int fd, unsigned lines)
{
	size_t used = 0;

	for (int idle = 0; idle < 6000 && accounted() < lines;) {
		ssize_t n = read(fd, text + used, sizeof(text) - 1 - used);
		if (n > 0) {
			used += (size_t)n;
			idle = 0;
		} else {
			usleep(5000);
			idle++;
		}
		text[used] = '\0';
	}
}

static int make_fifo(void)
{
	unlink(fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	text[0] = '\0';
	return fd;
}

/* A pipe that nobody reads: lines are lost, callers are not stopped, the loss is told later. */
static void test_blocked(void **state)
{
	enum { LINES = 20000 };

	(void)state;
	clock_fake(0, 0);
	int fd = make_fifo();
	configure(fifo, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	uint64_t started = clock_mono_ms();
	for (int i = 0; i < LINES; i++)
		log_line(LOG_LEVEL_INFO, "line %d of many, padded to a hundred bytes or so %s", i,
		    "........................................");
	assert_true(clock_mono_ms() - started < 30000);
	started = clock_mono_ms();
	log_flush();
	assert_true(clock_mono_ms() - started < 30000);
	read_all(fd, LINES);
	assert_non_null(strstr(text, "lines were lost"));
	assert_int_equal(accounted(), LINES);
	/* And it goes on. */
	log_line(LOG_LEVEL_INFO, "well again");
	log_flush();
	ssize_t n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "well again"));
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_flush();
	close(fd);
}

static struct log_sink *full;
static _Atomic unsigned full_put;	/* the sink's own thread puts lines too */

static void fill_sink(unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		log_sink_put(full, LOG_LEVEL_INFO,
		    slice_of("line of many ................................................"));
	full_put += lines;
}

/* When the loss is to be told others have filled the ring again. */
static bool lost_again(const char *to, uint64_t lines)
{
	char line[64];
	static bool filled;

	(void)to;
	if (!filled)
		fill_sink(LOG_SINK_RING / 32);
	filled = true;
	snprintf(line, sizeof(line), "%llu lines were lost", (unsigned long long)lines);
	return log_sink_try(full, LOG_LEVEL_INFO, slice_of(line));
}

static void test_no_room_to_tell(void **state)
{
	static const struct log_sink_events events = {.lost = lost_again};

	(void)state;
	clock_fake(0, 0);
	int fd = make_fifo();
	assert_int_equal(log_sink_open(&full, fifo, &events), 0);
	fill_sink(LOG_SINK_RING / 32);
	read_all(fd, 2 * LOG_SINK_RING / 32);
	assert_true(log_sink_flush(full, 30000));
	assert_int_equal(accounted(), full_put);
	assert_int_equal(full_put, 2 * LOG_SINK_RING / 32);
	close(fd);
}

/* A pipe that is stuck for good can be left for another place. */
static void test_leave(void **state)
{
	(void)state;
	unlink(path);
	int fd = make_fifo();
	configure(fifo, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	/* More than pipe, batch and ring can hold, whenever the thread came to write. */
	for (int i = 0; i < 20000; i++)
		log_line(LOG_LEVEL_INFO, "line %d ........................................", i);
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_flush();
	log_line(LOG_LEVEL_INFO, "elsewhere");
	log_flush();
	assert_non_null(strstr(read_file(path), "elsewhere\n"));
	assert_non_null(strstr(text, "lines were lost\n"));
	close(fd);
}

/* Nobody at the other end any more: no SIGPIPE, no block. */
static void test_broken(void **state)
{
	(void)state;
	int fd = make_fifo();
	configure(fifo, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_line(LOG_LEVEL_INFO, "one");
	log_flush();
	close(fd);
	log_line(LOG_LEVEL_INFO, "two");
	log_flush();
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_line(LOG_LEVEL_INFO, "three");
	log_flush();
	assert_non_null(strstr(read_file(path), "three"));
	assert_non_null(strstr(text, "1 lines were lost"));
}

static void *writer(void *arg)
{
	for (int i = 0; i < 500; i++) {
		log_line(LOG_LEVEL_INFO, "thread %s line %d", (const char *)arg, i);
		log_fault(FAULT_NO_ROUTE, "thread %s", (const char *)arg);
	}
	return NULL;
}

static void test_threads(void **state)
{
	static char names[4][2] = {"a", "b", "c", "d"};
	pthread_t threads[4];

	(void)state;
	configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, writer, names[i]), 0);
	for (int i = 0; i < 50; i++) {
		log_reopen();
		configure(path, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	log_flush();
	assert_int_equal(count(read_file(path), " line "), 4 * 500);
	assert_int_equal(count(text, "no route takes"), LOG_BURST);
	assert_non_null(strstr(text, "thread d line 499\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, begin, end),
		cmocka_unit_test_setup_teardown(test_json, begin, end),
		cmocka_unit_test_setup_teardown(test_long_line, begin, end),
		cmocka_unit_test_setup_teardown(test_reopen, begin, end),
		cmocka_unit_test_setup_teardown(test_bad_path, begin, end),
		cmocka_unit_test_setup_teardown(test_rate, begin, end),
		cmocka_unit_test_setup_teardown(test_threads, begin, end),
		cmocka_unit_test_setup_teardown(test_blocked, begin, end),
		cmocka_unit_test_setup_teardown(test_no_room_to_tell, begin, end),
		cmocka_unit_test_setup_teardown(test_broken, begin, end),
		cmocka_unit_test_setup_teardown(test_leave, begin, end),
	};

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/log", folder);
	snprintf(moved, sizeof(moved), "%s/log.1", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	unlink(moved);
	unlink(fifo);
	rmdir(folder);
	return failed;
}
