#include "upstream/token_file.h"

#include <string.h>
#include <sys/un.h>

#include "config/endpoint.h"

static bool token_file_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice token_file_trim(struct slice s)
{
	while (s.n > 0 && token_file_is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && token_file_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Up to LF, CR LF, or CR alone. */
static struct slice token_file_line(struct token_file *file)
{
	struct slice *rest = &file->rest, line = *rest;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line.n = n;
	n += n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n' ? 2 : n < rest->n;
	rest->p += n;
	rest->n -= n;
	file->line++;
	return line;
}

/* The first colon with white space behind it; s.n: there is none. */
static size_t token_file_colon(struct slice s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == ':' && token_file_is_space(s.p[i + 1]))
			return i;
	return s.n;
}

static const char *token_file_unix(struct slice path, struct token_entry *e)
{
	e->kind = SERVER_UNIX;
	e->host = path;
	if (path.n == 0 || path.p[0] != '/')
		return "the path of a unix socket begins with '/'";
	if (path.n >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return "the path of a unix socket has 107 bytes at most";
	return NULL;
}

static const char *token_file_target(struct slice s, struct token_entry *e)
{
	const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
	uint64_t port;

	if (colon == NULL)
		return "its target has no port";
	e->host = (struct slice){s.p, (size_t)(colon - s.p)};
	s = (struct slice){colon + 1, s.n - e->host.n - 1};
	if (slice_eq(e->host, SLICE("unix_socket")))
		return token_file_unix(s, e);
	if (!slice_u64(s, &port) || port == 0 || port > UINT16_MAX)
		return "its port must be a number from 1 to 65535";
	e->port = (uint16_t)port;
	if (e->host.n == 0)
		e->host = SLICE("localhost");
	if (slice_starts(e->host, SLICE("[")) && slice_ends(e->host, SLICE("]")))
		e->host = (struct slice){e->host.p + 1, e->host.n - 2};
	return endpoint_is_host(e->host) ? NULL : "its host is neither a name nor an address";
}

static bool token_file_has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return true;
	return false;
}

static const char *token_file_entry(struct slice line, struct token_entry *e)
{
	size_t colon = token_file_colon(line);

	*e = (struct token_entry){.token = {line.p, colon}, .kind = SERVER_TCP};
	if (line.n > TOKEN_LINE)
		return "it is longer than 4096 bytes";
	if (token_file_has_control(line))
		return "it holds a control character";
	if (colon == line.n)
		return "expected 'TOKEN: HOST:PORT'";
	if (colon == 0)
		return "its token is missing";
	if (memchr(line.p, '\t', colon))
		return "its token holds a tab";
	line = token_file_trim((struct slice){line.p + colon + 1, line.n - colon - 1});
	if (token_file_colon(line) < line.n)
		return "a second ':' is followed by white space";
	return token_file_target(line, e);
}

bool token_file_read(struct token_file *file, struct token_entry *e, const char **wrong)
{
	while (file->rest.n > 0) {
		struct slice line = token_file_trim(token_file_line(file));
		if (line.n == 0 || line.p[0] == '#')
			continue;
		*wrong = token_file_entry(line, e);
		return true;
	}
	return false;
}
