#include "config/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/slice.h"

enum { ENDPOINT_NAME = 253, ENDPOINT_LABEL = 63 };	/* RFC 1035 section 2.3.4 */
enum { ENDPOINT_OPTION = 1000000 };

static const uint8_t endpoint_mapped[12] = {[10] = 0xff, [11] = 0xff};

/* Only digits and dots are a mistyped address. */
static bool endpoint_has_letter(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.')
			return true;
	return false;
}

bool endpoint_is_name(struct slice s)
{
	struct slice rest = s, label;

	if (s.n == 0 || s.n > ENDPOINT_NAME)
		return false;
	if (s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9' && !endpoint_has_letter(s))
		return false;
	if (s.p[s.n - 1] == '.')
		rest.n--;
	while (slice_cut(&rest, '.', &label)) {
		if (label.n == 0 || label.n > ENDPOINT_LABEL)
			return false;
		for (size_t i = 0; i < label.n; i++) {
			char c = label.p[i];
			if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') &&
			    c != '-' && c != '_')
				return false;
		}
	}
	return true;
}

/* A copy with a NUL, for inet_pton; too long for an address is cut, which is none either. */
static bool endpoint_pton(int family, struct slice s, void *out)
{
	char text[INET6_ADDRSTRLEN + 1];

	if (s.n > INET6_ADDRSTRLEN)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(family, text, out) == 1;
}

bool endpoint_is_host(struct slice s)
{
	struct in_addr in;
	struct in6_addr in6;

	return endpoint_pton(AF_INET, s, &in) || endpoint_pton(AF_INET6, s, &in6) ||
	    endpoint_is_name(s);
}

const char *endpoint_split(struct slice text, struct slice *host, uint16_t *port)
{
	struct slice digits;
	uint64_t v;
	const char *colon = memrchr(text.p, ':', text.n);

	if (text.n && text.p[0] == '[') {
		const char *close = memchr(text.p, ']', text.n);
		if (close == NULL)
			return "the ']' is missing";
		*host = (struct slice){text.p + 1, (size_t)(close - text.p - 1)};
		colon = close + 1 < text.p + text.n && close[1] == ':' ? close + 1 : NULL;
		struct in6_addr in6;
		if (!endpoint_pton(AF_INET6, *host, &in6))
			return "what stands in brackets is no IPv6 address";
	} else if (colon && memchr(text.p, ':', (size_t)(colon - text.p))) {
		return "an IPv6 address stands in brackets";
	} else if (colon) {
		*host = (struct slice){text.p, (size_t)(colon - text.p)};
	}
	if (colon == NULL)
		return "its port is missing";
	digits = (struct slice){colon + 1, (size_t)(text.p + text.n - colon - 1)};
	if (!slice_u64(digits, &v) || v > UINT16_MAX)
		return "its port must be a number up to 65535";
	*port = (uint16_t)v;
	return NULL;
}

static const char *endpoint_listen_unix(const char *path, struct config_address *a)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->sa;

	if (path[0] == '\0')
		return "its path is missing";
	if (strlen(path) >= sizeof(un->sun_path))
		return "its path is too long: 107 bytes at most";
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path) + 1);
	a->size = sizeof(*un);
	return NULL;
}

const char *endpoint_listen(const char *text, struct config_address *a, bool *dual)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;
	struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;
	struct slice host;
	uint16_t port;

	*dual = false;
	memset(&a->sa, 0, sizeof(a->sa));
	a->text = text;
	if (strncmp(text, "unix:", 5) == 0)
		return endpoint_listen_unix(text + 5, a);
	const char *why = endpoint_split(slice_of(text), &host, &port);
	if (why)
		return why;
	*dual = slice_eq(host, SLICE("*"));
	if (*dual || endpoint_pton(AF_INET6, host, &in6->sin6_addr)) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		a->size = sizeof(*in6);
	} else if (endpoint_pton(AF_INET, host, &in->sin_addr)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		a->size = sizeof(*in);
	} else {
		return "names are not looked up here: write an address, or '*' for all";
	}
	return NULL;
}

struct endpoint_scheme {
	const char			*name;
	enum config_server_kind		 kind;
	bool				 has_path;	/* one may follow the port */
};

static const struct endpoint_scheme endpoint_schemes[] = {
	{.name = "tcp://", .kind = SERVER_TCP},
	{.name = "tls://", .kind = SERVER_TLS},
	{.name = "unix:", .kind = SERVER_UNIX},
	{.name = "ws://", .kind = SERVER_WS, .has_path = true},
	{.name = "wss://", .kind = SERVER_WSS, .has_path = true},
	{.name = "http://", .kind = SERVER_HTTP},
	{.name = "https://", .kind = SERVER_HTTPS},
	{.name = NULL},
};

static const char *endpoint_server_unix(struct config_server *s, const char *path)
{
	struct config_address a;

	s->host = path;
	return endpoint_listen_unix(path, &a);
}

/* What a request line may hold (RFC 3986 section 2), without a fragment. */
static bool endpoint_is_target(const char *s)
{
	while (*s > ' ' && *s < 0x7f && *s != '#')
		s++;
	return *s == '\0';
}

static const char *endpoint_url(struct arena *arena, const char *text, struct config_server *s)
{
	const struct endpoint_scheme *e = endpoint_schemes;
	struct slice host;

	while (e->name && strncasecmp(text, e->name, strlen(e->name)) != 0)
		e++;
	if (e->name == NULL)
		return "it begins with tcp://, tls://, unix:, ws://, wss://, http:// or https://";
	s->text = text;
	s->kind = e->kind;
	text += strlen(e->name);
	if (s->kind == SERVER_UNIX)
		return endpoint_server_unix(s, text);
	s->path = strchr(text, '/');
	if (s->path && !e->has_path)
		return "nothing follows the port";
	if (s->path && !endpoint_is_target(s->path))
		return "other characters of its path must be percent-encoded";
	const char *why = endpoint_split(
	    (struct slice){text, strcspn(text, "/")}, &host, &s->port);
	if (why)
		return why;
	if (s->port == 0)
		return "its port must be a number from 1 to 65535";
	if (!endpoint_is_host(host))
		return "its host is neither a name nor an address";
	s->host = arena_copy(arena, host).p;
	return NULL;
}

static const char *endpoint_option(struct slice option, struct config_server *s)
{
	struct slice value = option, name;
	uint64_t v = 0;

	if (slice_eq(option, SLICE("backup"))) {
		s->backup = true;
		return NULL;
	}
	slice_cut(&value, '=', &name);
	if (!slice_eq(name, SLICE("weight")) && !slice_eq(name, SLICE("max")))
		return "the options behind a server are weight=N, max=N and backup";
	if (value.p == NULL || !slice_u64(value, &v) || v == 0 || v > ENDPOINT_OPTION)
		return "the number of an option is from 1 to 1000000";
	*(slice_eq(name, SLICE("max")) ? &s->max : &s->weight) = (unsigned)v;
	return NULL;
}

/* What stands behind the first space. */
static const char *endpoint_options(struct slice options, struct config_server *s)
{
	const char *why = NULL;
	struct slice option;

	s->weight = 1;
	while (why == NULL && slice_cut(&options, ' ', &option))
		if (option.n > 0)
			why = endpoint_option(option, s);
	return why;
}

const char *endpoint_server(struct arena *arena, const char *text, struct config_server *s)
{
	struct slice options = slice_of(text), url;

	slice_cut(&options, ' ', &url);
	const char *why = endpoint_options(options, s);
	text = arena_copy(arena, url).p;
	if (text == NULL)
		return NULL;
	const char *wrong = endpoint_url(arena, text, s);
	return wrong ? wrong : why;
}

const char *endpoint_network(struct slice text, struct config_network *n, bool *loose)
{
	const char *slash = memchr(text.p, '/', text.n);
	struct slice address = {text.p, slash ? (size_t)(slash - text.p) : text.n};
	uint64_t bits;
	unsigned width;

	memcpy(n->addr, endpoint_mapped, sizeof(endpoint_mapped));
	if (endpoint_pton(AF_INET, address, n->addr + sizeof(endpoint_mapped)))
		width = 32;
	else if (endpoint_pton(AF_INET6, address, n->addr))
		width = 128;
	else
		return "names are not looked up here: write an address";
	bits = width;
	if (slash && (!slice_u64((struct slice){slash + 1, text.n - address.n - 1}, &bits) ||
	    bits > width))
		return width == 32 ? "after the '/' stands a number up to 32"
		    : "after the '/' stands a number up to 128";
	n->prefix = (unsigned)bits + 128 - width;
	*loose = false;
	for (unsigned i = n->prefix; i < 128; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);
		*loose |= (n->addr[i / 8] & bit) != 0;
		n->addr[i / 8] &= (uint8_t)~bit;
	}
	return NULL;
}

const char *endpoint_network_text(const struct config_network *n, char text[ENDPOINT_NETWORK])
{
	bool mapped = n->prefix >= 96 &&
	    memcmp(n->addr, endpoint_mapped, sizeof(endpoint_mapped)) == 0;
	char address[INET6_ADDRSTRLEN];

	inet_ntop(mapped ? AF_INET : AF_INET6, n->addr + (mapped ? sizeof(endpoint_mapped) : 0),
	    address, sizeof(address));
	snprintf(text, ENDPOINT_NETWORK, "%s/%u", address, n->prefix - (mapped ? 96 : 0));
	return text;
}

/* Does binding this take all addresses of the family? */
static bool endpoint_takes(const struct config_address *a, bool dual, sa_family_t family)
{
	if (dual)
		return family == AF_INET || family == AF_INET6;
	if (a->sa.ss_family != family)
		return false;
	if (family == AF_INET)
		return ((const struct sockaddr_in *)&a->sa)->sin_addr.s_addr == INADDR_ANY;
	return family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)&a->sa)->sin6_addr);
}

bool endpoint_is_local(const struct config_address *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->sa;

	if (a->sa.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return a->sa.ss_family != AF_INET6 || IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static uint16_t endpoint_port(const struct config_address *a)
{
	/* At the same place in both families. */
	return ntohs(((const struct sockaddr_in *)&a->sa)->sin_port);
}

bool endpoint_clash(const struct config_address *a, bool dual, const struct config_address *b,
    bool other_dual)
{
	sa_family_t af = a->sa.ss_family, bf = b->sa.ss_family;

	if (a->size == 0 || b->size == 0)	/* was not understood */
		return false;
	if (af == AF_UNIX || bf == AF_UNIX)
		return af == bf && memcmp(&a->sa, &b->sa, sizeof(a->sa)) == 0;
	if (endpoint_port(a) != endpoint_port(b) || endpoint_port(a) == 0)
		return false;
	return endpoint_takes(a, dual, bf) || endpoint_takes(b, other_dual, af) ||
	    (af == bf && memcmp(&a->sa, &b->sa, sizeof(a->sa)) == 0);
}
