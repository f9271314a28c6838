/* What is counted is exact for scripted traffic; and the admin's pages, whatever memory does. */
#include <string.h>

#include "admin/admin_site.h"
#include "flow.h"
#include "report/series.h"

#define BRIDGE	"r: { backend = \"b\"; origins = [\"https://a\"]; buffer = 1024; };"
#define ECHO	"r: { service = \"echo\"; max_message = 8; };"

static struct series *route;

static void begin(const char *routes)
{
	flow_begin(routes, "");
	route = series_get(SERIES_ROUTE, "r", 1);
	assert_int_equal(route->users, 2);	/* the snapshot's, and ours */
}

static void finish(void)
{
	flow_finish();
	series_put(route);
}

static const struct counts_route *counts(void)
{
	return series_block(route, 0);
}

static void expect_traffic(enum counts_way way, uint64_t messages, uint64_t bytes)
{
	assert_int_equal(counts()->traffic[way].messages, messages);
	assert_int_equal(counts()->traffic[way].bytes, bytes);
}

/* Exactly these numbers were counted, ascending, once each but for the last. */
static void expect_coded(const struct coded *c, unsigned n, const unsigned *numbers, uint64_t last)
{
	struct coded_sum sum = {.n = 0};

	coded_gather(c, &sum);
	assert_int_equal(sum.n, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(sum.v[i].number, numbers[i]);
		assert_int_equal(sum.v[i].count, i + 1 < n ? 1 : last);
	}
	assert_int_equal(sum.other, 0);
}

#define EXPECT_CODED(counter, last, ...) \
	expect_coded(&counts()->counter, sizeof((const unsigned[]){__VA_ARGS__}) / \
	    sizeof(unsigned), (const unsigned[]){__VA_ARGS__}, last)

static void test_messages(void **state)
{
	(void)state;
	begin(BRIDGE);
	struct fake *c = flow_websocket();
	flow_advance(0);
	struct fake *b = flow_backend();
	assert_int_equal(counts()->sessions[COUNTS_WEBSOCKET], 1);
	EXPECT_CODED(handshakes, 1, FAULT_NONE);
	EXPECT_CODED(requests, 1, 101);
	fake_frame(c, 0x82, "hello", 5);
	fake_frame(c, 0x02, "in", 2);
	fake_frame(c, 0x89, "ping", 4);		/* is no message */
	fake_frame(c, 0x00, "thr", 3);
	fake_frame(c, 0x80, "", 0);
	flow_run();
	expect_traffic(COUNTS_IN, 2, 10);
	expect_traffic(COUNTS_OUT, 0, 0);
	fake_say_text(b, "world");
	flow_run();
	fake_say_text(b, "!");
	flow_run();
	expect_traffic(COUNTS_OUT, 2, 6);
	fake_frame(c, 0x88, "\x0f\xa1", 2);
	flow_run();
	assert_int_equal(counts()->sessions[COUNTS_WEBSOCKET], 0);
	assert_int_equal(counts()->sessions_total[COUNTS_WEBSOCKET], 1);
	EXPECT_CODED(closes, 1, COUNTS_CLOSE(4001, COUNTS_CLIENT));
	expect_traffic(COUNTS_IN, 2, 10);
	finish();
}

static void test_who_ended(void **state)
{
	(void)state;
	begin(BRIDGE);
	for (unsigned i = 0; i < 2; i++) {
		struct fake *c = flow_websocket();
		flow_advance(0);
		if (i == 0)
			fake_eof(flow_backend());
		else
			fake_reset(flow_backend());
		flow_run();
		fake_reset(c);
		flow_run();
	}
	struct fake *c = flow_websocket();
	flow_advance(0);
	fake_frame(c, 0x83, "", 0);
	flow_run();
	EXPECT_CODED(closes, 1, COUNTS_CLOSE(1000, COUNTS_BACKEND),
	    COUNTS_CLOSE(1002, COUNTS_GATEWAY), COUNTS_CLOSE(1011, COUNTS_BACKEND));
	finish();
}

static void test_held_up(void **state)
{
	static uint8_t payload[30000];

	(void)state;
	begin(BRIDGE);
	struct fake *c = flow_websocket();
	flow_advance(0);
	struct fake *b = flow_backend();
	b->window = 100;
	for (unsigned i = 0; i < 8; i++)
		fake_frame(c, 0x82, payload, 120);
	flow_run();
	assert_int_equal(counts()->held[COUNTS_IN], 1);
	assert_int_equal(counts()->held_ms[COUNTS_IN], 0);
	flow_advance(1500);
	assert_int_equal(counts()->held_ms[COUNTS_IN], 0);	/* until it goes on */
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(counts()->held[COUNTS_IN], 0);
	assert_int_equal(counts()->held_ms[COUNTS_IN], 1500);
	assert_int_equal(counts()->held_ms[COUNTS_OUT], 0);
	/* The client does not read, and then the session ends. */
	c->window = 10;
	fake_say(b, payload, sizeof(payload));
	flow_run();
	assert_int_equal(counts()->held[COUNTS_OUT], 1);
	flow_advance(700);
	fake_reset(c);
	flow_run();
	assert_int_equal(counts()->held[COUNTS_OUT], 0);
	assert_int_equal(counts()->held_ms[COUNTS_OUT], 700);
	assert_int_equal(counts()->held_ms[COUNTS_IN], 1500);
	finish();
}

static void test_refused(void **state)
{
	(void)state;
	begin(BRIDGE);
	struct fake *c = flow_handshake("Origin: https://b\r\n");
	flow_run();
	fake_expect_start(c, "HTTP/1.1 403 ");
	flow_world.dial = FLOW_DIAL_REFUSE;
	c = flow_handshake("");
	flow_advance(10 * 1000);
	fake_expect_start(c, "HTTP/1.1 502 ");
	c = flow_client();
	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");	/* is no handshake */
	flow_run();
	fake_expect_start(c, "HTTP/1.1 426 ");
	EXPECT_CODED(handshakes, 1, FAULT_ORIGIN_DENIED, FAULT_DIAL_REFUSED);
	EXPECT_CODED(requests, 1, 403, 426, 502);
	assert_int_equal(flow_world.worker.stats.refusals[FAULT_ORIGIN_DENIED], 1);
	assert_int_equal(flow_world.worker.stats.refusals[FAULT_DIAL_REFUSED], 1);
	assert_int_equal(flow_world.worker.stats.refusals[FAULT_UPGRADE_REQUIRED], 1);
	assert_int_equal(counts()->sessions_total[COUNTS_WEBSOCKET], 0);
	finish();
}

static uint64_t sum_of(const struct coded *c)
{
	struct coded_sum sum = {.n = 0};
	uint64_t all = 0;

	coded_gather(c, &sum);
	for (unsigned i = 0; i < sum.n; i++)
		all += sum.v[i].count;
	return all + sum.other;
}

/* A handshake that was read has one result, whatever fails; a session that began ends once. */
static void test_nth_allocation_fails(void **state)
{
	unsigned total = 1000;

	(void)state;
	for (unsigned n = 1; n <= total; n++) {
		begin(ECHO);
		flow_fail_allocation(n);
		flow_websocket();
		flow_advance(0);
		total = flow_allocations() < n ? n : total;
		flow_fail_allocation(0);
		uint64_t began = counts()->sessions_total[COUNTS_WEBSOCKET];
		assert_in_range(sum_of(&counts()->handshakes), began, 1);
		flow_finish();
		assert_int_equal(sum_of(&counts()->closes), began);
		assert_true(n < total || began == 1);
		series_put(route);
	}
	assert_in_range(total, 5, 999);
}

static struct life life = {.ready = true};

/* Like the attendant, but on the one worker that there is, which has a session of its own. */
static void ask(const char *path, unsigned n, const char *answer)
{
	static struct worker *workers[1] = {&flow_world.worker};
	static struct gather gather;
	static struct admin_site site;
	char request[100];

	flow_websocket();
	flow_advance(0);
	gather_init(&gather, workers, 1, &life, flow_world.gateway.snapshot);
	admin_site_init(&site, &gather, NULL, NULL);
	const struct http_site *own = flow_world.gateway.site;
	flow_world.gateway.site = &site.site;
	struct fake *c = flow_client();
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
	fake_say_text(c, request);
	flow_fail_allocation(n);
	flow_run();
	unsigned needed = flow_allocations();
	flow_fail_allocation(0);
	if (n > needed || n == 0)
		fake_expect_start(c, answer);
	else if (c->out_n > 0)
		assert_memory_equal(c->out, "HTTP/1.1 ", 9);
	fake_reset(c);
	flow_run();
	flow_world.gateway.site = own;
	gather_fini(&gather);
}

static void test_pages(void **state)
{
	static const struct {
		const char	*path, *answer;
	} pages[] = {
		{"/", "HTTP/1.1 200 "}, {"/metrics", "HTTP/1.1 200 "},
		{"/status.json", "HTTP/1.1 200 "}, {"/health/ready", "HTTP/1.1 200 "},
		{"/health/live", "HTTP/1.1 200 "}, {"/r", "HTTP/1.1 404 "},
		{"/metrics/", "HTTP/1.1 404 "}, {"*", "HTTP/1.1 4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		for (unsigned n = 0; n < 60; n++) {
			begin(ECHO);
			ask(pages[i].path, n, pages[i].answer);
			finish();
		}
}

static void test_health(void **state)
{
	(void)state;
	begin(ECHO);
	life.leaving = true;
	ask("/health/ready", 0, "HTTP/1.1 503 ");
	ask("/health/live", 0, "HTTP/1.1 200 ");
	life.leaving = false;
	life.held_up = true;
	ask("/health/live", 0, "HTTP/1.1 503 ");
	life.held_up = false;
	life.ready = false;
	ask("/health/ready", 0, "HTTP/1.1 503 ");
	life.ready = true;
	ask("/health/ready", 0, "HTTP/1.1 200 ");
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_who_ended),
	    cmocka_unit_test(test_held_up),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_nth_allocation_fails),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_health),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
