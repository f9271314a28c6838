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
	assert_int_equal(backend_new(&conf, NULL, NULL, 1, &backend), FAULT_NONE);
}

static void keep(bool on)
{
	backend->fleet->current = on ? backend : NULL;
	backend->fleet->keeper = on ? &worker : NULL;
}

static void finish(void)
{
	for (size_t i = 0; i < conf.n_servers; i++)
		assert_int_equal(backend->targets[i]->sessions, 0);
	assert_int_equal(backend->fleet->n_waiting, 0);
	keep(false);
	backend_put(backend);
	worker_fini(&worker);
}

static const struct backend_pick anybody = {0};

static struct target *take(enum fault expected)
{
	struct target *t = NULL;

	assert_int_equal(backend_take(backend, &anybody, &t), expected);
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
	enum fault		 fault;
	unsigned		 answers;
};

static void guest_done(struct backend_wait *wait, struct target *t, enum fault f)
{
	struct guest *g = LIST_OWNER(wait, struct guest, wait);

	g->got = t;
	g->fault = f;
	g->answers++;
}

static enum fault guest_wait(struct guest *g, const struct backend_pick *pick)
{
	*g = (struct guest){.wait.done = guest_done};
	return backend_wait(backend, &g->wait, &worker, pick);
}

static void guest_expect(const struct guest *g, const struct target *t, enum fault f)
{
	assert_int_equal(g->answers, 1);
	assert_ptr_equal(g->got, t);
	assert_string_equal(fault_name(g->fault), fault_name(f));
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
		assert_int_equal(guest_wait(&guests[i], &anybody),
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
	struct guest g;
	struct target *t;

	(void)state;
	begin(1, 1, 1);
	t = take(FAULT_NONE);
	assert_int_equal(guest_wait(&g, &anybody), FAULT_NONE);
	worker.now += 999;
	worker_run_timers(&worker);
	assert_int_equal(g.answers, 0);
	worker.now += 1;
	worker_run_timers(&worker);
	guest_expect(&g, NULL, FAULT_QUEUE_TIMEOUT);
	assert_int_equal(backend->fleet->n_waiting, 0);
	backend_release(backend, t);
	finish();
}

/* A place that became free before the queue was entered is not waited for. */
static void test_no_lost_place(void **state)
{
	struct guest g;

	(void)state;
	begin(1, 1, 1);
	assert_int_equal(guest_wait(&g, &anybody), FAULT_NONE);
	turn();
	assert_int_equal(g.answers, 1);
	backend_release(backend, g.got);
	finish();
}

static void break_down(struct target *t)
{
	keep(true);
	t->watched = true;	/* as if: no socket is to be opened here */
	for (unsigned i = 0; i < conf.health.fall; i++)
		backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	assert_true(t->down);
}

/* Who waits for a server does not take its backup's place, but gets that when the server dies. */
static void test_queue_backup(void **state)
{
	struct guest guests[3];

	(void)state;
	begin(2, 1, 3);
	struct target *main = backend->targets[0], *backup = backend->targets[1];
	backup->server.backup = true;
	assert_ptr_equal(take(FAULT_NONE), main);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(guest_wait(&guests[i], &anybody), FAULT_NONE);
	turn();
	assert_int_equal(guests[0].answers, 0);
	break_down(main);
	take(FAULT_BACKEND_FULL);	/* nobody overtakes those who wait */
	turn();
	guest_expect(&guests[0], backup, FAULT_NONE);
	assert_int_equal(guests[1].answers, 0);

	/* The server is back: a place that its backup gets back is nobody's. */
	backend_tell(backend, main, FAULT_NONE, 1);
	backend_release(backend, guests[0].got);
	turn();
	assert_int_equal(guests[1].answers, 0);
	backend_release(backend, main);
	turn();
	guest_expect(&guests[1], main, FAULT_NONE);
	backend_release(backend, guests[1].got);
	turn();
	guest_expect(&guests[2], main, FAULT_NONE);
	backend_release(backend, guests[2].got);
	finish();
}

/* With the last server goes what is waited for: a dead one holds nobody up. */
static void test_queue_nobody_left(void **state)
{
	struct guest g[3], late;
	struct target *t[2];

	(void)state;
	begin(2, 1, 3);
	t[0] = take(FAULT_NONE);
	t[1] = take(FAULT_NONE);
	tried[0] = t[1];
	tried[1] = NULL;
	const struct backend_pick picky = {.was_tried = was_tried};
	const struct backend_pick mapped = {.only = t[0]};
	assert_int_equal(guest_wait(&g[0], &anybody), FAULT_NONE);
	assert_int_equal(guest_wait(&g[1], &picky), FAULT_NONE);
	assert_int_equal(guest_wait(&g[2], &mapped), FAULT_NONE);
	break_down(t[0]);
	turn();
	assert_int_equal(g[0].answers, 0);	/* for the other one */
	guest_expect(&g[1], NULL, FAULT_NO_SERVER);
	guest_expect(&g[2], NULL, FAULT_NO_SERVER);
	break_down(t[1]);
	turn();
	guest_expect(&g[0], NULL, FAULT_NO_SERVER);
	assert_int_equal(guest_wait(&late, &anybody), FAULT_NONE);
	assert_false(backend_leave(&late.wait));
	turn();
	guest_expect(&late, NULL, FAULT_NO_SERVER);
	backend_release(backend, t[0]);
	backend_release(backend, t[1]);
	finish();
}

/* Who waits after it failed at one server is not given the same again. */
static void test_queue_tried(void **state)
{
	struct guest first, second;
	struct target *t[2];

	(void)state;
	begin(2, 1, 3);
	t[0] = take(FAULT_NONE);
	t[1] = take(FAULT_NONE);
	tried[0] = t[0];
	tried[1] = NULL;
	const struct backend_pick picky = {.was_tried = was_tried};
	assert_int_equal(guest_wait(&first, &picky), FAULT_NONE);
	assert_int_equal(guest_wait(&second, &anybody), FAULT_NONE);
	backend_release(backend, t[0]);
	turn();
	assert_int_equal(first.answers, 0);
	guest_expect(&second, t[0], FAULT_NONE);
	backend_release(backend, t[1]);
	turn();
	guest_expect(&first, t[1], FAULT_NONE);
	backend_release(backend, first.got);
	backend_release(backend, second.got);
	finish();
}

/* A place that is taken says nothing about what a check asks for. */
static void test_witnesses(void **state)
{
	struct target *t;

	(void)state;
	begin(1, 0, 0);
	conf.health.type = HEALTH_HTTP;
	keep(true);
	t = take(FAULT_NONE);
	assert_false(target_failed(t, TARGET_CHECKS, 2));
	backend_tell(backend, t, FAULT_NONE, 0);
	assert_true(target_failed(t, TARGET_CHECKS, 2));
	backend_tell(backend, t, FAULT_NONE, 0);	/* and does not bring it back */
	assert_true(t->down);
	assert_false(target_worked(t, TARGET_CHECKS, 2, 7));
	assert_true(target_worked(t, TARGET_CHECKS, 2, 7));
	backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	assert_false(target_worked(t, TARGET_CHECKS, 2, 8));	/* nor the other way round */
	backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
	assert_true(t->down);
	backend_release(backend, t);
	finish();
}

static size_t watchers(void)
{
	size_t n = 0;

	turn();
	for (struct list *l = backend->fleet->checks.next; l != &backend->fleet->checks; l = l->next)
		n++;
	return n;
}

/* However often it flaps, one watcher asks; and none once nobody can be led to it any more. */
static void test_watcher(void **state)
{
	struct target *t;

	(void)state;
	begin(1, 0, 0);
	keep(true);
	t = target_new(&servers[0], 0);
	t->sessions = 1;
	backend_get(backend);
	for (int i = 0; i < 3; i++) {
		backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
		backend_tell(backend, t, FAULT_DIAL_REFUSED, 0);
		assert_true(t->down);
		assert_int_equal(watchers(), 1);
		backend_tell(backend, t, FAULT_NONE, 0);
		assert_false(t->down);
	}
	backend_release(backend, t);
	worker.now += 1000;
	worker_run_timers(&worker);
	assert_int_equal(watchers(), 0);
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
	keep(true);
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
	finish();
}

static void test_drain(void **state)
{
	struct target *t, *other;

	(void)state;
	begin(2, 0, 0);
	t = take(FAULT_NONE);
	assert_int_equal(backend_drain(backend, slice_of("tcp://x:1"), true), 0);
	assert_int_equal(backend_drain(backend, slice_of(t->server.text), true), 1);
	for (size_t i = 0; i < 4; i++) {
		other = take(FAULT_NONE);
		assert_ptr_not_equal(other, t);
		backend_release(backend, other);
	}
	assert_int_equal(backend_drain(backend, slice_of(NULL), true), 2);
	take(FAULT_DRAINED);
	other->down = true;
	take(FAULT_DRAINED);
	t->down = true;
	take(FAULT_NO_SERVER);
	t->down = other->down = false;
	assert_int_equal(t->sessions, 1);	/* what is open goes on */
	assert_int_equal(backend_drain(backend, slice_of(NULL), false), 2);
	backend_release(backend, t);
	backend_release(backend, take(FAULT_NONE));
	finish();
}

/* Who waits is told when the last one is drained, and what is given back goes to nobody then. */
static void test_drain_queue(void **state)
{
	struct guest g[2];
	struct target *t[2];

	(void)state;
	begin(2, 1, 2);
	t[0] = take(FAULT_NONE);
	t[1] = take(FAULT_NONE);
	assert_int_equal(guest_wait(&g[0], &anybody), FAULT_NONE);
	assert_int_equal(guest_wait(&g[1], &anybody), FAULT_NONE);
	backend_drain(backend, slice_of(t[0]->server.text), true);
	backend_release(backend, t[0]);
	turn();
	assert_int_equal(g[0].answers, 0);	/* for the other one */
	backend_release(backend, t[1]);
	turn();
	guest_expect(&g[0], t[1], FAULT_NONE);
	backend_drain(backend, slice_of(NULL), true);
	turn();
	guest_expect(&g[1], NULL, FAULT_NO_SERVER);
	assert_int_equal(guest_wait(&g[1], &anybody), FAULT_NONE);
	turn();
	guest_expect(&g[1], NULL, FAULT_NO_SERVER);
	backend_release(backend, t[1]);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tried),
	    cmocka_unit_test(test_backup),
	    cmocka_unit_test(test_queue),
	    cmocka_unit_test(test_queue_backup),
	    cmocka_unit_test(test_queue_nobody_left),
	    cmocka_unit_test(test_queue_tried),
	    cmocka_unit_test(test_queue_timeout),
	    cmocka_unit_test(test_watcher),
	    cmocka_unit_test(test_witnesses),
	    cmocka_unit_test(test_no_lost_place),
	    cmocka_unit_test(test_down),
	    cmocka_unit_test(test_drain),
	    cmocka_unit_test(test_drain_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
