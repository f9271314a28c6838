#include "bench_http.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
bench_http_length(int n)
{
	if (n < 0 || n >= BENCH_HANDSHAKE_MAX)
		errx(2, "a head is too long");
	return (size_t)n;
}

size_t
bench_http_request(char *out, const char *host, uint64_t bytes)
{
	return bench_http_length(snprintf(out, BENCH_HANDSHAKE_MAX,
	    "GET /http/%" PRIu64 " HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n"
	    "Accept: application/octet-stream\r\nAccept-Language: en\r\n\r\n",
	    bytes, host));
}

size_t
bench_http_answer(char *out, uint64_t bytes, uint64_t number)
{
	return bench_http_length(snprintf(out, BENCH_HANDSHAKE_MAX,
	    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: bench\r\n"
	    "Content-Type: application/octet-stream\r\nBench-Number: %" PRIu64
	    "\r\nContent-Length: %" PRIu64 "\r\n\r\n",
	    number, bytes));
}

bool
bench_http_asked(const struct bench_handshake *request, uint64_t *bytes)
{
	char *end;

	if (strncmp(request->text, "GET /http/", 10) != 0)
		return false;
	*bytes = strtoull(request->text + 10, &end, 10);
	return *bytes > 0 && strncmp(end, " HTTP/1.1\r\n", 11) == 0;
}

static bool
bench_http_field(const struct bench_handshake *answer, const char *name, uint64_t *value)
{
	const char *at = strcasestr(answer->text, name);

	if (at == NULL)
		return false;
	*value = strtoull(at + strlen(name), NULL, 10);
	return true;
}

const char *
bench_http_check(const struct bench_handshake *answer, uint64_t bytes, uint64_t *number)
{
	uint64_t length;

	if (strncmp(answer->text, "HTTP/1.1 200 ", 13) != 0)
		return "the request was refused";
	if (!bench_http_field(answer, "\nContent-Length:", &length) || length != bytes)
		return "the answer has another length";
	if (!bench_http_field(answer, "\nBench-Number:", number))
		return "the answer is not the backend's";
	return NULL;
}
