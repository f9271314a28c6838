/*
 * Looking up names at a name server on loopback: sharing questions, the cache and its ages, name
 * servers that fail, and cancelling.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dns_fixture.h"
#include "net/resolver.h"
#include "net_fixture.h"

enum { AGE = 30000, CACHED = 256 };

static const struct dns_record records[] = {
    {"both.test", "192.0.2.1 192.0.2.2", "2001:db8::1"},
    {"v4.test", "192.0.2.4", NULL},
    {"none.test", NULL, NULL},
    {"many.test",
	"192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 192.0.2.9 "
	"192.0.2.10 192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14 192.0.2.15 192.0.2.16 192.0.2.17 "
	"192.0.2.18 192.0.2.19 192.0.2.20", NULL},
    {NULL, NULL, NULL},
};
static const struct dns_record changed[] = {
    {"v4.test", "192.0.2.44", NULL},
    {NULL, NULL, NULL},
};
static const struct dns_record any[] = {{NULL, "192.0.2.1", NULL}};

struct room {
	struct worker		 worker;
	struct dns_server	 dns;
	int			 files;
	uint64_t		 mono;		/* at the start; advanced by room_age */
};

struct query {
	struct lookup		 lookup;
	struct address		 addresses[RESOLVER_ADDRESSES];
	size_t			 n;
	int			 answers;
	struct worker		*worker;
};

static void query_done(struct lookup *l, const struct address *addresses, size_t n)
{
	struct query *q = LIST_OWNER(l, struct query, lookup);

	q->n = n;
	memcpy(q->addresses, addresses, n * sizeof(*addresses));
	q->answers++;
}

static bool query_answered(void *arg)
{
	return ((struct query *)arg)->answers > 0;
}

static void room_init(struct room *r, const struct dns_record *from)
{
	memset(r, 0, sizeof(*r));
	r->files = fixture_count_files();
	assert_int_equal(worker_init(&r->worker, 0, true), FAULT_NONE);
	dns_init(&r->dns, &r->worker, from);
	assert_int_equal(resolver_init(&r->worker, r->dns.text), FAULT_NONE);
}

static void room_fini(struct room *r)
{
	clock_fake(0, 0);
	resolver_fini(&r->worker);
	dns_fini(&r->dns);
	worker_fini(&r->worker);
	assert_int_equal(fixture_count_files(), r->files);
}

static void room_start(struct room *r, struct query *q, const char *name)
{
	memset(q, 0, sizeof(*q));
	worker_enter(&r->worker);
	assert_int_equal(lookup_start(&q->lookup, &r->worker, name, AGE, query_done), FAULT_NONE);
	assert_int_equal(q->answers, 0);
}

/* Asks and waits; returns how many questions that took. */
static unsigned room_ask(struct room *r, struct query *q, const char *name)
{
	unsigned before = r->dns.questions;

	room_start(r, q, name);
	fixture_run(&r->worker, query_answered, q);
	assert_int_equal(q->answers, 1);
	return r->dns.questions - before;
}

/* The clock stands still from now on, that much later. c-ares has its own. */
static void room_age(struct room *r, uint64_t ms)
{
	if (r->mono == 0)
		r->mono = clock_mono_ms();
	r->mono += ms;
	clock_fake(r->mono, 0);
}

static void room_settle(struct room *r)
{
	for (int i = 0; i < 20; i++)
		worker_turn(&r->worker, 0);
}

static void query_assert(const struct query *q, size_t i, const char *wanted)
{
	char text[ADDRESS_TEXT];

	assert_true(i < q->n);
	assert_string_equal(address_text(&q->addresses[i], text), wanted);
	assert_int_equal(q->addresses[i].port, 0);
}

static void test_answers(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	assert_int_equal(room_ask(&r, &q, "both.test"), 2);
	assert_int_equal(q.n, 3);
	room_ask(&r, &q, "v4.test");
	assert_int_equal(q.n, 1);
	query_assert(&q, 0, "192.0.2.4");
	room_ask(&r, &q, "many.test");
	assert_int_equal(q.n, RESOLVER_ADDRESSES);
	room_ask(&r, &q, "none.test");
	assert_int_equal(q.n, 0);
	room_ask(&r, &q, "unknown.test");
	assert_int_equal(q.n, 0);
	room_ask(&r, &q, "");
	assert_int_equal(q.n, 0);
	room_fini(&r);
}

static void test_sharing(void **state)
{
	struct room r;
	struct query q[10];

	(void)state;
	room_init(&r, records);
	for (int i = 0; i < 10; i++)
		room_start(&r, &q[i], i % 2 ? "both.test" : "BOTH.test");
	lookup_cancel(&q[3].lookup);
	fixture_run(&r.worker, query_answered, &q[9]);
	room_settle(&r);
	assert_int_equal(r.dns.questions, 2);
	for (int i = 0; i < 10; i++)
		assert_int_equal(q[i].answers, i != 3);
	room_fini(&r);
}

static void test_ages(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	room_age(&r, 0);
	assert_int_equal(room_ask(&r, &q, "v4.test"), 2);
	r.dns.records = changed;

	/* young: from the cache alone */
	room_age(&r, AGE / 2);
	assert_int_equal(room_ask(&r, &q, "v4.test"), 0);
	query_assert(&q, 0, "192.0.2.4");

	/* getting old: from the cache, and renewed behind it */
	room_age(&r, 1);
	room_ask(&r, &q, "v4.test");
	query_assert(&q, 0, "192.0.2.4");
	room_settle(&r);
	assert_int_equal(r.dns.questions, 4);
	assert_int_equal(room_ask(&r, &q, "v4.test"), 0);
	query_assert(&q, 0, "192.0.2.44");

	/* too old: waits for the new one */
	r.dns.records = records;
	room_age(&r, AGE + 1);
	assert_int_equal(room_ask(&r, &q, "v4.test"), 2);
	query_assert(&q, 0, "192.0.2.4");
	room_fini(&r);
}

/* Name servers that fail: the last good answer serves, at once as soon as it is known. */
static void test_failing(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	room_age(&r, 0);
	room_ask(&r, &q, "v4.test");
	r.dns.mood = DNS_SERVFAIL;
	room_age(&r, AGE + 1);
	assert_true(room_ask(&r, &q, "v4.test") > 0);
	query_assert(&q, 0, "192.0.2.4");

	/* held: not even asked */
	assert_int_equal(room_ask(&r, &q, "v4.test"), 0);
	query_assert(&q, 0, "192.0.2.4");

	/* asked again later, but nobody waits for it */
	room_age(&r, 2000);
	room_start(&r, &q, "v4.test");
	worker_settle(&r.worker);
	assert_int_equal(q.answers, 1);
	query_assert(&q, 0, "192.0.2.4");
	room_settle(&r);

	/* they are well again */
	r.dns.mood = DNS_ANSWERS;
	r.dns.records = changed;
	room_age(&r, 2000);
	room_ask(&r, &q, "v4.test");
	room_settle(&r);
	room_ask(&r, &q, "v4.test");
	query_assert(&q, 0, "192.0.2.44");

	/* "no such name" is an answer, and the old one is forgotten */
	r.dns.mood = DNS_NXDOMAIN;
	room_age(&r, AGE + 1);
	room_ask(&r, &q, "v4.test");
	assert_int_equal(q.n, 0);
	assert_int_equal(room_ask(&r, &q, "v4.test"), 0);
	assert_int_equal(q.n, 0);
	r.dns.mood = DNS_ANSWERS;
	room_age(&r, 2000);
	room_ask(&r, &q, "v4.test");
	query_assert(&q, 0, "192.0.2.44");
	room_fini(&r);
}

/*
 * The zone of a name fails, but not that of the search list, where there is no such name: that is
 * no answer about the name.
 */
static void test_failing_beside_search(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	room_age(&r, 0);
	room_ask(&r, &q, "v4");
	r.dns.mood = DNS_SERVFAIL;	/* of what stands in records; v4.test.test does not */
	for (int i = 0; i < 3; i++) {
		room_age(&r, AGE + 1);
		room_ask(&r, &q, "v4");
		query_assert(&q, 0, "192.0.2.4");
		room_settle(&r);
	}
	room_fini(&r);
}

/* Silent ones: an old answer serves after half a second, not after the name servers' timeout. */
static void test_patience(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	room_ask(&r, &q, "v4.test");
	r.dns.mood = DNS_SILENT;
	uint64_t begun = r.worker.now;
	while (r.worker.now == begun)
		worker_enter(&r.worker);
	begun = r.worker.now;
	memset(&q, 0, sizeof(q));
	assert_int_equal(lookup_start(&q.lookup, &r.worker, "v4.test", 0, query_done), FAULT_NONE);
	fixture_run(&r.worker, query_answered, &q);
	query_assert(&q, 0, "192.0.2.4");
	assert_in_range(r.worker.now - begun, 500, 5000);
	room_fini(&r);
}

static void test_bounded(void **state)
{
	struct room r;
	struct query q;
	char name[32];

	(void)state;
	room_init(&r, any);
	for (int i = 0; i <= CACHED; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		assert_int_equal(room_ask(&r, &q, name), 2);
		/* n0 stays in use, so n1 is the one that has to go */
		assert_int_equal(room_ask(&r, &q, "n0.test"), 0);
	}
	assert_int_equal(room_ask(&r, &q, "n2.test"), 0);
	assert_int_equal(room_ask(&r, &q, "n1.test"), 2);
	room_fini(&r);
}

/* The answer may be followed by the next question on the spot. */
static void query_again(struct lookup *l, const struct address *addresses, size_t n)
{
	struct query *q = LIST_OWNER(l, struct query, lookup);

	query_done(l, addresses, n);
	if (q->answers < 3)
		assert_int_equal(lookup_start(l, q->worker, q->answers == 1 ? "v4.test" : "both.test",
		    AGE, query_again), FAULT_NONE);
}

static bool query_answered_thrice(void *arg)
{
	return ((struct query *)arg)->answers == 3;
}

static void test_again(void **state)
{
	struct room r;
	struct query q = {.n = 0};

	(void)state;
	room_init(&r, records);
	q.worker = &r.worker;
	assert_int_equal(lookup_start(&q.lookup, &r.worker, "v4.test", AGE, query_again),
	    FAULT_NONE);
	fixture_run(&r.worker, query_answered_thrice, &q);
	assert_int_equal(q.n, 3);
	room_fini(&r);
}

static void test_cancel(void **state)
{
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	memset(&q, 0, sizeof(q));
	lookup_cancel(&q.lookup);

	/* before anything, while asking, when the answer is there but not yet told */
	for (int turns = 0; turns < 6; turns++) {
		room_start(&r, &q, turns % 2 ? "v4.test" : "unknown.test");
		for (int i = 0; i < turns; i++)
			worker_turn(&r.worker, 0);
		lookup_cancel(&q.lookup);
		lookup_cancel(&q.lookup);
	}
	room_settle(&r);

	/* the resolver goes first */
	r.dns.mood = DNS_SILENT;
	room_start(&r, &q, "both.test");
	room_settle(&r);
	resolver_fini(&r.worker);
	lookup_cancel(&q.lookup);
	assert_int_equal(q.answers, 0);
	room_fini(&r);
}

struct ender {
	struct watch	 watch;
	int		 turns;		/* until it acts */
};

static void ender_ready(struct watch *watch, unsigned what)
{
	struct ender *e = LIST_OWNER(watch, struct ender, watch);

	(void)what;
	if (e->turns-- > 0)
		return;
	watch_fini(watch);
	resolver_fini(watch->worker);
}

/* The loop has fetched "readable" already when another event makes c-ares close the socket. */
static void test_close_in_turn(void **state)
{
	int event = eventfd(1, EFD_CLOEXEC);
	struct ender ender = {.turns = 1};
	struct room r;
	struct query q;

	(void)state;
	room_init(&r, records);
	watch_init(&ender.watch, &r.worker, event, ender_ready);
	assert_int_equal(watch_arm(&ender.watch, WATCH_READ), FAULT_NONE);
	room_start(&r, &q, "both.test");
	/* the first of two questions is answered in the first turn */
	for (int i = 0; i < 3; i++)
		worker_turn(&r.worker, 0);
	assert_int_equal(q.answers, 0);
	room_fini(&r);
	close(event);
}

static int setup(void **state)
{
	(void)state;
	setenv("CARES_HOSTS", "/dev/null", 1);
	setenv("LOCALDOMAIN", "test", 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_sharing),
	    cmocka_unit_test(test_ages),
	    cmocka_unit_test(test_failing),
	    cmocka_unit_test(test_failing_beside_search),
	    cmocka_unit_test(test_patience),
	    cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_cancel),
	    cmocka_unit_test(test_close_in_turn),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
