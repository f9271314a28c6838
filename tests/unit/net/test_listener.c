/*
 * Listening on all kinds of addresses, what stands in the way of it, spreading connections over
 * workers, and running out of descriptors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/listener.h"
#include "net_fixture.h"

enum { WORKERS = 4, MANY = 2000 };

static char directory[] = "/tmp/test_listener.XXXXXX";
static char socket_path[64];

/* What the tag points to: the connections that arrived on one worker's own loop. */
struct arrivals {
	int		 n;
	struct accepted	 last;
};

static void take(struct worker *w, const struct accepted *accepted)
{
	struct arrivals *a = (struct arrivals *)(uintptr_t)accepted->tag;

	assert_true(atomic_load(&w->load) > 0);
	a->n++;
	a->last = *accepted;
}

static bool arrived_one(void *arg)
{
	return ((struct arrivals *)arg)->n == 1;
}

static struct config_listener listener_at(struct config_address *address, bool *dual)
{
	return (struct config_listener){
	    .name = "web",
	    .bind = address,
	    .n_bind = 1,
	    .bind_dual = dual,
	    .backlog = 1024,
	    .place = {"test.conf", 12},
	};
}

/* A port that was free just now: the listener does not say which one it got for port 0. */
static uint16_t free_port(const char *host)
{
	uint16_t port = 0;
	int fd = fixture_listen(host, 1, &port);

	close(fd);
	return port;
}

/* Opens there, connects to it from there, and looks at what comes out. */
static void check_accept(struct config_address bound, bool dual, struct config_address to,
    const char *peer)
{
	struct arrivals arrivals = {0};
	struct config_listener conf = listener_at(&bound, &dual);
	struct worker w, *workers = &w;
	struct listener *l;
	char text[ADDRESS_TEXT];
	int on = 0;
	socklen_t size = sizeof(on);

	assert_int_equal(worker_init(&w, 0, true), FAULT_NONE);
	assert_int_equal(listener_open(&conf, &arrivals, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(listener_prepare(l, &w, &workers, 1), FAULT_NONE);
	listener_start(l);
	int fd = fixture_connect((struct sockaddr *)&to.sa, to.size);
	assert_true(fd >= 0);
	fixture_run(&w, arrived_one, &arrivals);
	assert_int_equal(atomic_load(&w.load), 1);
	assert_string_equal(address_text(&arrivals.last.peer, text), peer);
	assert_true(fcntl(arrivals.last.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(arrivals.last.fd, F_GETFD) & FD_CLOEXEC);
	if (arrivals.last.peer.known) {
		assert_int_equal(arrivals.last.peer.port, fixture_port(fd));
		getsockopt(arrivals.last.fd, IPPROTO_TCP, TCP_NODELAY, &on, &size);
		assert_true(on);
	}
	listener_stop(l);
	assert_int_equal(fixture_connect((struct sockaddr *)&to.sa, to.size), -1);
	listener_free(l);
	close(arrivals.last.fd);
	close(fd);
	worker_fini(&w);
}

static void test_addresses(void **state)
{
	uint16_t v4 = free_port("127.0.0.1"), v6, both;

	(void)state;
	check_accept(fixture_address("127.0.0.1", v4), false, fixture_address("127.0.0.1", v4),
	    "127.0.0.1");
	check_accept(fixture_address("0.0.0.0", v4), false, fixture_address("127.0.0.1", v4),
	    "127.0.0.1");
	check_accept(fixture_address(socket_path, 0), false, fixture_address(socket_path, 0), "unix");
	if (!fixture_has_v6())
		return;
	v6 = free_port("::1");
	both = free_port("::");
	check_accept(fixture_address("::1", v6), false, fixture_address("::1", v6), "::1");
	check_accept(fixture_address("::", both), true, fixture_address("::1", both), "::1");
	check_accept(fixture_address("::", both), true, fixture_address("127.0.0.1", both),
	    "127.0.0.1");
}

static void test_not_dual(void **state)
{
	bool dual = false;
	struct listener *l;

	(void)state;
	if (!fixture_has_v6())
		skip();
	uint16_t port = free_port("::");
	struct config_address bound = fixture_address("::", port);
	struct config_address to = fixture_address("127.0.0.1", port);
	struct config_listener conf = listener_at(&bound, &dual);
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(fixture_connect((struct sockaddr *)&to.sa, to.size), -1);
	listener_free(l);
}

static void test_taken(void **state)
{
	uint16_t port = 0;
	int fd = fixture_listen("127.0.0.1", 1, &port), before;
	struct config_address addresses[] = {
	    fixture_address("127.0.0.1", free_port("127.0.0.1")),
	    fixture_address("127.0.0.1", port),
	};
	struct config_listener conf = listener_at(addresses, NULL);
	struct listener *l = NULL;

	(void)state;
	conf.n_bind = 2;
	before = fixture_count_files();
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &l), FAULT_SYSTEM);
	assert_null(l);
	assert_int_equal(fixture_count_files(), before);
	close(fd);
}

static void test_unix_files(void **state)
{
	struct config_address address = fixture_address(socket_path, 0);
	struct config_listener conf = listener_at(&address, NULL);
	struct listener *l, *second = NULL;
	struct stat st;
	uint16_t port = 0;

	(void)state;
	/* left behind by somebody who died: replaced, with the right mode */
	close(fixture_listen(socket_path, 1, &port));
	assert_int_equal(lstat(socket_path, &st), 0);
	conf.mode = 0620;
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(lstat(socket_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0620);

	/* somebody listens: not replaced */
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &second), FAULT_SYSTEM);
	int fd = fixture_connect((struct sockaddr *)&address.sa, address.size);
	assert_true(fd >= 0);
	close(fd);

	/* removed at the end, but only if it is still ours */
	listener_free(l);
	assert_int_equal(lstat(socket_path, &st), -1);
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(unlink(socket_path), 0);
	fd = fixture_listen(socket_path, 1, &port);
	listener_free(l);
	assert_int_equal(lstat(socket_path, &st), 0);
	close(fd);
	assert_int_equal(unlink(socket_path), 0);

	/* what is no socket is nobody's to remove */
	fd = open(socket_path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(listener_open(&conf, NULL, take, NULL, 0, &l), FAULT_SYSTEM);
	assert_int_equal(lstat(socket_path, &st), 0);
	assert_int_equal(unlink(socket_path), 0);
}

/* Several workers, each with its thread; arrivals counted per worker. */
struct pool {
	struct worker	 workers[WORKERS], *list[WORKERS];
	int		*files[WORKERS];
	int		 n[WORKERS];
	sem_t		 arrived;
	struct listener	*listener;
};

struct pool_letter {
	struct letter	 letter;
	struct pool	*pool;
	unsigned	 close;		/* how many of this worker's connections */
};

static struct pool pool;

static void pool_take(struct worker *w, const struct accepted *accepted)
{
	assert_ptr_equal(accepted->tag, &pool);
	pool.files[w->index][pool.n[w->index]++] = accepted->fd;
	sem_post(&pool.arrived);
}

static void pool_open_start(struct worker *w, struct letter *letter)
{
	(void)letter;
	assert_int_equal(listener_prepare(pool.listener, w, pool.list, WORKERS), FAULT_NONE);
	listener_start(pool.listener);
	sem_post(&pool.arrived);
}

static void pool_open_close(struct worker *w, struct letter *letter)
{
	struct pool_letter *l = (struct pool_letter *)(void *)letter;

	for (; l->close > 0; l->close--) {
		close(pool.files[w->index][--pool.n[w->index]]);
		atomic_fetch_sub(&w->load, 1);
	}
	sem_post(&pool.arrived);
}

static void pool_open_stop(struct worker *w, struct letter *letter)
{
	(void)letter;
	if (w == pool.list[0])
		listener_stop(pool.listener);
	worker_stop(w);
	sem_post(&pool.arrived);
}

static void pool_wait(unsigned n)
{
	while (n > 0)
		if (sem_wait(&pool.arrived) == 0)
			n--;
}

static void pool_send(unsigned k, void (*opener)(struct worker *, struct letter *), unsigned n)
{
	struct pool_letter l = {.letter = {.open = opener}, .close = n};

	worker_post(pool.list[k], &l.letter);
	pool_wait(1);
}

static void pool_assert_even(void)
{
	int least = MANY, most = 0;

	for (int i = 0; i < WORKERS; i++) {
		least = pool.n[i] < least ? pool.n[i] : least;
		most = pool.n[i] > most ? pool.n[i] : most;
	}
	if ((most - least) * 20 > most)
		fail_msg("from %d to %d connections per worker", least, most);
}

static void test_spreading(void **state)
{
	struct config_address address = fixture_address("127.0.0.1", free_port("127.0.0.1"));
	struct config_listener conf = listener_at(&address, NULL);
	struct rlimit files;
	int before = fixture_count_files(), clients[MANY], more[MANY / 8];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < 2 * MANY + 100)
		skip();
	sem_init(&pool.arrived, 0, 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		assert_int_equal(worker_init(&pool.workers[i], i, true), FAULT_NONE);
		pool.list[i] = &pool.workers[i];
		pool.files[i] = calloc(MANY, sizeof(int));
		assert_int_equal(worker_start(&pool.workers[i]), FAULT_NONE);
	}
	assert_int_equal(listener_open(&conf, &pool, pool_take, NULL, 0, &pool.listener), FAULT_NONE);
	pool_send(0, pool_open_start, 0);
	for (int i = 0; i < MANY; i++)
		clients[i] = fixture_connect((struct sockaddr *)&address.sa, address.size);
	pool_wait(MANY);
	pool_assert_even();

	/* one worker loses half of its own: it gets all of the next */
	pool_send(2, pool_open_close, MANY / 8);
	for (int i = 0; i < MANY / 8; i++)
		more[i] = fixture_connect((struct sockaddr *)&address.sa, address.size);
	pool_wait(MANY / 8);
	pool_assert_even();

	for (unsigned i = WORKERS; i-- > 0;) {
		pool_send(i, pool_open_close, (unsigned)pool.n[i]);
		assert_int_equal(atomic_load(&pool.workers[i].load), 0);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		pool_send(i, pool_open_stop, 0);
		worker_join(&pool.workers[i]);
		worker_fini(&pool.workers[i]);
		free(pool.files[i]);
	}
	listener_free(pool.listener);
	for (int i = 0; i < MANY; i++)
		close(clients[i]);
	for (int i = 0; i < MANY / 8; i++)
		close(more[i]);
	sem_destroy(&pool.arrived);
	assert_int_equal(fixture_count_files(), before);
}

/* The other worker never runs: what was sent to it is closed when it ends. */
static void test_unopened(void **state)
{
	struct arrivals arrivals = {0};
	struct config_address address = fixture_address("127.0.0.1", free_port("127.0.0.1"));
	struct config_listener conf = listener_at(&address, NULL);
	struct worker acceptor, other, *workers[] = {&other, &acceptor};
	struct listener *l;
	int before = fixture_count_files(), a, b;
	char byte;

	(void)state;
	assert_int_equal(worker_init(&acceptor, 0, true), FAULT_NONE);
	assert_int_equal(worker_init(&other, 1, true), FAULT_NONE);
	assert_int_equal(listener_open(&conf, &arrivals, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(listener_prepare(l, &acceptor, workers, 2), FAULT_NONE);
	listener_start(l);
	a = fixture_connect((struct sockaddr *)&address.sa, address.size);
	b = fixture_connect((struct sockaddr *)&address.sa, address.size);
	fixture_run(&acceptor, arrived_one, &arrivals);
	listener_free(l);
	close(arrivals.last.fd);
	assert_int_equal(atomic_load(&other.load), 1);
	worker_fini(&other);
	assert_int_equal(atomic_load(&other.load), 0);
	assert_int_equal(recv(a, &byte, 1, 0), 0);
	worker_fini(&acceptor);
	close(a);
	close(b);
	assert_int_equal(fixture_count_files(), before);
}

/* No descriptor left: one line on the log, no spinning, and on it goes once there is one. */
static void test_no_files(void **state)
{
	struct arrivals arrivals = {0};
	struct config_address address = fixture_address("127.0.0.1", free_port("127.0.0.1"));
	struct config_listener conf = listener_at(&address, NULL);
	struct worker w, *workers = &w;
	struct rlimit files, none;
	struct listener *l;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(worker_init(&w, 0, true), FAULT_NONE);
	assert_int_equal(listener_open(&conf, &arrivals, take, NULL, 0, &l), FAULT_NONE);
	assert_int_equal(listener_prepare(l, &w, &workers, 1), FAULT_NONE);
	listener_start(l);
	int fd = fixture_connect((struct sockaddr *)&address.sa, address.size);
	none = files;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	worker_enter(&w);
	uint64_t start = w.now;
	worker_turn(&w, -1);	/* the socket is ready */
	assert_int_equal(arrivals.n, 0);
	worker_turn(&w, -1);	/* the timer, and nothing before it */
	worker_enter(&w);
	assert_true(w.now - start >= 90);
	worker_turn(&w, -1);
	assert_int_equal(arrivals.n, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	fixture_run(&w, arrived_one, &arrivals);
	close(arrivals.last.fd);
	close(fd);
	listener_free(l);
	worker_fini(&w);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_not_dual),
	    cmocka_unit_test(test_taken),
	    cmocka_unit_test(test_unix_files),
	    cmocka_unit_test(test_spreading),
	    cmocka_unit_test(test_unopened),
	    cmocka_unit_test(test_no_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
