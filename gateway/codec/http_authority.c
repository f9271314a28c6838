#include "codec/http_authority.h"

#include <arpa/inet.h>
#include <string.h>

#include "codec/http_char.h"

/* The length of "[address]" at the front of s, 0 when there is none. */
static size_t http_authority_ipv6(struct slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	const char *end = memchr(s.p, ']', s.n);

	if (end == NULL || (size_t)(end - s.p) > sizeof(text))
		return 0;
	size_t n = (size_t)(end - s.p) - 1;
	memcpy(text, s.p + 1, n);
	text[n] = '\0';
	if (memchr(text, '\0', n) || inet_pton(AF_INET6, text, &address) != 1)
		return 0;
	return n + 2;
}

bool http_authority_split(struct slice s, struct slice *host, unsigned *port)
{
	uint64_t value = 0;

	size_t n = s.n > 0 && s.p[0] == '[' ? http_authority_ipv6(s)
	    : http_char_span(s, HTTP_CHAR_UNRESERVED);
	if (n == 0)
		return false;
	*host = (struct slice){s.p, n};
	if (n < s.n) {
		struct slice digits = {s.p + n + 1, s.n - n - 1};
		if (s.p[n] != ':' || digits.n > 5)
			return false;
		if (digits.n > 0 && (!slice_u64(digits, &value) || value < 1 || value > 65535))
			return false;
	}
	*port = (unsigned)value;
	return true;
}

bool http_authority_matches(struct slice host, struct slice wanted)
{
	if (wanted.n < 2 || wanted.p[0] != '*')
		return slice_ieq(host, wanted);
	struct slice tail = {wanted.p + 1, wanted.n - 1};	/* ".example.com" */
	if (host.n <= tail.n)
		return false;
	return slice_ieq((struct slice){host.p + host.n - tail.n, tail.n}, tail);
}
