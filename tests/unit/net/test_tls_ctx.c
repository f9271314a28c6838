/*
 * TLS settings: which certificate answers, what is refused and how that is said, tickets and the
 * rotation of their keys, and what a client verifies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/tls_ctx.h"
#include "tls_fixture.h"

enum { HOUR = 3600 * 1000, PATHS = 32 };

static char directory[] = "/tmp/test_tls_ctx.XXXXXX";
static char paths[PATHS][64];
static int n_paths;
static struct identity authority, stranger;

static const char *path_of(const char *name)
{
	assert_true(n_paths < PATHS);
	snprintf(paths[n_paths], sizeof(paths[0]), "%s/%s", directory, name);
	return paths[n_paths++];
}

/* A certificate and its key in one file. */
static struct config_certificate pem_of(const char *file, const char *cn, const char *san)
{
	struct identity id = identity_new(cn, san, &authority);
	const char *path = path_of(file);

	identity_save(&id, path, true, true);
	identity_free(&id);
	return (struct config_certificate){path, path, {"test.conf", 7}};
}

static struct tls_ctx *server_of(struct config_certificate *certificates, size_t n)
{
	struct config_tls conf = {
	    .name = "web",
	    .certificates = certificates,
	    .n_certificates = n,
	    .tickets = true,
	    .ticket_rotation = HOUR,
	    .place = {"test.conf", 1},
	};
	struct tls_ctx *ctx = NULL;

	assert_int_equal(tls_ctx_server(&conf, &ctx), FAULT_NONE);
	return ctx;
}

static void assert_common_name(SSL *client, const char *wanted)
{
	X509 *cert = SSL_get1_peer_certificate(client);
	char cn[128];

	assert_non_null(cert);
	X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, cn, sizeof(cn));
	assert_string_equal(cn, wanted);
	X509_free(cert);
}

static void test_names(void **state)
{
	struct config_certificate certificates[] = {
	    pem_of("default.pem", "default", NULL),
	    pem_of("exact.pem", "exact", "DNS:www.example.com,DNS:Other.Example.Org"),
	    pem_of("wild.pem", "wild", "DNS:*.example.com,DNS:example.com"),
	    pem_of("later.pem", "later", "DNS:example.com,DNS:later.example.com"),
	    pem_of("common.example.net.pem", "common.example.net", NULL),
	    pem_of("both.pem", "both.example.net", "DNS:not.example.net,IP:127.0.0.1"),
	};
	static const char *const cases[][2] = {
	    {NULL, "default"},
	    {"www.example.com", "exact"},
	    {"WWW.Example.COM", "exact"},
	    {"www.example.com.", "exact"},
	    {"other.example.org", "exact"},
	    {"x.example.com", "wild"},
	    {"example.com", "wild"},
	    {"later.example.com", "later"},
	    {"a.b.example.com", "default"},
	    {"common.example.net", "common.example.net"},
	    {"both.example.net", "default"},
	    {"not.example.net", "both.example.net"},
	    {"default", "default"},
	    {"com", "default"},
	    {".", "default"},
	};
	struct tls_ctx *ctx = server_of(certificates, sizeof(certificates) / sizeof(certificates[0]));
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
			SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);
			SSL_set_max_proto_version(c, version);
			if (cases[i][0])
				SSL_set_tlsext_host_name(c, cases[i][0]);
			assert_true(tls_shake(s, c));
			assert_common_name(c, cases[i][1]);
			SSL_free(s);
			SSL_free(c);
		}
	SSL_CTX_free(client);
	tls_ctx_free(ctx);
}

static void test_versions(void **state)
{
	struct config_certificate certificate = pem_of("versions.pem", "x", NULL);
	static const struct {
		int	min, max, client_min, client_max, got;
	} cases[] = {
	    {0, 0, 0, 0, TLS1_3_VERSION},
	    {0, 0, 0, TLS1_2_VERSION, TLS1_2_VERSION},
	    {0, 0, 0, TLS1_1_VERSION, 0},
	    {TLS1_3_VERSION, 0, 0, TLS1_2_VERSION, 0},
	    {TLS1_2_VERSION, TLS1_2_VERSION, 0, 0, TLS1_2_VERSION},
	    {TLS1_2_VERSION, TLS1_2_VERSION, TLS1_3_VERSION, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_tls conf = {
		    .name = "web", .certificates = &certificate, .n_certificates = 1,
		    .min_version = cases[i].min, .max_version = cases[i].max,
		};
		struct tls_ctx *ctx;
		assert_int_equal(tls_ctx_server(&conf, &ctx), FAULT_NONE);
		SSL_CTX *client = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_security_level(client, 0);
		SSL_CTX_set_min_proto_version(client, cases[i].client_min);
		SSL_CTX_set_max_proto_version(client, cases[i].client_max);
		SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);
		assert_int_equal(tls_shake(s, c), cases[i].got != 0);
		if (cases[i].got)
			assert_int_equal(SSL_version(c), cases[i].got);
		SSL_free(s);
		SSL_free(c);
		SSL_CTX_free(client);
		tls_ctx_free(ctx);
	}
}

/* Runs one bad profile and wants these words on the log. */
static void assert_refused(const struct config_tls *conf, const char *words)
{
	struct tls_ctx *ctx = NULL;
	char text[4096];
	FILE *f = tmpfile();

	assert_non_null(f);
	log_flush();
	fflush(stderr);
	int before = dup(STDERR_FILENO);
	dup2(fileno(f), STDERR_FILENO);
	enum fault fault = tls_ctx_server(conf, &ctx);
	log_flush();
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_int_equal(fault, FAULT_SYSTEM);
	assert_null(ctx);
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, text);
	assert_int_equal(ERR_peek_error(), 0);
}

static const char *encrypted_key(void)
{
	const char *path = path_of("encrypted.pem");
	FILE *f = fopen(path, "w");
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_int_equal(PEM_write_PKCS8PrivateKey(f, key, EVP_aes_128_cbc(), "secret", 6, NULL,
	    NULL), 1);
	EVP_PKEY_free(key);
	fclose(f);
	return path;
}

static const char *garbage_file(void)
{
	const char *path = path_of("garbage.pem");
	FILE *f = fopen(path, "w");

	fputs("no certificate\n", f);
	fclose(f);
	return path;
}

static void test_bad_files(void **state)
{
	struct config_certificate good = pem_of("good.pem", "good", NULL);
	struct config_certificate other = pem_of("other.pem", "other", NULL);
	const char *garbage = garbage_file();
	const struct {
		const char	*cert, *key, *words;
	} cases[] = {
	    {"/nowhere.pem", "/nowhere.pem",
		"test.conf:9: tls web: certificate /nowhere.pem: No such file or directory"},
	    {good.cert, "/nowhere.pem", "tls web: key /nowhere.pem: No such file or directory"},
	    {garbage, garbage, "garbage.pem: no start line"},
	    {good.cert, garbage, "garbage.pem: "},
	    {good.cert, other.key, "other.pem: key values mismatch"},
	    {good.cert, encrypted_key(), "encrypted.pem: it is encrypted"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_certificate certificates[] = {
		    good, {cases[i].cert, cases[i].key, {"test.conf", 9}},
		};
		struct config_tls conf = {
		    .name = "web", .certificates = certificates, .n_certificates = 2,
		};
		assert_refused(&conf, cases[i].words);
	}
}

static void test_bad_algorithms(void **state)
{
	struct config_certificate certificate = pem_of("algorithms.pem", "x", NULL);
	struct config_tls good = {
	    .name = "web", .certificates = &certificate, .n_certificates = 1,
	    .place = {"test.conf", 3},
	    .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:HIGH:!aNULL:@SECLEVEL=2",
	    .ciphersuites = "TLS_AES_128_GCM_SHA256",
	    .groups = "X25519:P-256",
	};
	struct config_tls conf = good;
	struct tls_ctx *ctx;

	(void)state;
	assert_int_equal(tls_ctx_server(&good, &ctx), FAULT_NONE);
	tls_ctx_free(ctx);
	conf.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:NO-SUCH-CIPHER";
	assert_refused(&conf, "test.conf:3: tls web: ciphers ");
	conf = good;
	conf.ciphersuites = "TLS_NO_SUCH_SUITE";
	assert_refused(&conf, "test.conf:3: tls web: ciphersuites TLS_NO_SUCH_SUITE: ");
	conf = good;
	conf.groups = "X25519:P-000";
	assert_refused(&conf, "test.conf:3: tls web: groups X25519:P-000: unknown group");
}

/* No cipher without forward secrecy and authenticated encryption, unless asked for. */
static void test_default_ciphers(void **state)
{
	struct config_certificate certificate = pem_of("ciphers.pem", "x", NULL);
	struct config_tls conf = {
	    .name = "web", .certificates = &certificate, .n_certificates = 1,
	};
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	struct tls_ctx *ctx;

	(void)state;
	SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION);
	assert_int_equal(SSL_CTX_set_cipher_list(client, "ECDHE-ECDSA-AES128-SHA256"), 1);
	for (int wanted = 0; wanted < 2; wanted++) {
		conf.ciphers = wanted ? "ECDHE-ECDSA-AES128-SHA256" : NULL;
		assert_int_equal(tls_ctx_server(&conf, &ctx), FAULT_NONE);
		SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);
		assert_int_equal(tls_shake(s, c), wanted);
		SSL_free(s);
		SSL_free(c);
		tls_ctx_free(ctx);
	}
	SSL_CTX_free(client);
	ERR_clear_error();
}

static void test_alpn(void **state)
{
	static const struct {
		const char	*offer;
		unsigned	 n;
		bool		 shaken;
	} cases[] = {
	    {"\x08http/1.1", 9, true},
	    {"\x02h2\x08http/1.1", 12, true},
	    {"\x02h2", 3, false},
	    {"\x08http/1.0\x08http/1.2\x09http/1.1x", 28, false},
	    {NULL, 0, true},
	};
	struct config_certificate certificate = pem_of("alpn.pem", "x", NULL);
	struct tls_ctx *ctx = server_of(&certificate, 1);
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	const unsigned char *got;
	unsigned got_n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);
		if (cases[i].n)
			SSL_set_alpn_protos(c, (const unsigned char *)cases[i].offer, cases[i].n);
		assert_int_equal(tls_shake(s, c), cases[i].shaken);
		SSL_get0_alpn_selected(c, &got, &got_n);
		assert_int_equal(got_n, cases[i].shaken && cases[i].n ? 8 : 0);
		SSL_free(s);
		SSL_free(c);
	}
	SSL_CTX_free(client);
	tls_ctx_free(ctx);
}

static SSL_SESSION *kept;	/* the client's latest */

/* Connects with the session that was kept last, if any. Was it resumed? */
static bool resumes(struct tls_ctx *ctx, SSL_CTX *client, const char *name)
{
	SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);

	SSL_set_tlsext_host_name(c, name);
	if (kept)
		SSL_set_session(c, kept);
	assert_true(tls_shake(s, c));
	bool resumed = SSL_session_reused(c);
	assert_int_equal(SSL_session_reused(s), resumed);
	SSL_SESSION_free(kept);
	kept = SSL_get1_session(c);
	/* else OpenSSL takes the session of a broken connection for a bad one */
	SSL_set_shutdown(c, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(s);
	SSL_free(c);
	return resumed;
}

static SSL_CTX *client_up_to(int version)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_max_proto_version(client, version);
	return client;
}

static void forget_session(void)
{
	SSL_SESSION_free(kept);
	kept = NULL;
}

static void test_tickets(void **state)
{
	struct config_certificate certificates[] = {
	    pem_of("first.pem", "first", "DNS:first"),
	    pem_of("second.pem", "second", "DNS:second"),
	};
	uint64_t now = clock_mono_ms(), wall = clock_wall_ms();

	(void)state;
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX *client = client_up_to(version);
		clock_fake(now, wall);
		struct tls_ctx *ctx = server_of(certificates, 2);
		assert_false(resumes(ctx, client, "second"));
		assert_true(SSL_SESSION_has_ticket(kept));
		assert_true(resumes(ctx, client, "second"));
		assert_true(resumes(ctx, client, "second"));

		/* the key before this one still counts, and what it opens is renewed */
		clock_fake(now + HOUR, wall);
		assert_true(resumes(ctx, client, "second"));
		clock_fake(now + 2 * HOUR, wall);
		assert_true(resumes(ctx, client, "second"));

		/* two rotations later it does not, whether or not anybody came between */
		clock_fake(now + 4 * HOUR, wall);
		assert_false(resumes(ctx, client, "second"));
		SSL_SESSION *old = kept;
		SSL_SESSION_up_ref(old);
		clock_fake(now + 5 * HOUR, wall);
		resumes(ctx, client, "second");
		clock_fake(now + 6 * HOUR, wall);
		resumes(ctx, client, "second");
		SSL_SESSION_free(kept);
		kept = old;
		assert_false(resumes(ctx, client, "second"));
		forget_session();
		tls_ctx_free(ctx);
		SSL_CTX_free(client);
	}
	clock_fake(0, 0);
}

static void test_no_tickets(void **state)
{
	struct config_certificate certificate = pem_of("none.pem", "x", NULL);
	struct config_tls conf = {.name = "web", .certificates = &certificate, .n_certificates = 1};
	struct tls_ctx *ctx;

	(void)state;
	assert_int_equal(tls_ctx_server(&conf, &ctx), FAULT_NONE);
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX *client = client_up_to(version);
		assert_false(resumes(ctx, client, "x"));
		assert_false(resumes(ctx, client, "x"));
		assert_false(SSL_SESSION_has_ticket(kept));
		forget_session();
		SSL_CTX_free(client);
	}
	tls_ctx_free(ctx);
}

enum { THREADS = 4, TIMES = 50 };

static void *resume_often(void *arg)
{
	struct tls_ctx *ctx = arg;
	SSL_CTX *client = client_up_to(TLS1_3_VERSION);
	SSL_SESSION *session = NULL;
	int failed = 0;

	for (int i = 0; i < TIMES; i++) {
		SSL *s = tls_ctx_connection(ctx, NULL), *c = SSL_new(client);
		const char *name = i % 2 ? "second" : "first";
		if (session)
			SSL_set_session(c, session);
		SSL_set_tlsext_host_name(c, name);
		failed += !tls_shake(s, c);
		SSL_SESSION_free(session);
		session = SSL_get1_session(c);
		SSL_set_shutdown(c, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
		SSL_free(s);
		SSL_free(c);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(client);
	return failed ? arg : NULL;
}

/* Workers share all of it, and keys change all the time. */
static void test_threads(void **state)
{
	struct config_certificate certificates[] = {
	    pem_of("first.pem", "first", "DNS:first"),
	    pem_of("second.pem", "second", "DNS:second"),
	};
	struct config_tls conf = {
	    .name = "web", .certificates = certificates, .n_certificates = 2,
	    .tickets = true, .ticket_rotation = 1,
	};
	pthread_t threads[THREADS];
	struct tls_ctx *ctx;
	void *failed;

	(void)state;
	assert_int_equal(tls_ctx_server(&conf, &ctx), FAULT_NONE);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, resume_often, ctx), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	tls_ctx_free(ctx);
}

/* One handshake of ours with ours; does the client accept the server for this name? */
static bool accepted(struct tls_ctx *server, struct tls_ctx *client, const char *name)
{
	SSL *s = tls_ctx_connection(server, NULL), *c = tls_ctx_connection(client, name);
	bool shaken = tls_shake(s, c);

	assert_int_equal(SSL_get_verify_result(c) == X509_V_OK, shaken);
	SSL_free(s);
	SSL_free(c);
	ERR_clear_error();
	return shaken;
}

static struct tls_ctx *client_of(const char *ca)
{
	struct config_backend backend = {.name = "db", .tls = {.ca = ca, .verify = true},
	    .place = {"test.conf", 5}};
	struct tls_ctx *ctx = NULL;

	assert_int_equal(tls_ctx_client(&backend, &ctx), FAULT_NONE);
	return ctx;
}

static void test_verification(void **state)
{
	struct config_certificate certificate = pem_of("backend.pem", "cn.example.com",
	    "DNS:db.example.com,DNS:*.wild.example.com,IP:127.0.0.1,IP:2001:db8::1");
	static const struct {
		const char	*name;
		bool		 accepted;
	} cases[] = {
	    {"db.example.com", true},
	    {"DB.EXAMPLE.COM", true},
	    {"x.wild.example.com", true},
	    {"127.0.0.1", true},
	    {"2001:db8::1", true},
	    {"2001:DB8:0::1", true},
	    {"cn.example.com", false},
	    {"example.com", false},
	    {"wild.example.com", false},
	    {"a.x.wild.example.com", false},
	    {"127.0.0.2", false},
	    {"::1", false},
	};
	struct tls_ctx *server = server_of(&certificate, 1);
	const char *ca = path_of("ca.pem"), *wrong = path_of("wrong.pem");
	identity_save(&authority, ca, true, false);
	identity_save(&stranger, wrong, true, false);
	struct tls_ctx *right_client = client_of(ca), *wrong_client = client_of(wrong);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(accepted(server, right_client, cases[i].name), cases[i].accepted);
		assert_false(accepted(server, wrong_client, cases[i].name));
	}
	tls_ctx_free(right_client);
	tls_ctx_free(wrong_client);
	tls_ctx_free(server);
}

static void test_no_verification(void **state)
{
	struct config_certificate certificate = pem_of("any.pem", "any", NULL);
	struct config_backend backend = {.name = "db", .place = {"test.conf", 5}};
	struct tls_ctx *server = server_of(&certificate, 1), *client;

	(void)state;
	assert_int_equal(tls_ctx_client(&backend, &client), FAULT_NONE);
	SSL *s = tls_ctx_connection(server, NULL), *c = tls_ctx_connection(client, "db.example.com");
	assert_true(tls_shake(s, c));
	assert_string_equal(SSL_get_servername(s, TLSEXT_NAMETYPE_host_name), "db.example.com");
	SSL_free(s);
	SSL_free(c);
	s = tls_ctx_connection(server, NULL);
	c = tls_ctx_connection(client, "127.0.0.1");
	assert_true(tls_shake(s, c));
	assert_null(SSL_get_servername(s, TLSEXT_NAMETYPE_host_name));
	SSL_free(s);
	SSL_free(c);
	tls_ctx_free(client);
	tls_ctx_free(server);
}

static void test_client_certificate(void **state)
{
	struct config_certificate certificate = pem_of("who.pem", "who", NULL);
	struct config_backend backend = {.name = "db", .place = {"test.conf", 5},
	    .tls = {.cert = certificate.cert, .key = certificate.key}};
	struct tls_peer peer;
	struct tls_ctx *client;

	(void)state;
	tls_peer_init(&peer, true, TLS1_3_VERSION, &stranger);
	SSL_CTX_set_verify(peer.ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	X509_STORE_add_cert(SSL_CTX_get_cert_store(peer.ctx), authority.cert);
	for (int with = 0; with < 2; with++) {
		if (!with)
			backend.tls.cert = NULL;
		else
			backend.tls.cert = certificate.cert;
		assert_int_equal(tls_ctx_client(&backend, &client), FAULT_NONE);
		SSL *s = SSL_new(peer.ctx), *c = tls_ctx_connection(client, "localhost");
		bool shaken = tls_shake(s, c);
		assert_int_equal(shaken, with);
		if (with)
			assert_common_name(s, "who");
		SSL_free(s);
		SSL_free(c);
		tls_ctx_free(client);
	}
	backend.tls.key = "/nowhere.pem";
	assert_int_equal(tls_ctx_client(&backend, &client), FAULT_SYSTEM);
	backend.tls = (struct config_backend_tls){.verify = true, .ca = "/nowhere.pem"};
	assert_int_equal(tls_ctx_client(&backend, &client), FAULT_SYSTEM);
	tls_peer_fini(&peer);
	ERR_clear_error();
}

static void test_selfsigned(void **state)
{
	struct config_tls conf = {.name = "self-signed", .tickets = true, .ticket_rotation = HOUR};
	static const char *const names[] = {"localhost", "127.0.0.1", "::1", "example.com"};
	struct config_backend backend = {.name = "db"};
	const char *path = path_of("selfsigned.pem");
	struct tls_ctx *server, *client;

	(void)state;
	assert_int_equal(tls_ctx_server(&conf, &server), FAULT_NONE);
	assert_int_equal(tls_ctx_client(&backend, &client), FAULT_NONE);
	SSL *s = tls_ctx_connection(server, NULL), *c = tls_ctx_connection(client, "localhost");
	assert_true(tls_shake(s, c));
	struct identity self = {SSL_get1_peer_certificate(c), NULL};
	identity_save(&self, path, true, false);
	assert_int_equal(X509_cmp_current_time(X509_get0_notBefore(self.cert)), -1);
	assert_int_equal(X509_cmp_current_time(X509_get0_notAfter(self.cert)), 1);
	identity_free(&self);
	SSL_free(s);
	SSL_free(c);
	tls_ctx_free(client);
	client = client_of(path);
	for (int i = 0; i < 4; i++)
		assert_int_equal(accepted(server, client, names[i]), i < 3);
	tls_ctx_free(client);
	tls_ctx_free(server);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	authority = identity_new("authority", NULL, NULL);
	stranger = identity_new("stranger", NULL, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < n_paths; i++)
		unlink(paths[i]);
	identity_free(&authority);
	identity_free(&stranger);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_bad_files),
	    cmocka_unit_test(test_bad_algorithms),
	    cmocka_unit_test(test_default_ciphers),
	    cmocka_unit_test(test_alpn),
	    cmocka_unit_test(test_tickets),
	    cmocka_unit_test(test_no_tickets),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_verification),
	    cmocka_unit_test(test_no_verification),
	    cmocka_unit_test(test_client_certificate),
	    cmocka_unit_test(test_selfsigned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
