#include "codec/forwarded.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t forwarded_mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool forwarded_pton(int family, struct slice text, void *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return inet_pton(family, copy, out) == 1;
}

static bool forwarded_port(struct slice text, uint16_t *port)
{
	uint64_t v;

	if (!slice_u64(text, &v) || v > UINT16_MAX)
		return false;
	*port = (uint16_t)v;
	return true;
}

static bool forwarded_v4(struct slice text, uint8_t ip[16])
{
	memcpy(ip, forwarded_mapped, sizeof(forwarded_mapped));
	return forwarded_pton(AF_INET, text, ip + sizeof(forwarded_mapped));
}

/* "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8::1]:80"; bare IPv6, as many write it. */
static struct forwarded_node forwarded_node_of(struct slice text)
{
	struct forwarded_node node = {.known = true};
	struct slice host = text, rest = {NULL, 0};

	if (text.n > 0 && text.p[0] == '[') {
		const char *close = memchr(text.p, ']', text.n);
		size_t n = close ? (size_t)(close - text.p) : 0;
		host = (struct slice){text.p + 1, n ? n - 1 : 0};
		rest = (struct slice){text.p + n + 1, n ? text.n - n - 1 : 0};
		node.known = n > 0 && forwarded_pton(AF_INET6, host, node.ip);
	} else if (forwarded_pton(AF_INET6, text, node.ip)) {
		return node;
	} else {
		const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
		if (colon)
			host.n = (size_t)(colon - text.p);
		rest = (struct slice){text.p + host.n, text.n - host.n};
		node.known = forwarded_v4(host, node.ip);
	}
	if (rest.n > 0)
		node.known = node.known && rest.p[0] == ':' &&
		    forwarded_port((struct slice){rest.p + 1, rest.n - 1}, &node.port);
	return node;
}

static void forwarded_put(struct forwarded_chain *chain, struct forwarded_node node)
{
	chain->v[chain->n++ % FORWARDED_MAX] = node;
}

void forwarded_add_for(struct forwarded_chain *chain, struct slice value)
{
	struct slice element;

	while (slice_cut(&value, ',', &element)) {
		element = slice_trim(element);
		if (element.n == 0)
			continue;
		forwarded_put(chain, forwarded_node_of(element));
		chain->says = true;
	}
}

/* Up to the next separator that stands in no quoted string; *open: one has no end. */
static struct slice forwarded_cut(struct slice *rest, char separator, bool *open)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < rest->n && (quoted || rest->p[n] != separator); n++) {
		if (rest->p[n] == '"')
			quoted = !quoted;
		else if (quoted && rest->p[n] == '\\' && n + 1 < rest->n)
			n++;
	}
	*open |= quoted;
	struct slice part = {rest->p, n};
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return part;
}

/* Without its quotes. An address needs no escapes: what holds any is none. */
static struct slice forwarded_unquote(struct slice s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct slice){s.p + 1, s.n - 2};
	return s;
}

/* The node of "for" in one element; said twice it is not believed. */
static struct forwarded_node forwarded_element(struct forwarded_chain *chain, struct slice element)
{
	struct forwarded_node node = {.known = false};
	bool said = false;

	while (element.n > 0) {
		struct slice value = forwarded_cut(&element, ';', &chain->broken), name;
		if (!slice_cut(&value, '=', &name) || value.p == NULL ||
		    !slice_ieq(slice_trim(name), SLICE("for")))
			continue;
		node = forwarded_node_of(forwarded_unquote(slice_trim(value)));
		node.known = node.known && !said;
		said = chain->says = true;
	}
	return node;
}

void forwarded_add(struct forwarded_chain *chain, struct slice value)
{
	while (value.n > 0) {
		struct slice element = slice_trim(forwarded_cut(&value, ',', &chain->broken));
		if (element.n > 0)
			forwarded_put(chain, forwarded_element(chain, element));
	}
}

const struct forwarded_node *forwarded_at(const struct forwarded_chain *chain, unsigned i)
{
	if (i >= chain->n || i >= FORWARDED_MAX)
		return NULL;
	return &chain->v[(chain->n - 1 - i) % FORWARDED_MAX];
}
