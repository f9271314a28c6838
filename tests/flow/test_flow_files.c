/* Answers without a backend, through the whole worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>

#include "../unit/serve/file_tree.h"
#include "fake_disk.h"
#include "flow.h"

static char routes[512];

static int begin(void **state)
{
	char web[128];

	(void)state;
	file_tree_make();
	file_tree_path(web, sizeof(web), "web");
	snprintf(routes, sizeof(routes),
	    "unused: { path = \"=/b\"; backend = \"b\"; };"
	    "old: { path = \"~^/old/(?<rest>.*)$\"; redirect = \"/new/${path.rest}\"; };"
	    "fixed: { path = \"=/fixed\"; respond: { status = 200; body = \"fixed\"; }; };"
	    "health: { path = \"=/health\"; service = \"health\"; };"
	    "files: { path = \"/files\"; static = \"%s\"; };", web);
	return 0;
}

static int end(void **state)
{
	(void)state;
	file_tree_remove();
	return 0;
}

static const char *ask(struct fake *c, const char *request)
{
	c->out_n = 0;
	fake_say_text(c, request);
	flow_run();
	return fake_text(c);
}

static void contains(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("no \"%s\" in \"%.400s\"", what, text);
}

/* One connection, one request after the other. */
static void test_answers(void **state)
{
	(void)state;
	flow_begin(routes, "");
	struct fake *c = flow_client();
	const char *text = ask(c, "GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "HTTP/1.1 200 OK\r\n");
	contains(text, "\r\nContent-Length: 5\r\n");
	contains(text, "\r\n\r\nfixed");
	text = ask(c, "GET /old/a%20b HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "HTTP/1.1 308 Permanent Redirect\r\n");
	contains(text, "\r\nLocation: /new/a%20b\r\n");
	text = ask(c, "GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "\r\n\r\nok\n");
	text = ask(c, "GET /none HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n");
	contains(text, "HTTP/1.1 404 Not Found\r\n");
	contains(text, "<h1>404 Not Found</h1>");
	text = ask(c, "GET /files/index.html HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "\r\n\r\nindex\n");
	text = ask(c, "HEAD /files/index.html HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "\r\nContent-Length: 6\r\n");
	assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
	text = ask(c, "GET /files/empty.txt HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "\r\nContent-Length: 0\r\n");
	fake_eof(c);
	flow_run();
	flow_finish();
}

/* Several at once: the answers come in order, and a file does not harm what waits behind it. */
static void test_pipeline(void **state)
{
	(void)state;
	flow_begin(routes, "");
	struct fake *c = flow_client();
	const char *text = ask(c, "GET /files/index.html HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /files/large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-99999\r\n\r\n"
	    "GET /files/sub/ HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(text, "\r\n\r\nindex\nHTTP/1.1 206 Partial Content\r\n");
	const uint8_t *large = memmem(c->out, c->out_n, "/204817\r\n", 9);
	assert_non_null(large);
	large = memmem(large, 4096, "\r\n\r\n", 4);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal((char)large[4 + i], file_tree_large(i));
	const char *rest = (const char *)large + 4 + 100000;
	assert_memory_equal(rest, "HTTP/1.1 200 OK\r\n", 17);
	contains(rest, "\r\n\r\nsub\nHTTP/1.1 200 OK\r\n");
	assert_memory_equal(c->out + c->out_n - 5, "fixed", 5);
	fake_eof(c);
	flow_run();
	flow_finish();
}

/* The file is read no faster than the client takes it. */
static void test_slow(void **state)
{
	(void)state;
	flow_begin(routes, "");
	struct fake *c = flow_client();
	c->window = 1000;
	ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(c->out_n, 1000);
	assert_true(atomic_load(&flow_world.worker.stats.queued) < 200 * 1024);
	for (int i = 0; i < 400 && c->out_n < FILE_TREE_LARGE; i++) {
		c->window = 5000;
		flow_run();
	}
	c->window = SIZE_MAX;
	flow_run();
	const uint8_t *body = memmem(c->out, c->out_n, "\r\n\r\n", 4);
	assert_non_null(body);
	assert_int_equal((size_t)(c->out + c->out_n - body) - 4, FILE_TREE_LARGE);
	for (size_t i = 0; i < FILE_TREE_LARGE; i++)
		assert_int_equal((char)body[4 + i], file_tree_large(i));
	fake_eof(c);
	flow_run();
	flow_finish();
}

static void test_gone(void **state)
{
	(void)state;
	flow_begin(routes, "");
	struct fake *c = flow_client();
	c->window = 1000;
	ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	fake_reset(c);
	flow_run();
	flow_finish();
}

/* A long location leaves whole, though the memory it stood in goes at once. */
static void test_long_location(void **state)
{
	static char path[3000], request[4000];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	snprintf(request, sizeof(request), "GET /old/%s HTTP/1.1\r\nHost: h\r\n\r\n", path);
	flow_begin(routes, "");
	struct fake *c = flow_client();
	const char *text = ask(c, request);
	contains(text, "\r\nLocation: /new/aaaa");
	contains(text, path);
	fake_eof(c);
	flow_run();
	flow_finish();
}

static const uint8_t *body_of(struct fake *c)
{
	const uint8_t *end = memmem(c->out, c->out_n, "\r\n\r\n", 4);

	assert_non_null(end);
	return end + 4;
}

static void is_large(struct fake *c)
{
	const uint8_t *body = body_of(c);

	assert_int_equal((size_t)(c->out + c->out_n - body), FILE_TREE_LARGE);
	for (size_t i = 0; i < FILE_TREE_LARGE; i++)
		assert_int_equal((char)body[i], file_tree_large(i));
}

/* Whatever is in memory and what is not: all of the file, and nobody waits but threads. */
static void test_disk(void **state)
{
	static const enum disk states[] = {DISK_WARM, DISK_COLD, DISK_MIXED};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fake_disk = (struct fake_disk){.state = states[i]};
		flow_begin(routes, "");
		struct fake *c = flow_client();
		for (int k = 0; k < 2; k++) {
			ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
			is_large(c);
		}
		/* The first one learns whether the file system can be asked. */
		if (states[i] == DISK_COLD)
			assert_in_range(fake_disk.waits, 10, 20);
		else if (states[i] == DISK_MIXED)
			assert_true(fake_disk.waits > 2);
		fake_eof(c);
		flow_run();
		flow_finish();
	}
	fake_disk = (struct fake_disk){.state = DISK_WARM};
}

/* While one waits for the disk, the others are served. */
static void test_others(void **state)
{
	(void)state;
	fake_disk = (struct fake_disk){.state = DISK_COLD};
	flow_begin(routes, "");
	struct fake *slow = flow_client(), *quick = flow_client();
	flow_world.errands_held = true;
	ask(slow, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(slow->out_n, 0);
	contains(ask(quick, "GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n"), "fixed");
	assert_true(flow_work());		/* found */
	flow_world.errands_held = false;
	worker_open_mail(&flow_world.worker);
	flow_world.errands_held = true;
	flow_run();
	assert_int_equal(slow->out_n, 0);	/* the head waits for the first bytes */
	contains(ask(quick, "GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n"), "fixed");
	flow_world.errands_held = false;
	flow_run();
	is_large(slow);
	fake_eof(slow);
	fake_eof(quick);
	flow_run();
	flow_finish();
}

/*
 * The client goes while its errand waits for a thread, while it is on its way back, or is left in
 * the mailbox when all ends.
 */
static void leave(int finds, int reads, bool worked, bool opened)
{
	flow_begin(routes, "");
	struct fake *c = flow_client();
	flow_world.errands_held = true;
	ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	for (int i = 0; i < finds + reads; i++) {
		assert_true(flow_work());
		worker_open_mail(&flow_world.worker);
		flow_run();
	}
	if (worked)
		assert_true(flow_work());
	fake_reset(c);
	c->window = 0;
	flow_run();
	assert_int_equal(flow_world.worker.stats.connections, 0);
	assert_false(flow_work());		/* called back, or done */
	if (opened)
		worker_open_mail(&flow_world.worker);
	flow_finish();
}

static void test_leave(void **state)
{
	(void)state;
	fake_disk = (struct fake_disk){.state = DISK_COLD};
	for (int steps = 0; steps < 3; steps++) {
		leave(steps, 0, false, false);
		leave(steps, 0, true, true);
		leave(steps, 0, true, false);
	}
}

/* A broken disk: an answer if none was begun, a reset else. */
static void test_broken(void **state)
{
	(void)state;
	fake_disk = (struct fake_disk){.state = DISK_COLD, .error = EIO};
	flow_begin(routes, "");
	struct fake *c = flow_client();
	contains(ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n"),
	    "HTTP/1.1 500 Internal Server Error\r\n");
	fake_disk.error = 0;
	c->window = 1000;
	ask(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	contains(fake_text(c), "HTTP/1.1 200 OK\r\n");
	fake_disk.error = EIO;
	c->window = SIZE_MAX;
	flow_run();
	assert_true(c->got_reset);
	flow_finish();
	fake_disk = (struct fake_disk){.state = DISK_WARM};
}

static void all_kinds(void)
{
	struct fake *c = flow_client();

	flow_run();
	if (flow_world.n_fakes < 1 || c == NULL)
		return;
	fake_say_text(c, "GET /files/large.bin HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /old/x HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /files/sub HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /files/x HTTP/1.1\r\nHost: h\r\nRange: bytes=1-\r\n\r\n"
	    "GET /files/large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-9,99-\r\n\r\n");
	flow_run();
	fake_eof(c);
	flow_run();
}

static void test_memory(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(routes, "", NULL, all_kinds), 5, 1000);
}

static void test_memory_cold(void **state)
{
	fake_disk.state = DISK_COLD;
	test_memory(state);
	fake_disk.state = DISK_WARM;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_long_location),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_cold),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
