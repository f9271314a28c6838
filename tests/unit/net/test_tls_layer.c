/*
 * The TLS filter against plain OpenSSL over memory, its wire bytes fed whole, one by one and cut
 * at random; and what goes wrong: garbage, alerts, ends, memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_layer.h"
#include "tls_fixture.h"

enum { CUT_WHOLE, CUT_BYTES, CUT_RANDOM, CUTS };
enum { LARGE = 100 * 1000 };

struct bytes {
	uint8_t	*p;
	size_t	 n;
};

/* A layer, what it said, and the peer it talks to. */
struct talk {
	struct tls_layer	*layer;
	SSL_CTX			*ctx;
	struct tls_peer		 peer;
	struct bytes		 wire;		/* from the layer to the peer, not fed yet */
	struct bytes		 heard;		/* plain, by the layer */
	struct bytes		 peer_heard;
	unsigned		 sinks;
	int			 cut;
	bool			 up, eof, sink_fails;
	enum fault		 fault;
};

static struct identity authority, localhost;

static void bytes_add(struct bytes *b, const void *p, size_t n)
{
	b->p = realloc(b->p, b->n + n + 1);
	assert_non_null(b->p);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

static bool talk_sink(void *to, const uint8_t *p, size_t n)
{
	struct talk *t = to;

	if (t->sink_fails)
		return false;
	bytes_add(&t->wire, p, n);
	t->sinks++;
	return true;
}

/* Exact copies on the heap, so that a sanitizer sees a step beyond either end. */
static void talk_open(struct talk *t, const uint8_t *p, size_t n)
{
	uint8_t *in = malloc(n ? n : 1), *out = malloc(n + TLS_OPEN_EXTRA);
	size_t got;

	memcpy(in, p, n);
	t->fault = tls_open(t->layer, in, n, out, &got, &t->up, &t->eof, talk_sink, t);
	bytes_add(&t->heard, out, got);
	free(in);
	free(out);
}

static void talk_feed(struct talk *t, const uint8_t *p, size_t n)
{
	while (n > 0 && t->fault == FAULT_NONE) {
		size_t take = t->cut == CUT_WHOLE ? n
			    : t->cut == CUT_BYTES ? 1
						  : 1 + (size_t)rand() % (n < 2000 ? n : 2000);
		talk_open(t, p, take);
		p += take;
		n -= take;
	}
}

static void talk_peer(struct talk *t)
{
	uint8_t plain[4096];
	size_t got;

	if (t->wire.n)
		assert_int_equal(BIO_write(t->peer.in, t->wire.p, (int)t->wire.n), t->wire.n);
	t->wire.n = 0;
	ERR_clear_error();
	while (SSL_read_ex(t->peer.ssl, plain, sizeof(plain), &got) == 1)
		bytes_add(&t->peer_heard, plain, got);
}

/* Carries bytes to and fro until both are quiet. */
static void talk_run(struct talk *t)
{
	uint8_t *p;
	long n;

	do {
		talk_peer(t);
		n = BIO_get_mem_data(t->peer.out, &p);
		struct bytes copy = {NULL, 0};
		bytes_add(&copy, p, (size_t)n);
		BIO_reset(t->peer.out);
		talk_feed(t, copy.p, copy.n);
		free(copy.p);
	} while (n > 0 || t->wire.n > 0);
}

static void talk_init(struct talk *t, bool server, int version, int cut)
{
	memset(t, 0, sizeof(*t));
	t->cut = cut;
	t->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
	if (server) {
		SSL_CTX_use_certificate(t->ctx, localhost.cert);
		SSL_CTX_use_PrivateKey(t->ctx, localhost.key);
	}
	tls_peer_init(&t->peer, !server, version, server ? NULL : &localhost);
	t->layer = tls_layer_new(SSL_new(t->ctx), server, "192.0.2.1");
	assert_non_null(t->layer);
	if (!server)
		talk_open(t, (const uint8_t *)"", 0);
}

static void talk_start(struct talk *t, bool server, int version, int cut)
{
	talk_init(t, server, version, cut);
	talk_run(t);
	assert_int_equal(t->fault, FAULT_NONE);
	assert_true(t->up);
	assert_true(SSL_is_init_finished(t->peer.ssl));
}

static void talk_fini(struct talk *t)
{
	tls_layer_free(t->layer);
	SSL_CTX_free(t->ctx);
	tls_peer_fini(&t->peer);
	free(t->wire.p);
	free(t->heard.p);
	free(t->peer_heard.p);
	assert_int_equal(ERR_peek_error(), 0);
}

static void talk_seal(struct talk *t, const void *p, size_t n)
{
	struct iovec iov = {(void *)(uintptr_t)p, n};

	assert_int_equal(tls_seal(t->layer, &iov, 1, talk_sink, t), FAULT_NONE);
}

/* Both directions, several sizes; what was heard is what was said. */
static void talk_exchange(struct talk *t)
{
	static const size_t sizes[] = {1, 5, 100, 16383, 16384, 16385, LARGE};
	uint8_t *p = malloc(LARGE);
	size_t put;

	for (size_t i = 0; i < LARGE; i++)
		p[i] = (uint8_t)rand();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		t->heard.n = t->peer_heard.n = 0;
		assert_int_equal(SSL_write_ex(t->peer.ssl, p, sizes[i], &put), 1);
		talk_seal(t, p, sizes[i]);
		talk_run(t);
		assert_int_equal(t->fault, FAULT_NONE);
		assert_int_equal(t->heard.n, sizes[i]);
		assert_memory_equal(t->heard.p, p, sizes[i]);
		assert_int_equal(t->peer_heard.n, sizes[i]);
		assert_memory_equal(t->peer_heard.p, p, sizes[i]);
	}
	free(p);
}

static void test_cuts(bool server)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct talk t;

	for (int v = 0; v < 2; v++)
		for (int cut = 0; cut < CUTS; cut++) {
			talk_start(&t, server, versions[v], cut);
			assert_string_equal(tls_layer_facts(t.layer).version,
			    v ? "TLSv1.3" : "TLSv1.2");
			talk_exchange(&t);
			talk_fini(&t);
		}
}

static void test_server(void **state)
{
	(void)state;
	test_cuts(true);
}

static void test_client(void **state)
{
	(void)state;
	test_cuts(false);
}

/* A record's header and body arrive apart; then more than one record, and only part of the last. */
static void test_partial_record(void **state)
{
	struct talk t;
	uint8_t *p;
	size_t put;

	(void)state;
	talk_start(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(SSL_write_ex(t.peer.ssl, "hello", 5, &put), 1);
	size_t n = (size_t)BIO_get_mem_data(t.peer.out, &p);
	assert_int_equal(n, 3 * (5 + 5 + 1 + 16));
	talk_feed(&t, p, 3);
	assert_int_equal(t.heard.n, 0);
	talk_feed(&t, p + 3, 27 + 27 - 3 + 6);
	assert_int_equal(t.heard.n, 10);
	talk_feed(&t, p + 60, n - 60);
	assert_int_equal(t.heard.n, 15);
	assert_memory_equal(t.heard.p, "hellohellohello", 15);
	BIO_reset(t.peer.out);
	talk_fini(&t);
}

/* Heads and payloads share records of 16 KiB; a large piece is not broken up by a small one. */
static void test_gathering(void **state)
{
	static const struct {
		size_t		sizes[4];
		unsigned	records;
	} cases[] = {
	    {{0, 0, 0, 0}, 0},
	    {{2, 50, 0, 3}, 1},
	    {{10, 65526, 0, 0}, 4},
	    {{65536, 0, 0, 0}, 4},
	    {{65536, 0, 10, 0}, 5},
	    {{10, 16384, 16384, 10}, 3},
	    {{16384, 16384, 100, 100}, 3},
	    {{0, 0, 0, 40000}, 3},
	};
	uint8_t *p = malloc(4 * 65536);
	struct talk t;

	(void)state;
	for (size_t i = 0; i < 4 * 65536; i++)
		p[i] = (uint8_t)rand();
	talk_start(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iovec iov[4];
		size_t n = 0;
		for (size_t k = 0; k < 4; k++) {
			iov[k] = (struct iovec){p + n, cases[i].sizes[k]};
			n += cases[i].sizes[k];
		}
		t.sinks = 0;
		t.peer_heard.n = 0;
		assert_int_equal(tls_seal(t.layer, iov, 4, talk_sink, &t), FAULT_NONE);
		assert_int_equal(t.sinks, cases[i].records);
		talk_run(&t);
		assert_int_equal(t.peer_heard.n, n);
		if (n)
			assert_memory_equal(t.peer_heard.p, p, n);
	}
	free(p);
	talk_fini(&t);
}

static void test_close_notify(void **state)
{
	struct talk t;
	size_t put;

	(void)state;
	for (int server = 0; server < 2; server++) {
		/* the peer first: its last bytes and its end come in one piece */
		talk_start(&t, server, TLS1_3_VERSION, CUT_WHOLE);
		assert_int_equal(SSL_write_ex(t.peer.ssl, "bye", 3, &put), 1);
		assert_int_equal(SSL_shutdown(t.peer.ssl), 0);
		talk_run(&t);
		assert_true(t.eof);
		assert_int_equal(t.heard.n, 3);
		talk_seal(&t, "half-closed", 11);	/* the other direction goes on */
		talk_run(&t);
		assert_int_equal(t.peer_heard.n, 11);
		talk_open(&t, (const uint8_t *)"more", 4);
		assert_true(t.eof);
		assert_int_equal(t.heard.n, 3);
		assert_int_equal(tls_finish(t.layer, talk_sink, &t), FAULT_NONE);
		talk_run(&t);
		assert_int_equal(SSL_get_shutdown(t.peer.ssl),
		    SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
		talk_fini(&t);

		/* the layer first; it still hears */
		talk_start(&t, server, TLS1_3_VERSION, CUT_BYTES);
		assert_int_equal(tls_finish(t.layer, talk_sink, &t), FAULT_NONE);
		size_t said = t.wire.n;
		assert_int_equal(tls_finish(t.layer, talk_sink, &t), FAULT_NONE);
		assert_int_equal(t.wire.n, said);
		assert_int_equal(SSL_write_ex(t.peer.ssl, "late", 4, &put), 1);
		talk_run(&t);
		assert_int_equal(t.heard.n, 4);
		assert_true(SSL_get_shutdown(t.peer.ssl) & SSL_RECEIVED_SHUTDOWN);
		assert_false(t.eof);
		SSL_shutdown(t.peer.ssl);
		talk_run(&t);
		assert_true(t.eof);
		talk_fini(&t);
	}
}

static void test_finish_before_up(void **state)
{
	struct talk t;

	(void)state;
	talk_init(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	assert_int_equal(tls_finish(t.layer, talk_sink, &t), FAULT_NONE);
	assert_int_equal(t.wire.n, 0);
	talk_fini(&t);
}

/* close_notify in the middle of the handshake is no proper end of anything. */
static void test_close_in_handshake(void **state)
{
	static const uint8_t close_notify[] = {21, 3, 3, 0, 2, 1, 0};
	struct talk t;

	(void)state;
	talk_init(&t, true, TLS1_2_VERSION, CUT_WHOLE);
	talk_peer(&t);
	uint8_t *p;
	long n = BIO_get_mem_data(t.peer.out, &p);
	talk_feed(&t, p, (size_t)n);
	assert_int_equal(t.fault, FAULT_NONE);
	talk_feed(&t, close_notify, sizeof(close_notify));
	assert_int_equal(t.fault, FAULT_TLS_HANDSHAKE);
	assert_false(t.up);
	talk_fini(&t);
}

/* After the first fault nothing is said or heard any more. */
static void talk_assert_dead(struct talk *t, enum fault fault)
{
	struct iovec iov = {(void *)(uintptr_t)"x", 1};

	assert_int_equal(t->fault, fault);
	t->wire.n = t->heard.n = 0;
	talk_open(t, (const uint8_t *)"more", 4);
	assert_int_equal(t->fault, fault);
	assert_int_equal(tls_seal(t->layer, &iov, 1, talk_sink, t), fault);
	assert_int_equal(tls_finish(t->layer, talk_sink, t), FAULT_NONE);
	assert_int_equal(t->wire.n, 0);
	assert_int_equal(t->heard.n, 0);
}

static void test_garbage(void **state)
{
	static const char *const garbage[] = {
	    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	    "SSH-2.0-OpenSSH_9.2\r\n",
	    "\x16\x03\x01\xff\xff\x01\x01\x01\x01",
	    "\x17\x03\x03\x40\x40",
	};
	static const uint8_t more[20000];
	struct talk t;

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		for (int server = 0; server < 2; server++)
			for (int cut = 0; cut < CUTS; cut++) {
				talk_init(&t, server, TLS1_3_VERSION, cut);
				t.wire.n = 0;
				talk_feed(&t, (const uint8_t *)garbage[i], strlen(garbage[i]));
				if (t.fault == FAULT_NONE)	/* a length that is believed */
					talk_feed(&t, more, sizeof(more));
				talk_assert_dead(&t, server ? FAULT_TLS_HANDSHAKE : FAULT_DIAL_TLS);
				talk_fini(&t);
			}
}

/* A record that was tampered with; what came before it is delivered, and an alert is said. */
static void test_tampered(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct talk t;
	uint8_t *p;
	size_t put;

	(void)state;
	for (int v = 0; v < 2; v++) {
		talk_start(&t, true, versions[v], CUT_WHOLE);
		assert_int_equal(SSL_write_ex(t.peer.ssl, "good", 4, &put), 1);
		assert_int_equal(SSL_write_ex(t.peer.ssl, "evil", 4, &put), 1);
		long n = BIO_get_mem_data(t.peer.out, &p);
		p[n - 1] ^= 1;
		talk_feed(&t, p, (size_t)n);
		assert_int_equal(t.heard.n, 4);
		assert_memory_equal(t.heard.p, "good", 4);
		assert_true(t.wire.n > 0);
		talk_assert_dead(&t, FAULT_TLS_PROTOCOL);
		talk_fini(&t);
	}
}

/* A client that does not like our certificate says so with an alert. */
static void test_alert(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct talk t;

	(void)state;
	for (int v = 0; v < 2; v++) {
		talk_init(&t, true, versions[v], CUT_WHOLE);
		SSL_set_verify(t.peer.ssl, SSL_VERIFY_PEER, NULL);
		talk_run(&t);
		talk_assert_dead(&t, FAULT_TLS_HANDSHAKE);
		talk_fini(&t);
	}
}

static void test_certificate_refused(void **state)
{
	struct talk t;

	(void)state;
	talk_init(&t, false, TLS1_3_VERSION, CUT_WHOLE);
	tls_layer_free(t.layer);
	t.wire.n = 0;
	SSL_CTX_set_verify(t.ctx, SSL_VERIFY_PEER, NULL);
	t.layer = tls_layer_new(SSL_new(t.ctx), false, "tls://localhost:1");
	talk_open(&t, (const uint8_t *)"", 0);
	talk_run(&t);
	talk_assert_dead(&t, FAULT_DIAL_CERTIFICATE);
	talk_fini(&t);
}

static void test_no_common_version(void **state)
{
	struct talk t;

	(void)state;
	talk_init(&t, true, TLS1_2_VERSION, CUT_WHOLE);
	tls_layer_free(t.layer);
	SSL_CTX_set_min_proto_version(t.ctx, TLS1_3_VERSION);
	t.layer = tls_layer_new(SSL_new(t.ctx), true, "192.0.2.1");
	talk_run(&t);
	talk_assert_dead(&t, FAULT_TLS_HANDSHAKE);
	talk_fini(&t);
}

/* A warning is all that a client gets for it (which OpenSSL takes for fatal); we go on. */
static void test_renegotiation_refused(void **state)
{
	struct talk t;
	uint8_t *p;

	(void)state;
	talk_start(&t, true, TLS1_2_VERSION, CUT_WHOLE);
	assert_int_equal(SSL_renegotiate(t.peer.ssl), 1);
	SSL_do_handshake(t.peer.ssl);
	long n = BIO_get_mem_data(t.peer.out, &p);
	assert_true(n > 0);
	talk_feed(&t, p, (size_t)n);
	assert_int_equal(t.fault, FAULT_NONE);
	BIO_reset(t.peer.out);
	talk_seal(&t, "still here", 10);
	assert_int_equal(BIO_write(t.peer.in, t.wire.p, (int)t.wire.n), t.wire.n);
	ERR_clear_error();
	assert_int_not_equal(SSL_do_handshake(t.peer.ssl), 1);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), SSL_R_NO_RENEGOTIATION);
	ERR_clear_error();
	talk_fini(&t);
}

static void test_key_update(void **state)
{
	struct talk t;

	(void)state;
	for (int server = 0; server < 2; server++)
		for (int cut = 0; cut < CUTS; cut++) {
			talk_start(&t, server, TLS1_3_VERSION, cut);
			assert_int_equal(SSL_key_update(t.peer.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
			talk_exchange(&t);
			assert_int_equal(SSL_key_update(t.peer.ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
			talk_exchange(&t);
			talk_fini(&t);
		}
}

/* Neither side's ephemeral key outlives the handshake. */
static void test_keys_wiped(void **state)
{
	struct talk t;
	SSL_CTX *ctx;
	EVP_PKEY *key;
	size_t n;

	(void)state;
	for (int server = 0; server < 2; server++) {
		talk_init(&t, server, TLS1_3_VERSION, CUT_WHOLE);
		tls_layer_free(t.layer);
		ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
		SSL_CTX_use_certificate(ctx, localhost.cert);
		SSL_CTX_use_PrivateKey(ctx, localhost.key);
		SSL *ssl = SSL_new(ctx);
		t.layer = tls_layer_new(ssl, server, "192.0.2.1");
		t.wire.n = 0;
		if (!server)
			talk_open(&t, (const uint8_t *)"", 0);
		talk_run(&t);
		assert_true(t.up);
		assert_int_equal(SSL_get_tmp_key(ssl, &key), 1);
		assert_int_not_equal(EVP_PKEY_get_raw_private_key(key, NULL, &n), 1);
		EVP_PKEY_free(key);
		assert_int_equal(SSL_get_peer_tmp_key(ssl, &key), 1);
		assert_int_not_equal(EVP_PKEY_get_raw_public_key(key, NULL, &n), 1);
		EVP_PKEY_free(key);
		ERR_clear_error();
		talk_exchange(&t);
		talk_fini(&t);
		SSL_CTX_free(ctx);
	}
}

/* Out of memory: in the handshake and after it. */
static void test_sink_fails(void **state)
{
	struct iovec iov = {(void *)(uintptr_t)"x", 1};
	struct talk t;
	uint8_t *p;

	(void)state;
	talk_init(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	talk_peer(&t);
	long n = BIO_get_mem_data(t.peer.out, &p);
	t.sink_fails = true;
	talk_feed(&t, p, (size_t)n);
	t.sink_fails = false;
	talk_assert_dead(&t, FAULT_NO_MEMORY);
	talk_fini(&t);

	talk_start(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	t.sink_fails = true;
	t.fault = tls_seal(t.layer, &iov, 1, talk_sink, &t);
	t.sink_fails = false;
	talk_assert_dead(&t, FAULT_NO_MEMORY);
	talk_fini(&t);

	talk_start(&t, true, TLS1_3_VERSION, CUT_WHOLE);
	t.sink_fails = true;
	t.fault = tls_finish(t.layer, talk_sink, &t);
	t.sink_fails = false;
	talk_assert_dead(&t, FAULT_NO_MEMORY);
	talk_fini(&t);
}

/* What somebody else left in OpenSSL's error queue does not look like a failure here. */
static void test_stale_errors(void **state)
{
	struct talk t;

	(void)state;
	talk_init(&t, true, TLS1_3_VERSION, CUT_BYTES);
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	talk_open(&t, (const uint8_t *)"", 0);
	assert_int_equal(t.fault, FAULT_NONE);
	talk_run(&t);
	assert_true(t.up);
	talk_fini(&t);
}

static int setup(void **state)
{
	(void)state;
	srand(1);
	authority = identity_new("authority", NULL, NULL);
	localhost = identity_new("localhost", "DNS:localhost", &authority);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	identity_free(&authority);
	identity_free(&localhost);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_client),
	    cmocka_unit_test(test_partial_record),
	    cmocka_unit_test(test_gathering),
	    cmocka_unit_test(test_close_notify),
	    cmocka_unit_test(test_finish_before_up),
	    cmocka_unit_test(test_close_in_handshake),
	    cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_tampered),
	    cmocka_unit_test(test_alert),
	    cmocka_unit_test(test_certificate_refused),
	    cmocka_unit_test(test_no_common_version),
	    cmocka_unit_test(test_renegotiation_refused),
	    cmocka_unit_test(test_key_update),
	    cmocka_unit_test(test_keys_wiped),
	    cmocka_unit_test(test_sink_fails),
	    cmocka_unit_test(test_stale_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
