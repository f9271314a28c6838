/*
 * Dialling on loopback: every way to succeed and to fail, happy eyeballs, and no descriptor left
 * behind by any of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns_fixture.h"
#include "net/dial.h"
#include "net/resolver.h"
#include "net_fixture.h"

static char directory[] = "/tmp/test_dial.XXXXXX";
static char socket_path[64], hosts_path[64];

static const struct dns_record records[] = {
    {"both.test", "127.0.0.1", "::1"},
    {"v4.test", "127.0.0.1", NULL},
    {"v6.test", NULL, "::1"},
    {"away.test", "255.255.255.255", "::1"},
    {NULL, NULL, NULL},
};

struct call {
	struct worker		 worker;
	struct dns_server	 dns;
	struct config_server	 server;
	struct dial		*dial;
	int			 files;		/* open before all of it */
	int			 fd;
	enum fault		 fault;
	bool			 done;
	uint64_t		 began;
	uint64_t		 max_age;
	const struct config_networks *allow;
};

static void call_done(void *owner, int fd, enum fault f)
{
	struct call *c = owner;

	assert_false(c->done);
	assert_non_null(c->dial);	/* so not from within dial_start */
	c->done = true;
	c->dial = NULL;
	c->fd = fd;
	c->fault = f;
}

static bool call_is_done(void *arg)
{
	return ((struct call *)arg)->done;
}

static void call_init(struct call *c)
{
	memset(c, 0, sizeof(*c));
	c->max_age = 30000;
	c->files = fixture_count_files();
	assert_int_equal(worker_init(&c->worker, 0, true), FAULT_NONE);
	dns_init(&c->dns, &c->worker, records);
	assert_int_equal(resolver_init(&c->worker, c->dns.text), FAULT_NONE);
}

static void call_fini(struct call *c)
{
	resolver_fini(&c->worker);
	dns_fini(&c->dns);
	worker_fini(&c->worker);
	assert_int_equal(fixture_count_files(), c->files);
}

static void call_start(struct call *c, const char *host, uint16_t port, uint64_t timeout)
{
	c->server = (struct config_server){
	    .text = "tcp://test", .kind = host[0] == '/' ? SERVER_UNIX : SERVER_TCP,
	    .host = host, .port = port,
	};
	c->done = false;
	worker_enter(&c->worker);
	c->began = c->worker.now;
	const struct dial_options options = {c->began + timeout, c->max_age, c->allow};
	c->dial = dial_start(&c->worker, &c->server, &options, call_done, c);
	assert_non_null(c->dial);
	assert_false(c->done);
}

static void call_expect(struct call *c, const char *host, uint16_t port, enum fault fault)
{
	call_start(c, host, port, fault == FAULT_DIAL_TIMEOUT ? 300 : 5000);
	fixture_run(&c->worker, call_is_done, c);
	assert_string_equal(fault_name(c->fault), fault_name(fault));
	if (fault == FAULT_NONE)
		assert_int_equal(close(c->fd), 0);
	else
		assert_int_equal(c->fd, -1);
}

/* A port where nobody listens. */
static uint16_t closed_port(const char *host)
{
	uint16_t port = 0;

	close(fixture_listen(host, 1, &port));
	return port;
}

/* Somebody listens who never accepts, and the queue is full: the kernel drops what comes. */
static int black_hole(const char *host, uint16_t *port, int *guest)
{
	int fd = fixture_listen(host, 0, port);
	struct config_address a = fixture_address(host, *port);

	*guest = fixture_connect((struct sockaddr *)&a.sa, a.size);
	assert_true(*guest >= 0);
	return fd;
}

static void test_literals(void **state)
{
	uint16_t port = 0, port6 = 0;
	int fd = fixture_listen("127.0.0.1", 8, &port), on = 0;
	socklen_t size = sizeof(on);
	struct call c;

	(void)state;
	call_init(&c);
	if (fixture_has_v6()) {
		int fd6 = fixture_listen("::1", 8, &port6);
		call_expect(&c, "::1", port6, FAULT_NONE);
		close(fd6);
	}
	call_start(&c, "127.0.0.1", port, 5000);
	fixture_run(&c.worker, call_is_done, &c);
	assert_int_equal(c.fault, FAULT_NONE);
	assert_true(fcntl(c.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(c.fd, F_GETFD) & FD_CLOEXEC);
	getsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, &size);
	assert_true(on);
	close(c.fd);
	assert_int_equal(c.dns.questions, 0);
	call_fini(&c);
	close(fd);
}

static void test_failures(void **state)
{
	uint16_t hole = 0;
	int guest, fd = black_hole("127.0.0.1", &hole, &guest);
	struct call c;

	(void)state;
	call_init(&c);
	call_expect(&c, "127.0.0.1", closed_port("127.0.0.1"), FAULT_DIAL_REFUSED);
	if (fixture_has_v6()) {
		call_expect(&c, "::1", closed_port("::1"), FAULT_DIAL_REFUSED);
		call_expect(&c, "both.test", closed_port("::1"), FAULT_DIAL_REFUSED);
		call_expect(&c, "away.test", closed_port("::1"), FAULT_DIAL_REFUSED);
	}
	call_expect(&c, "255.255.255.255", 1, FAULT_DIAL_UNREACHABLE);
	call_expect(&c, "127.0.0.1", hole, FAULT_DIAL_TIMEOUT);
	assert_true(c.worker.now - c.began >= 300);
	call_expect(&c, "nowhere.test", 1, FAULT_DIAL_RESOLVE);
	call_expect(&c, "not a name", 1, FAULT_DIAL_RESOLVE);
	c.dns.mood = DNS_SILENT;
	call_expect(&c, "v4.test", 1, FAULT_DIAL_TIMEOUT);
	call_fini(&c);
	close(guest);
	close(fd);
}

static void test_no_files(void **state)
{
	struct rlimit files, none;
	struct call c;

	(void)state;
	call_init(&c);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = files;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	call_expect(&c, "127.0.0.1", 1, FAULT_NO_FILES);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	call_fini(&c);
}

static void test_unix(void **state)
{
	char long_path[200];
	uint16_t port = 0;
	struct call c;

	(void)state;
	memset(long_path, 'x', sizeof(long_path));
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	call_init(&c);
	call_expect(&c, socket_path, 0, FAULT_DIAL_REFUSED);
	call_expect(&c, long_path, 0, FAULT_DIAL_UNREACHABLE);
	int fd = fixture_listen(socket_path, 0, &port);
	call_expect(&c, socket_path, 0, FAULT_NONE);

	/* the queue is full now: tried again until it is not, or until the deadline */
	call_expect(&c, socket_path, 0, FAULT_DIAL_TIMEOUT);
	call_start(&c, socket_path, 0, 5000);
	for (int i = 0; i < 3; i++)
		worker_turn(&c.worker, 0);
	assert_false(c.done);
	close(accept(fd, NULL, NULL));
	fixture_run(&c.worker, call_is_done, &c);
	assert_int_equal(c.fault, FAULT_NONE);
	close(c.fd);
	close(fd);
	call_expect(&c, socket_path, 0, FAULT_DIAL_REFUSED);
	unlink(socket_path);
	call_fini(&c);
}

static void test_names(void **state)
{
	uint16_t port = 0, port6 = 0;
	int fd = fixture_listen("127.0.0.1", 8, &port);
	struct call c;

	(void)state;
	call_init(&c);
	call_expect(&c, "v4.test", port, FAULT_NONE);
	if (fixture_has_v6()) {
		int fd6 = fixture_listen("::1", 8, &port6);
		call_expect(&c, "v6.test", port6, FAULT_NONE);
		close(fd6);
	}
	unsigned questions = c.dns.questions;
	call_expect(&c, "localhost", port, FAULT_NONE);
	call_expect(&c, "hosts.test", port, FAULT_NONE);
	assert_int_equal(c.dns.questions, questions);
	call_fini(&c);
	close(fd);
}

/* Name servers die: the last good address is dialled. A name that moved is followed. */
static void test_dead_name_servers(void **state)
{
	static const struct dns_record moved[] = {{"v4.test", "127.0.0.2", NULL},
	    {NULL, NULL, NULL}};
	static const enum dns_mood moods[] = {DNS_SERVFAIL, DNS_SILENT};
	uint16_t port = 0;
	int fd = fixture_listen("127.0.0.1", 8, &port);
	struct call c;

	(void)state;
	for (size_t i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
		call_init(&c);
		call_expect(&c, "v4.test", port, FAULT_NONE);
		c.max_age = 0;
		c.dns.mood = moods[i];
		while (c.worker.now == c.began)
			worker_enter(&c.worker);
		for (int k = 0; k < 3; k++)
			call_expect(&c, "v4.test", port, FAULT_NONE);
		call_fini(&c);
	}
	call_init(&c);
	call_expect(&c, "v4.test", port, FAULT_NONE);
	c.dns.records = moved;
	c.max_age = 0;
	while (c.worker.now == c.began)
		worker_enter(&c.worker);
	call_expect(&c, "v4.test", port, FAULT_DIAL_REFUSED);
	call_fini(&c);
	close(fd);
}

static sa_family_t family_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t size = sizeof(sa);

	assert_int_equal(getpeername(fd, (struct sockaddr *)&sa, &size), 0);
	return sa.ss_family;
}

/* One name, two families. */
static void test_eyeballs(void **state)
{
	uint16_t port = 0;
	int fd, fd6, guest;
	struct call c;

	(void)state;
	if (!fixture_has_v6())
		skip();
	call_init(&c);
	/* both work: IPv6 at once */
	fd6 = fixture_listen("::1", 8, &port);
	fd = fixture_listen("127.0.0.1", 8, &port);
	call_start(&c, "both.test", port, 5000);
	fixture_run(&c.worker, call_is_done, &c);
	assert_int_equal(c.fault, FAULT_NONE);
	assert_int_equal(family_of(c.fd), AF_INET6);
	close(c.fd);

	/* IPv6 refuses: IPv4 at once, though no time passes */
	close(fd6);
	clock_fake(clock_mono_ms(), 0);
	call_start(&c, "both.test", port, 5000);
	fixture_run(&c.worker, call_is_done, &c);
	clock_fake(0, 0);
	assert_int_equal(c.fault, FAULT_NONE);
	assert_int_equal(family_of(c.fd), AF_INET);
	close(c.fd);

	/* IPv6 is silent: IPv4 after a quarter of a second */
	fd6 = black_hole("::1", &port, &guest);
	call_start(&c, "both.test", port, 5000);
	fixture_run(&c.worker, call_is_done, &c);
	assert_int_equal(c.fault, FAULT_NONE);
	assert_int_equal(family_of(c.fd), AF_INET);
	assert_true(c.worker.now - c.began >= 250);
	close(c.fd);

	/* IPv6 is silent and IPv4 refuses: that is for the deadline to end */
	close(fd);
	call_expect(&c, "both.test", port, FAULT_DIAL_TIMEOUT);
	close(fd6);
	close(guest);
	call_fini(&c);
}

/* Cancelled before the loop runs, while resolving, while connecting: silence, and nothing leaks. */
static void test_cancel(void **state)
{
	uint16_t port = 0;
	int guest, fd = black_hole("127.0.0.1", &port, &guest);
	static const char *const hosts[] = {"127.0.0.1", "v4.test", "nowhere.test", "localhost"};
	struct call c;

	(void)state;
	call_init(&c);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		for (int turns = 0; turns < 6; turns++) {
			call_start(&c, hosts[i], port, 5000);
			worker_settle(&c.worker);
			for (int k = 1; k < turns; k++)
				worker_turn(&c.worker, 0);
			if (!c.done)
				dial_cancel(c.dial);
		}
	call_start(&c, "v6.test", port, 5000);
	dial_cancel(c.dial);
	call_fini(&c);
	close(guest);
	close(fd);
}

struct canceller {
	struct watch	 watch;
	struct call	*call;
};

static void canceller_ready(struct watch *watch, unsigned what)
{
	struct canceller *r = LIST_OWNER(watch, struct canceller, watch);

	(void)what;
	watch_fini(watch);
	dial_cancel(r->call->dial);
}

/* The loop has fetched "connected" already when somebody else's event cancels the dial. */
static void test_cancel_in_turn(void **state)
{
	uint16_t port = 0;
	int fd = fixture_listen("127.0.0.1", 8, &port), event = eventfd(1, EFD_CLOEXEC);
	struct canceller r;
	struct call c;

	(void)state;
	call_init(&c);
	r.call = &c;
	watch_init(&r.watch, &c.worker, event, canceller_ready);
	assert_int_equal(watch_arm(&r.watch, WATCH_READ), FAULT_NONE);
	call_start(&c, "127.0.0.1", port, 5000);
	worker_settle(&c.worker);
	worker_turn(&c.worker, 0);
	assert_false(c.done);
	call_fini(&c);
	close(event);
	close(fd);
}

/* The worker's end comes before the dial's. */
static void test_fini_first(void **state)
{
	struct call c;

	(void)state;
	call_init(&c);
	c.dns.mood = DNS_SILENT;
	call_start(&c, "v4.test", 1, 5000);
	worker_settle(&c.worker);
	resolver_fini(&c.worker);
	dial_cancel(c.dial);
	call_fini(&c);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	snprintf(hosts_path, sizeof(hosts_path), "%s/hosts", directory);
	FILE *f = fopen(hosts_path, "w");
	assert_non_null(f);
	fputs("127.0.0.1 localhost hosts.test\n", f);
	fclose(f);
	setenv("CARES_HOSTS", hosts_path, 1);
	setenv("LOCALDOMAIN", "test", 1);
	return 0;
}

/* What a name resolves to decides, not the name; an address that is not allowed is never dialled. */
static void test_allowed(void **state)
{
	struct config_network loopback = {.prefix = 104}, other = {.prefix = 104};
	struct config_networks allow = {&loopback, 1}, deny = {&other, 1};
	uint16_t port = 0;
	int fd = fixture_listen("127.0.0.1", 8, &port);
	struct call c;

	(void)state;
	memcpy(loopback.addr, (const uint8_t[16]){[10] = 0xff, 0xff, 127}, 16);
	memcpy(other.addr, (const uint8_t[16]){[10] = 0xff, 0xff, 10}, 16);
	call_init(&c);
	c.allow = &allow;
	call_expect(&c, "v4.test", port, FAULT_NONE);
	call_expect(&c, "127.0.0.1", port, FAULT_NONE);
	call_expect(&c, "both.test", port, FAULT_NONE);
	call_expect(&c, "v6.test", port, FAULT_DIAL_DENIED);
	call_expect(&c, socket_path, 0, FAULT_DIAL_DENIED);
	c.allow = &deny;
	call_expect(&c, "v4.test", port, FAULT_DIAL_DENIED);
	call_expect(&c, "127.0.0.1", port, FAULT_DIAL_DENIED);
	call_fini(&c);
	close(fd);
}

static int teardown(void **state)
{
	(void)state;
	unlink(hosts_path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_literals),
	    cmocka_unit_test(test_failures),
	    cmocka_unit_test(test_no_files),
	    cmocka_unit_test(test_unix),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_dead_name_servers),
	    cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_eyeballs),
	    cmocka_unit_test(test_cancel),
	    cmocka_unit_test(test_cancel_in_turn),
	    cmocka_unit_test(test_fini_first),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
