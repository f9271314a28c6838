#include "bench_handshake.h"

#include <err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define BENCH_HANDSHAKE_KEY	"dGhlIHNhbXBsZSBub25jZQ=="	/* RFC 6455 section 1.3 */
#define BENCH_HANDSHAKE_ACCEPT	"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

bool
bench_handshake_collect(struct bench_handshake *head, const void *p, size_t n, size_t *used)
{
	const char *bytes = p;

	for (*used = 0; *used < n;) {
		if (head->n == sizeof(head->text) - 1)
			errx(1, "a head of more than %zu bytes", head->n);
		head->text[head->n++] = bytes[(*used)++];
		if (head->n >= 4 && memcmp(head->text + head->n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

size_t
bench_handshake_request(char *out, const char *host, const char *path)
{
	int n = snprintf(out, BENCH_HANDSHAKE_MAX,
	    "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Key: " BENCH_HANDSHAKE_KEY "\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Protocol: binary\r\n\r\n",
	    path, host);

	if (n < 0 || n >= BENCH_HANDSHAKE_MAX)
		errx(2, "the path is too long");
	return (size_t)n;
}

/* The value of a header, up to the end of its line. */
static const char *
bench_handshake_header(const struct bench_handshake *head, const char *name, int *size)
{
	const char *at = strcasestr(head->text, name);

	if (at == NULL)
		return NULL;
	at += strlen(name);
	at += strspn(at, " ");
	*size = (int)strcspn(at, " \r\n");
	return at;
}

size_t
bench_handshake_answer(char *out, const struct bench_handshake *request)
{
	unsigned char digest[EVP_MAX_MD_SIZE], accept[4 * EVP_MAX_MD_SIZE];
	unsigned int size;
	char keyed[256];
	int n;
	const char *key = bench_handshake_header(request, "\nSec-WebSocket-Key:", &n);
	bool offered = strcasestr(request->text, "\nSec-WebSocket-Protocol:") != NULL;

	if (key == NULL || n > 64)
		errx(1, "a request without Sec-WebSocket-Key");
	n = snprintf(keyed, sizeof(keyed), "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", n, key);
	EVP_Digest(keyed, (size_t)n, digest, &size, EVP_sha1(), NULL);
	EVP_EncodeBlock(accept, digest, (int)size);
	return (size_t)snprintf(out, BENCH_HANDSHAKE_MAX,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n%s\r\n",
	    accept, offered ? "Sec-WebSocket-Protocol: binary\r\n" : "");
}

const char *
bench_handshake_check(const struct bench_handshake *answer)
{
	const char *accept;
	int n;

	if (strncmp(answer->text, "HTTP/1.1 101 ", 13) != 0)
		return "the upgrade was refused";
	accept = bench_handshake_header(answer, "\nSec-WebSocket-Accept:", &n);
	if (accept == NULL || strncmp(accept, BENCH_HANDSHAKE_ACCEPT, (size_t)n) != 0)
		return "the accept value is wrong";
	return NULL;
}
