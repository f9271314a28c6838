/* Places in servers, the queue for them, and backups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "loop/worker.h"
#include "upstream/backend.h"

static struct worker worker;
static struct backend *backend;
static struct config_server servers[3];
static struct config_backend conf;

static void begin(unsigned n, unsigned max, unsigned queue)
{
	static const char *const texts[] = {"tcp://a:1", "tcp://b:1", "tcp://c:1"};

	for (size_t i = 0; i < n; i++)
		servers[i] = (struct config_server){.text = texts[i], .host = "x", .weight = 1};
	conf = (struct config_backend){.name = "b", .servers = servers, .n_servers = n,
	    .max_sessions = max, .queue = {queue, 1000}, .tries = 2, .health = {.fall = 2}};
	assert_int_equal(worker_init(&worker, 0, true), FAULT_NONE);
	assert_int_equal(backend_new(&conf, &backend), FAULT_NONE);
}

static void finish(void)
{
	for (size_t i = 0; i < conf.n_servers; i++)
		assert_int_equal(backend->targets[i]->sessions, 0);
	assert_int_equal(backend->n_waiting, 0);
	backend_free(backend);
	worker_fini(&worker);
}

static struct target *take(enum fault expected)
{
	const struct backend_pick pick = {0};
	struct target *t = NULL;

	assert_int_equal(backend_take(backend, &pick, &t), expected);
	return t;
}

static struct target *tried[2];

static bool was_tried(const struct backend_pick *pick, const struct target *t)
{
	(void)pick;
	return t == tried[0] || t == tried[1];
}

static void test_tried(void **state)
{
	const struct backend_pick pick = {.was_tried = was_tried};
	struct target *none;

	(void)state;
	begin(2, 0, 0);
	tried[0] = take(FAULT_NONE);
	assert_int_equal(backend_take(backend, &pick, &tried[1]), FAULT_NONE);
	assert_ptr_not_equal(tried[1], tried[0]);
	assert_int_equal(backend_take(backend, &pick, &none), FAULT_NO_SERVER);
	backend_release(backend, tried[0]);
	backend_release(backend, tried[1]);
	finish();
}

static void test_backup(void **state)
{
	struct target *t;

	(void)state;
	begin(2, 1, 0);
	servers[0].backup = true;
	backend->targets[0]->server.backup = true;
	t = take(FAULT_NONE);
	assert_string_equal(t->server.text, "tcp://b:1");
	take(FAULT_BACKEND_FULL);	/* full is not down */
	backend->targets[1]->down = true;
	struct target *backup = take(FAULT_NONE);
	assert_string_equal(backup->server.text, "tcp://a:1");
	take(FAULT_BACKEND_FULL);
	backend->targets[0]->down = true;
	take(FAULT_NO_SERVER);
	backend_release(backend, t);
	backend_release(backend, backup);
	finish();
}

struct guest {
	struct backend_wait	 wait;
	struct target		*got;
	unsigned		 answers;
};

static void guest_done(struct backend_wait *wait, struct target *t)
{
	struct guest *g = LIST_OWNER(wait, struct guest, wait);

	g->got = t;
	g->answers++;
}

static void turn(void)
{
	worker_turn(&worker, 0);
}

static void test_queue(void **state)
{
	struct guest guests[4];
	struct target *t;

	(void)state;
	begin(1, 1, 3);
	t = take(FAULT_NONE);
	take(FAULT_BACKEND_FULL);
	for (size_t i = 0; i < 4; i++) {
		guests[i] = (struct guest){.wait.done = guest_done};
		assert_int_equal(backend_wait(backend, &guests[i].wait, &worker, NULL),
		    i < 3 ? FAULT_NONE : FAULT_QUEUE_FULL);
	}
	assert_true(backend_leave(&guests[1].wait));	/* gives its place up */
	backend_release(backend, t);
	take(FAULT_BACKEND_FULL);	/* nobody overtakes those who wait */
	turn();
	assert_int_equal(guests[0].answers, 1);
	assert_non_null(guests[0].got);
	assert_int_equal(guests[2].answers, 0);
	backend_release(backend, guests[0].got);
	assert_false(backend_leave(&guests[2].wait));	/* too late: it is on its way */
	turn();
	assert_int_equal(guests[2].answers, 1);
	assert_int_equal(guests[1].answers, 0);
	backend_release(backend, guests[2].got);
	finish();
}

static void test_queue_timeout(void **state)
{
	struct guest g = {.wait.done = guest_done};
	struct target *t;

	(void)state;
	begin(1, 1, 1);
	t = take(FAULT_NONE);
	assert_int_equal(backend_wait(backend, &g.wait, &worker, NULL), FAULT_NONE);
	worker.now += 999;
	worker_run_timers(&worker);
	assert_int_equal(g.answers, 0);
	worker.now += 1;
	worker_run_timers(&worker);
	assert_int_equal(g.answers, 1);
	assert_null(g.got);
	assert_int_equal(backend->n_waiting, 0);
	backend_release(backend, t);
	finish();
}

/* A place that became free before the queue was entered is not waited for. */
static void test_no_lost_place(void **state)
{
	struct guest g = {.wait.done = guest_done};

	(void)state;
	begin(1, 1, 1);
	assert_int_equal(backend_wait(backend, &g.wait, &worker, NULL), FAULT_NONE);
	turn();
	assert_int_equal(g.answers, 1);
	backend_release(backend, g.got);
	finish();
}

/* Without a keeper nobody would find out that a server is back: so none goes down. */
static void test_down(void **state)
{
	struct target *t;

	(void)state;
	begin(1, 0, 0);
	t = take(FAULT_NONE);
	for (size_t i = 0; i < 5; i++)
		backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	assert_false(t->down);
	backend->keeper = &worker;
	backend_tell(backend, t, FAULT_NO_FILES, 0);	/* our own lack */
	backend_tell(backend, t, FAULT_NO_MEMORY, 0);
	backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	backend_tell(backend, t, FAULT_NONE, 0);
	backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	assert_false(t->down);
	backend_tell(backend, t, FAULT_DIAL_TIMEOUT, 0);
	assert_true(t->down);
	take(FAULT_NO_SERVER);
	backend_tell(backend, t, FAULT_NONE, 5000);	/* a session that was begun before */
	assert_false(t->down);
	assert_int_equal(t->recovered, 5000);
	backend_release(backend, t);
	backend->keeper = NULL;
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tried),
	    cmocka_unit_test(test_backup),
	    cmocka_unit_test(test_queue),
	    cmocka_unit_test(test_queue_timeout),
	    cmocka_unit_test(test_no_lost_place),
	    cmocka_unit_test(test_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
