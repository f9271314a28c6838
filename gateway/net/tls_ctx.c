#include "net/tls_ctx.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/tls_names.h"
#include "net/tls_selfsigned.h"
#include "net/tls_tickets.h"

/*
 * A server's, for TLS 1.2: only what has forward secrecy and is authenticated. Nothing in it is
 * weak, so the client, which knows its own hardware, may choose. To backends, which may be old,
 * whatever OpenSSL's security level allows is offered.
 */
#define TLS_CIPHERS                                                                                \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

/* What may be spoken inside a listener's TLS, the best first; length and name, RFC 7301 3.1. */
static const char *const tls_protocols[] = {"\x02h2", "\x08http/1.1"};

struct tls_ctx {
	SSL_CTX			**v;		/* one for each certificate; [0]: the default */
	size_t			 n;
	struct tls_names	 names;
	struct tls_tickets	*tickets;	/* NULL: none are given */
};

/* Whom a message is about: "FILE:LINE: tls web: …". */
struct tls_subject {
	const struct config_place	*place;
	const char			*group, *name;
};

static enum fault tls_ctx_say(const struct tls_subject *who, const char *what, const char *value,
    const char *reason)
{
	log_line(LOG_LEVEL_ERROR, "%s:%u: %s %s: %s %s: %s", who->place->file, who->place->line,
	    who->group, who->name, what, value, reason);
	ERR_clear_error();
	return FAULT_SYSTEM;
}

/* With the first reason in OpenSSL's queue: the one nearest to the cause. */
static enum fault tls_ctx_blame(const struct tls_subject *who, const char *what, const char *value)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);

	if (ERR_SYSTEM_ERROR(error))
		reason = strerror(ERR_GET_REASON(error));
	return tls_ctx_say(who, what, value, reason ? reason : "not accepted by OpenSSL");
}

/* OpenSSL's own would ask the terminal. */
static int tls_ctx_on_password(char *buffer, int size, int writing, void *arg)
{
	bool *asked = arg;

	(void)buffer;
	(void)size;
	(void)writing;
	*asked = true;
	return -1;
}

static SSL_CTX *tls_ctx_make(const SSL_METHOD *method, int min_version, int max_version)
{
	SSL_CTX *ssl = SSL_CTX_new(method);

	if (ssl == NULL)
		return NULL;
	SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_set_min_proto_version(ssl, min_version ? min_version : TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(ssl, max_version) == 1)
		return ssl;
	SSL_CTX_free(ssl);
	return NULL;
}

static enum fault tls_ctx_load_key(SSL_CTX *ssl, const struct tls_subject *who, const char *key)
{
	bool asked = false;

	SSL_CTX_set_default_passwd_cb(ssl, tls_ctx_on_password);
	SSL_CTX_set_default_passwd_cb_userdata(ssl, &asked);
	bool loaded = SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ssl) == 1;
	SSL_CTX_set_default_passwd_cb(ssl, NULL);
	SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
	if (asked)
		return tls_ctx_say(who, "key", key, "it is encrypted; nobody can be asked");
	return loaded ? FAULT_NONE : tls_ctx_blame(who, "key", key);
}

/* Key and certificate may stand in the same file; chain certificates follow their leaf. */
static enum fault tls_ctx_load(SSL_CTX *ssl, const struct tls_subject *who, const char *cert,
    const char *key)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ssl, cert) != 1)
		return tls_ctx_blame(who, "certificate", cert);
	enum fault f = tls_ctx_load_key(ssl, who, key);
	if (f == FAULT_NONE &&
	    X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(ssl))) < 0)
		log_line(LOG_LEVEL_WARN, "%s:%u: %s %s: certificate %s has expired",
		    who->place->file, who->place->line, who->group, who->name, cert);
	return f;
}

static struct tls_ctx *tls_ctx_new(size_t n)
{
	struct tls_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx)
		ctx->v = calloc(n, sizeof(SSL_CTX *));
	if (ctx == NULL || ctx->v == NULL) {
		free(ctx);
		return NULL;
	}
	ctx->n = n;
	return ctx;
}

void tls_ctx_free(struct tls_ctx *ctx)
{
	if (ctx == NULL)
		return;
	tls_names_fini(&ctx->names);
	for (size_t i = 0; i < ctx->n; i++)
		SSL_CTX_free(ctx->v[i]);
	free(ctx->v);
	tls_tickets_free(ctx->tickets);
	free(ctx);
}

X509 *tls_ctx_certificate(const struct tls_ctx *ctx, size_t n)
{
	return n < ctx->n ? SSL_CTX_get0_certificate(ctx->v[n]) : NULL;
}

/* Unknown names are no reason for the default not to answer: its certificate tells the client. */
static int tls_ctx_on_name(SSL *ssl, int *alert, void *arg)
{
	const struct tls_ctx *ctx = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	SSL_CTX *found = name ? tls_names_find(&ctx->names, name) : NULL;

	(void)alert;
	if (found == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	return SSL_set_SSL_CTX(ssl, found) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool tls_ctx_offers(const char *protocol, const unsigned char *in, unsigned in_n)
{
	size_t n = (size_t)protocol[0] + 1;

	for (unsigned at = 0; at < in_n; at += in[at] + 1U)
		if (in_n - at >= n && memcmp(in + at, protocol, n) == 0)
			return true;
	return false;
}

/* Nothing in common is the end (RFC 7301 section 3.2): another protocol's client is not ours. */
static int tls_ctx_on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
    const unsigned char *in, unsigned in_n, void *arg)
{
	bool h2 = SSL_get_app_data(ssl) != NULL;

	(void)arg;
	for (size_t i = h2 ? 0 : 1; i < sizeof(tls_protocols) / sizeof(tls_protocols[0]); i++)
		if (tls_ctx_offers(tls_protocols[i], in, in_n)) {
			*out = (const unsigned char *)tls_protocols[i] + 1;
			*out_n = (unsigned char)tls_protocols[i][0];
			return SSL_TLSEXT_ERR_OK;
		}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* OpenSSL passes over names it does not know in a list, so each is tried alone first. */
static bool tls_ctx_ciphers(SSL_CTX *ssl, const char *list)
{
	struct slice rest = slice_of(list), part;
	char name[128];

	while (slice_cut(&rest, ':', &part)) {
		if (part.n == 0 || strchr("!-+@", part.p[0]) != NULL)
			continue;
		if (part.n >= sizeof(name))
			return false;
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		if (SSL_CTX_set_cipher_list(ssl, name) != 1)
			return false;
	}
	return SSL_CTX_set_cipher_list(ssl, list) == 1;
}

static enum fault tls_ctx_algorithms(SSL_CTX *ssl, const struct tls_subject *who,
    const struct config_tls *conf)
{
	ERR_clear_error();
	const char *ciphers = conf->ciphers ? conf->ciphers : TLS_CIPHERS;
	if (!tls_ctx_ciphers(ssl, ciphers))
		return tls_ctx_blame(who, "ciphers", ciphers);
	if (conf->ciphersuites && SSL_CTX_set_ciphersuites(ssl, conf->ciphersuites) != 1)
		return tls_ctx_blame(who, "ciphersuites", conf->ciphersuites);
	if (conf->groups && SSL_CTX_set1_groups_list(ssl, conf->groups) != 1)
		return tls_ctx_say(who, "groups", conf->groups, "unknown group");
	return FAULT_NONE;
}

/* What a session that is taken up again was verified for: this program's listeners. */
static const unsigned char tls_ctx_session_context[] = "framegate";

static enum fault tls_ctx_ask_clients(SSL_CTX *ssl, const struct tls_subject *who,
    const struct config_tls *conf)
{
	int mode = SSL_VERIFY_PEER;

	if (conf->client_verify == CLIENT_VERIFY_NONE)
		return FAULT_NONE;
	if (conf->client_verify == CLIENT_VERIFY_REQUIRE)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	ERR_clear_error();
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(conf->client_ca);
	if (names == NULL || SSL_CTX_load_verify_file(ssl, conf->client_ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return tls_ctx_blame(who, "client_ca", conf->client_ca);
	}
	SSL_CTX_set_client_CA_list(ssl, names);
	SSL_CTX_set_verify(ssl, mode, NULL);
	SSL_CTX_set_session_id_context(ssl, tls_ctx_session_context,
	    sizeof(tls_ctx_session_context) - 1);
	return FAULT_NONE;
}

static SSL_CTX *tls_ctx_make_server(struct tls_ctx *ctx, const struct config_tls *conf)
{
	SSL_CTX *ssl = tls_ctx_make(TLS_server_method(), conf->min_version, conf->max_version);

	if (ssl == NULL)
		return NULL;
	SSL_CTX_set_tlsext_servername_callback(ssl, tls_ctx_on_name);
	SSL_CTX_set_tlsext_servername_arg(ssl, ctx);
	SSL_CTX_set_alpn_select_cb(ssl, tls_ctx_on_alpn, NULL);
	if (conf->tickets) {
		tls_tickets_serve(ctx->tickets, ssl);
	} else {
		/* TLS 1.3 would go on with tickets that name sessions of a cache. */
		SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(ssl, 0);
	}
	return ssl;
}

static enum fault tls_ctx_certify(struct tls_ctx *ctx, SSL_CTX *ssl, const struct config_tls *conf,
    size_t i)
{
	struct tls_subject who = {&conf->place, "tls", conf->name};
	enum fault f;

	if (conf->n_certificates > 0) {
		const struct config_certificate *certificate = &conf->certificates[i];
		who.place = &certificate->place;
		f = tls_ctx_load(ssl, &who, certificate->cert, certificate->key);
	} else {
		f = tls_selfsigned_use(ssl) ? FAULT_NONE
					    : tls_ctx_blame(&who, "certificate", "for localhost");
		log_line(LOG_LEVEL_WARN, "tls %s: certificate for localhost made just now; "
		    "no client has a reason to trust it", conf->name);
	}
	if (f == FAULT_NONE && !tls_names_add(&ctx->names, ssl))
		f = FAULT_NO_MEMORY;
	return f;
}

/* Goes on after a bad certificate, so that all of them are on the log. */
static enum fault tls_ctx_fill(struct tls_ctx *ctx, const struct config_tls *conf)
{
	struct tls_subject who = {&conf->place, "tls", conf->name};
	enum fault worst = FAULT_NONE;

	if (conf->tickets && (ctx->tickets = tls_tickets_new(conf->ticket_rotation)) == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < ctx->n; i++) {
		ctx->v[i] = tls_ctx_make_server(ctx, conf);
		if (ctx->v[i] == NULL)
			return FAULT_NO_MEMORY;
		enum fault f = tls_ctx_certify(ctx, ctx->v[i], conf, i);
		worst = f != FAULT_NONE ? f : worst;
		if (i > 0 && worst != FAULT_NONE)
			continue;
		f = tls_ctx_algorithms(ctx->v[i], &who, conf);
		if (f == FAULT_NONE)
			f = tls_ctx_ask_clients(ctx->v[i], &who, conf);
		worst = f != FAULT_NONE ? f : worst;
	}
	tls_names_sort(&ctx->names);
	return worst;
}

enum fault tls_ctx_server(const struct config_tls *conf, struct tls_ctx **made)
{
	struct tls_ctx *ctx = tls_ctx_new(conf->n_certificates ? conf->n_certificates : 1);
	enum fault f = ctx ? tls_ctx_fill(ctx, conf) : FAULT_NO_MEMORY;

	if (f != FAULT_NONE) {
		if (f == FAULT_NO_MEMORY)
			log_fault(f, "tls %s", conf->name);
		tls_ctx_free(ctx);
		return f;
	}
	*made = ctx;
	return FAULT_NONE;
}

/* Authorities in one file, or a directory of them as c_rehash leaves it. */
static bool tls_ctx_authorities(SSL_CTX *ssl, const char *ca)
{
	struct stat st;

	if (ca == NULL)
		return SSL_CTX_set_default_verify_paths(ssl) == 1;
	if (stat(ca, &st) == 0 && S_ISDIR(st.st_mode))
		return SSL_CTX_load_verify_dir(ssl, ca) == 1;
	return SSL_CTX_load_verify_file(ssl, ca) == 1;
}

static enum fault tls_ctx_trust(SSL_CTX *ssl, const struct tls_subject *who,
    const struct config_backend_tls *conf)
{
	ERR_clear_error();
	if (!conf->verify) {
		log_line(LOG_LEVEL_WARN, "%s:%u: %s %s: verify = false: anybody can pose as it",
		    who->place->file, who->place->line, who->group, who->name);
		return FAULT_NONE;
	}
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (!tls_ctx_authorities(ssl, conf->ca))
		return tls_ctx_blame(who, "ca", conf->ca ? conf->ca : "of the system");
	return FAULT_NONE;
}

enum fault tls_ctx_client(const struct config_backend *backend, struct tls_ctx **made)
{
	const struct config_backend_tls *conf = &backend->tls;
	struct tls_subject who = {&backend->place, "backend", backend->name};
	struct tls_ctx *ctx = tls_ctx_new(1);
	enum fault f = FAULT_NONE;

	if (ctx)
		ctx->v[0] = tls_ctx_make(TLS_client_method(), conf->min_version, 0);
	if (ctx == NULL || ctx->v[0] == NULL) {
		f = FAULT_NO_MEMORY;
		log_fault(f, "backend %s: TLS", backend->name);
	}
	if (f == FAULT_NONE)
		f = tls_ctx_trust(ctx->v[0], &who, conf);
	if (f == FAULT_NONE && conf->cert)
		f = tls_ctx_load(ctx->v[0], &who, conf->cert, conf->key ? conf->key : conf->cert);
	if (f != FAULT_NONE) {
		tls_ctx_free(ctx);
		return f;
	}
	*made = ctx;
	return FAULT_NONE;
}

SSL *tls_ctx_accept(struct tls_ctx *ctx, bool h2)
{
	SSL *ssl = tls_ctx_connection(ctx, NULL);

	if (ssl && h2)
		SSL_set_app_data(ssl, ctx);	/* anything but NULL: tls_ctx_on_alpn */
	return ssl;
}

/* RFC 6066 section 3: literals are no names; a certificate has them as iPAddress. */
static bool tls_ctx_expect(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
		return true;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

SSL *tls_ctx_connection(struct tls_ctx *ctx, const char *name)
{
	SSL *ssl = SSL_new(ctx->v[0]);

	if (ssl && name && !tls_ctx_expect(ssl, name)) {
		SSL_free(ssl);
		ssl = NULL;
	}
	ERR_clear_error();
	return ssl;
}
