#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t address_mapped[12] = {[10] = 0xff, [11] = 0xff};

bool address_is_v4(const struct address *a)
{
	return memcmp(a->ip, address_mapped, sizeof(address_mapped)) == 0;
}

struct address address_of(const struct sockaddr *sa)
{
	struct address a = {.known = false};

	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, sa, sizeof(in));
		memcpy(a.ip, address_mapped, sizeof(address_mapped));
		memcpy(a.ip + sizeof(address_mapped), &in.sin_addr, sizeof(in.sin_addr));
		a.port = ntohs(in.sin_port);
		a.known = true;
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, sa, sizeof(in6));
		memcpy(a.ip, &in6.sin6_addr, sizeof(a.ip));
		a.port = ntohs(in6.sin6_port);
		a.known = true;
	}
	return a;
}

struct address address_local(int fd)
{
	struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
	socklen_t size = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &size) != 0)
		sa.ss_family = AF_UNSPEC;
	return address_of((struct sockaddr *)&sa);
}

socklen_t address_sockaddr(const struct address *a, struct sockaddr_storage *sa)
{
	memset(sa, 0, sizeof(*sa));
	if (address_is_v4(a)) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
		memcpy(&in.sin_addr, a->ip + sizeof(address_mapped), sizeof(in.sin_addr));
		memcpy(sa, &in, sizeof(in));
		return sizeof(in);
	}
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};
	memcpy(&in6.sin6_addr, a->ip, sizeof(a->ip));
	memcpy(sa, &in6, sizeof(in6));
	return sizeof(in6);
}

const char *address_text(const struct address *a, char out[ADDRESS_TEXT])
{
	if (!a->known)
		snprintf(out, ADDRESS_TEXT, "unix");
	else if (address_is_v4(a))
		inet_ntop(AF_INET, a->ip + sizeof(address_mapped), out, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, a->ip, out, ADDRESS_TEXT);
	return out;
}

static bool address_matches(const uint8_t ip[16], const struct config_network *n)
{
	unsigned bytes = n->prefix / 8, bits = n->prefix % 8;

	if (memcmp(ip, n->addr, bytes) != 0)
		return false;
	return bits == 0 || ((ip[bytes] ^ n->addr[bytes]) >> (8 - bits)) == 0;
}

/* A network of IPv6 such as "::/0" holds no IPv4: that is written into it only in here. */
bool address_in(const struct address *a, const struct config_networks *networks)
{
	unsigned least = address_is_v4(a) ? 8 * sizeof(address_mapped) : 0;

	for (size_t i = 0; a->known && i < networks->n; i++)
		if (networks->v[i].prefix >= least && address_matches(a->ip, &networks->v[i]))
			return true;
	return false;
}
