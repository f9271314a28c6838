#define PCRE2_CODE_UNIT_WIDTH 8
#include "config/match.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcre2.h>
#include <string.h>

#include "config/endpoint.h"

static bool match_is_ipv6(struct slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in6;

	if (s.n < 2 || s.n - 2 >= sizeof(text) || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	memcpy(text, s.p + 1, s.n - 2);
	text[s.n - 2] = '\0';
	return inet_pton(AF_INET6, text, &in6) == 1;
}

static bool match_is_ipv4(struct slice s)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr in;

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET, text, &in) == 1;
}

static bool match_is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

const char *match_host(struct slice s)
{
	if (s.n == 0)
		return "it is empty";
	if (slice_eq(s, SLICE("*")))
		return "leave the key out: any host matches then";
	if (!match_is_ascii(s))
		return "write it as browsers send it: in ASCII, beginning with \"xn--\"";
	if (memmem(s.p, s.n, "//", 2))
		return "without the scheme";
	if (match_is_ipv6(s) || match_is_ipv4(s))
		return NULL;
	const char *colon = memchr(s.p, ':', s.n);
	if (colon && s.p[0] != '[' && memchr(colon + 1, ':', s.n - (size_t)(colon + 1 - s.p)))
		return "an IPv6 address stands in brackets";
	if (colon)
		return "without the port";
	if (slice_starts(s, SLICE("*.")))
		s = (struct slice){s.p + 2, s.n - 2};
	if (memchr(s.p, '*', s.n))
		return "a '*' stands for the first labels only: \"*.example.com\"";
	return endpoint_is_name(s) ? NULL : "this is no host name";
}

static bool match_is_port(struct slice s)
{
	uint64_t v;

	return slice_u64(s, &v) && v > 0 && v <= UINT16_MAX;
}

const char *match_origin(struct slice s)
{
	const char *sep = memmem(s.p, s.n, "://", 3), *colon;
	struct slice host;

	if (slice_eq(s, SLICE("same")) || slice_eq(s, SLICE("null")) || slice_eq(s, SLICE("*")))
		return NULL;
	if (sep == NULL)
		return "an origin begins with its scheme: \"https://\"";
	struct slice scheme = {s.p, (size_t)(sep - s.p)};
	if (!match_is_token(scheme))
		return "an origin begins with its scheme: \"https://\"";
	host = (struct slice){sep + 3, s.n - scheme.n - 3};
	if (memchr(host.p, '/', host.n))
		return "an origin has no path, and no '/' at its end";
	colon = memrchr(host.p, ':', host.n);
	if (colon && !(host.n && host.p[host.n - 1] == ']')) {
		struct slice port = {colon + 1, (size_t)(host.p + host.n - colon - 1)};
		if (!match_is_port(port))
			return "its port must be a number from 1 to 65535";
		host.n = (size_t)(colon - host.p);
	}
	if (slice_eq(host, SLICE("*")))
		return "any origin at all is \"*\"";
	return match_host(host);
}

bool match_is_token(struct slice s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return s.n > 0;
}

static int match_hex(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) : -1;
}

static bool match_is_unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

/* A percent-encoding in normal form; what is wrong with it otherwise. */
static const char *match_encoding(struct slice s)
{
	int high = s.n > 2 ? match_hex(s.p[1]) : -1, low = s.n > 2 ? match_hex(s.p[2]) : -1;

	if (high < 0 || low < 0)
		return "after a '%' stand two hexadecimal digits in upper case";
	if (high == 0 && low == 0)
		return "a path cannot hold %00";
	return match_is_unreserved(high * 16 + low) ?
	    "letters, digits, '-', '.', '_' and '~' are not percent-encoded" : NULL;
}

/* Is the segment that ends at i a dot segment? */
static bool match_is_dots(struct slice s, size_t i)
{
	struct slice before = {s.p, i};

	return slice_ends(before, SLICE("/.")) || slice_ends(before, SLICE("/.."));
}

const char *match_path(struct slice s)
{
	const char *why = NULL;

	if (s.n == 0 || s.p[0] != '/')
		return "it begins with '/'";
	for (size_t i = 0; i < s.n && why == NULL; i++) {
		char c = s.p[i];
		if (c <= 0x20 || c >= 0x7f)
			why = "spaces, control characters and what is not ASCII "
			    "are percent-encoded";
		else if (c == '?' || c == '#')
			why = "without a query; that is the key 'query'";
		else if (c == '%')
			why = match_encoding((struct slice){s.p + i, s.n - i});
		else if (c == '/' && i && s.p[i - 1] == '/')
			why = "requests are compared after each \"//\" has become \"/\"";
		else if (c == '/' && match_is_dots(s, i))
			why = "requests are compared after dot segments were removed";
	}
	if (why == NULL && match_is_dots(s, s.n))
		why = "requests are compared after dot segments were removed";
	return why;
}

/* As the router compiles it. NULL: see the error. */
static pcre2_code *match_compile(const char *pattern, int *error, PCRE2_SIZE *at)
{
	return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, error, at, NULL);
}

const char *match_regex(const char *pattern, char words[MATCH_WORDS], size_t *at)
{
	int error;
	pcre2_code *code = match_compile(pattern, &error, at);

	if (code == NULL)
		pcre2_get_error_message(error, (PCRE2_UCHAR *)words, MATCH_WORDS);
	pcre2_code_free(code);
	return code ? NULL : words;
}

bool match_has_capture(const char *pattern, struct slice name)
{
	enum { LONGEST = 128 };		/* of PCRE2's names, and of those of later versions */
	char text[LONGEST + 1];
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = match_compile(pattern, &error, &at);
	bool has = false;

	if (code && name.n <= LONGEST) {
		memcpy(text, name.p, name.n);
		text[name.n] = '\0';
		has = pcre2_substring_number_from_name(code, (PCRE2_SPTR)text) > 0;
	}
	pcre2_code_free(code);
	return has;
}
