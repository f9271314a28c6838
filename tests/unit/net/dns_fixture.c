#include "dns_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DNS_HEAD = 12, DNS_A = 1, DNS_AAAA = 28 };

/* The question's name as text; returns where it ends. */
static size_t dns_name(const uint8_t *p, size_t n, char text[256])
{
	size_t at = DNS_HEAD, out = 0;

	while (at < n && p[at] != 0 && at + p[at] + 1 < n && out + p[at] + 2 < 256) {
		if (out)
			text[out++] = '.';
		memcpy(text + out, p + at + 1, p[at]);
		out += p[at];
		at += p[at] + 1U;
	}
	text[out] = '\0';
	return at + 1;
}

static size_t dns_add(uint8_t *p, uint16_t type, const char *text)
{
	/* the name of the question, class IN, 60 s */
	uint8_t head[12] = {0xc0, DNS_HEAD, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, 0, 0};
	size_t n = type == DNS_A ? 4 : 16;

	head[11] = (uint8_t)n;
	memcpy(p, head, sizeof(head));
	assert_int_equal(inet_pton(type == DNS_A ? AF_INET : AF_INET6, text, p + sizeof(head)), 1);
	return sizeof(head) + n;
}

/* Appends all addresses of the list; returns the new length. */
static size_t dns_answer(uint8_t *p, size_t n, uint16_t type, const char *list)
{
	char word[64];
	int used;

	for (; list && sscanf(list, "%63s%n", word, &used) == 1; list += used) {
		n += dns_add(p + n, type, word);
		p[7]++;
	}
	return n;
}

static const struct dns_record *dns_find(const struct dns_server *dns, const char *name)
{
	for (const struct dns_record *r = dns->records; ; r++)
		if (r->name == NULL)
			return r->v4 || r->v6 ? r : NULL;
		else if (strcasecmp(r->name, name) == 0)
			return r;
}

static void dns_ready(struct watch *watch, unsigned what)
{
	static const uint8_t codes[] = {[DNS_NXDOMAIN] = 3, [DNS_SERVFAIL] = 2, [DNS_SILENT] = 0};
	struct dns_server *dns = LIST_OWNER(watch, struct dns_server, watch);
	int fd = watch->fd;
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	uint8_t p[2048];
	char name[256];

	(void)what;
	ssize_t got = recvfrom(fd, p, 512, 0, (struct sockaddr *)&from, &size);
	if (got < DNS_HEAD)
		return;
	size_t n = dns_name(p, (size_t)got, name) + 4;
	const struct dns_record *r = dns_find(dns, name);
	uint16_t type = p[n - 3];
	if (r)
		dns->questions++;
	if (dns->mood == DNS_SILENT)
		return;
	p[2] = 0x81;	/* an answer; recursion was desired, */
	p[3] = (uint8_t)(0x80 | codes[r ? dns->mood : DNS_NXDOMAIN]);	/* and was done */
	memset(p + 6, 0, 6);
	if (r && dns->mood == DNS_ANSWERS)
		n = dns_answer(p, n, type, type == DNS_A ? r->v4 : r->v6);
	sendto(fd, p, n, 0, (struct sockaddr *)&from, size);
}

void dns_init(struct dns_server *dns, struct worker *w, const struct dns_record *records)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t size = sizeof(in);

	memset(dns, 0, sizeof(*dns));
	dns->records = records;
	dns->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(dns->fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(getsockname(dns->fd, (struct sockaddr *)&in, &size), 0);
	snprintf(dns->text, sizeof(dns->text), "127.0.0.1:%u", ntohs(in.sin_port));
	watch_init(&dns->watch, w, dns->fd, dns_ready);
	assert_int_equal(watch_arm(&dns->watch, WATCH_READ), FAULT_NONE);
}

void dns_fini(struct dns_server *dns)
{
	watch_fini(&dns->watch);
	close(dns->fd);
}
