/* Where clients connect, and how TLS is spoken there. */
#include "config/config.h"
#include "config/schema.h"
#include "config/settle.h"
#include "config/type.h"

/* The versions' numbers on the wire (RFC 8446 section 4.2.1), which OpenSSL uses, too. */
static const struct schema_word schema_versions[] = {
    {"1.2", 0x0303, false},
    {"1.3", 0x0304, false},
    {NULL, 0, false},
};

static const struct schema_word schema_verify[] = {
    {"none", CLIENT_VERIFY_NONE, false},
    {"optional", CLIENT_VERIFY_OPTIONAL, false},
    {"require", CLIENT_VERIFY_REQUIRE, false},
    {NULL, 0, false},
};

static const struct schema_word schema_reloads[] = {
    {"auto", TLS_RELOAD_AUTO, false},
    {"manual", TLS_RELOAD_MANUAL, false},
    {NULL, 0, false},
};

#define OWNER struct config_listener

static const struct schema_key schema_listener_keys[] = {
	{SCHEMA_KEY("bind", bind, NULL, bind,
	    "Addresses to listen on: \"127.0.0.1:80\", \"[::1]:80\", \"*:80\" (all addresses, IPv4 "
	    "and IPv6) or \"unix:/run/x.sock\"."),
	    .flags = SCHEMA_REQUIRED | SCHEMA_SAMPLE, .example = "\"127.0.0.1:8080\""},
	{SCHEMA_KEY("tls", reference, NULL, tls,
	    "The TLS profile to use: one from the group 'tls', or the built-in \"self-signed\", "
	    "which makes a certificate for localhost at each start, to try things out. Not set: "
	    "no TLS."),
	    .group = &schema_tls, .example = "\"self-signed\""},
	{SCHEMA_KEY("http2", flag, "true", http2,
	    "HTTP/2 beside HTTP/1.1, and WebSocket over it (RFC 8441): with TLS if the client asks "
	    "for it (ALPN), without TLS if it begins to speak it (prior knowledge).")},
	{SCHEMA_KEY("accept_proxy", flag, "false", accept_proxy,
	    "Peers in 'trust', and those of unix sockets, begin with a PROXY header, version 1 or "
	    "2, that says who the client is. Without one they are refused.")},
	{SCHEMA_KEY("trust", networks, NULL, trust,
	    "Networks of proxies that are believed: their PROXY headers, and Forwarded or "
	    "X-Forwarded-For, where the client is the rightmost address that is not in these "
	    "networks. A request whose two headers name different clients is refused with 400: "
	    "let the proxy remove the one that it does not set. With 'trust' set, peers of unix "
	    "sockets are believed, too."),
	    .example = "[ \"10.0.0.0/8\" ]"},
	{SCHEMA_KEY("redirect_https", redirect_https, "false", redirect,
	    "All requests are answered with 308 and the same address in https: at port 443 with "
	    "true, else at this port. Host, path and query are kept.")},
	{SCHEMA_KEY("backlog", count, "1024", backlog,
	    "Connections that may wait to be accepted."),
	    .min = 1, .max = 65535},
	{SCHEMA_KEY("mode", mode, NULL, mode,
	    "The mode of unix sockets. Not set: the umask decides."),
	    .example = "\"0660\""},
};

#undef OWNER
#define OWNER struct config_tls

static const struct schema_key schema_tls_keys[] = {
	{SCHEMA_KEY("certificates", certificates, NULL, certificates,
	    "PEM files that hold a certificate, the chain above it and the key, as paths or "
	    "patterns; or, where the key has its own file, groups of 'cert' and 'key'. Clients get "
	    "the one whose name they ask for (SNI), or the first one."),
	    .flags = SCHEMA_REQUIRED,
	    .example = "( \"/etc/framegate/tls/*.pem\",\n"
	    "  { cert = \"/etc/ssl/fullchain.pem\"; key = \"/etc/ssl/privkey.pem\"; } )"},
	{SCHEMA_KEY("min_version", word, "1.2", min_version,
	    "The oldest version of TLS that is spoken."),
	    .words = schema_versions},
	{SCHEMA_KEY("max_version", word, NULL, max_version,
	    "The newest version of TLS that is spoken. Not set: the newest there is."),
	    .words = schema_versions, .example = "\"1.3\""},
	{SCHEMA_KEY("ciphers", string, NULL, ciphers,
	    "Ciphers for TLS 1.2, in OpenSSL's notation: see openssl-ciphers(1). Not set: those "
	    "with forward secrecy and authenticated encryption."),
	    .example = "\"ECDHE+AESGCM:ECDHE+CHACHA20\""},
	{SCHEMA_KEY("ciphersuites", string, NULL, ciphersuites,
	    "Cipher suites for TLS 1.3, with colons between them."),
	    .example = "\"TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256\""},
	{SCHEMA_KEY("groups", string, NULL, groups,
	    "Groups for the key exchange, the preferred one first, with colons between them."),
	    .example = "\"X25519:P-256\""},
	{SCHEMA_KEY("client_ca", file, NULL, client_ca,
	    "PEM file of the authorities that client certificates must come from."),
	    .example = "\"/etc/framegate/clients-ca.pem\""},
	{SCHEMA_KEY("client_verify", word, "none", client_verify,
	    "Whether clients are asked for a certificate of 'client_ca': \"optional\" takes those "
	    "without one, too; one that is not good ends the handshake in any case. Its common "
	    "name is ${tls.client_cn}."),
	    .words = schema_verify},
	{SCHEMA_KEY("tickets", flag, "true", tickets,
	    "Session tickets, with which clients come back without a full handshake.")},
	{SCHEMA_KEY("ticket_rotation", duration, "12h", ticket_rotation,
	    "How often the key that encrypts tickets is changed. Tickets of the key before are "
	    "still accepted."),
	    .min = 60 * 1000},
	{SCHEMA_YET("ocsp", flag, "true",
	    "Staple the OCSP response that lies beside the certificate, as .ocsp.")},
	{SCHEMA_KEY("reload", word, "auto", reload,
	    "With \"auto\" changed files of certificates, keys and 'client_ca' are used for new "
	    "handshakes a few seconds after they have changed; with \"manual\" a reload reads "
	    "them. Connections are not touched."),
	    .words = schema_reloads},
};

const struct schema_group schema_listener = {
	.what = "listener",
	SCHEMA_KEYS(schema_listener_keys),
	SCHEMA_ITEMS(listeners, n_listeners, struct config_listener),
	.sample = "web",
	.finish = settle_listener,
};

const struct schema_group schema_tls = {
	.what = "TLS profile",
	SCHEMA_KEYS(schema_tls_keys),
	SCHEMA_ITEMS(tls, n_tls, struct config_tls),
	.builtin = "self-signed",
	.sample = "site",
	.finish = settle_tls,
};
