#include "codec/proxy_header.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { V1_MAX = 107, V2_HEAD = 16, V2_SIGNATURE = 12, V2_TLV = 3 };
enum { V2_LOCAL = 0x20, V2_PROXY = 0x21 };
enum { V2_UNSPEC = 0x00, V2_TCP4 = 0x11, V2_TCP6 = 0x21, V2_TCP4_SIZE = 12, V2_TCP6_SIZE = 36 };
enum { TLV_ALPN = 0x01, TLV_AUTHORITY = 0x02, TLV_CRC32C = 0x03, TLV_UNIQUE_ID = 0x05,
    TLV_SSL = 0x20, TLV_SSL_VERSION = 0x21, TLV_SSL_CN = 0x22 };
enum { SSL_USED = 0x01, SSL_CERTIFICATE_NOW = 0x02, SSL_CERTIFICATE_SESSION = 0x04 };
enum { UNIQUE_ID_MAX = 128, TLV_VALUE_MAX = 255 };

static const uint8_t proxy_signature[V2_SIGNATURE] = "\r\n\r\n\0\r\nQUIT\n";
static const uint8_t proxy_mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool proxy_is_v4(const uint8_t ip[16])
{
	return memcmp(ip, proxy_mapped, sizeof(proxy_mapped)) == 0;
}

/* Version 1 */

static bool proxy_v1_address(struct slice text, bool v4, uint8_t ip[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (!v4)
		return inet_pton(AF_INET6, copy, ip) == 1;
	memcpy(ip, proxy_mapped, sizeof(proxy_mapped));
	return inet_pton(AF_INET, copy, ip + sizeof(proxy_mapped)) == 1;
}

static bool proxy_v1_port(struct slice text, uint16_t *port)
{
	uint64_t v;

	if (!slice_u64(text, &v) || v > UINT16_MAX || (text.n > 1 && text.p[0] == '0'))
		return false;
	*port = (uint16_t)v;
	return true;
}

/* What stands behind "PROXY ", without the end of the line. */
static enum fault proxy_v1_line(struct slice line, struct proxy_header *h)
{
	struct slice family, part[4];

	slice_cut(&line, ' ', &family);
	if (slice_eq(family, SLICE("UNKNOWN")))
		return FAULT_NONE;	/* whatever follows */
	bool v4 = slice_eq(family, SLICE("TCP4"));
	if (!v4 && !slice_eq(family, SLICE("TCP6")))
		return FAULT_PROXY_HEADER;
	for (size_t i = 0; i < 4; i++)
		if (!slice_cut(&line, ' ', &part[i]))
			return FAULT_PROXY_HEADER;
	h->known = line.p == NULL && proxy_v1_address(part[0], v4, h->source) &&
	    proxy_v1_address(part[1], v4, h->destination) &&
	    proxy_v1_port(part[2], &h->source_port) &&
	    proxy_v1_port(part[3], &h->destination_port);
	return h->known ? FAULT_NONE : FAULT_PROXY_HEADER;
}

static enum fault proxy_v1_read(const uint8_t *p, size_t n, struct proxy_header *h, size_t *used)
{
	static const char start[] = "PROXY ";
	const size_t start_n = sizeof(start) - 1;
	size_t seen = n < V1_MAX ? n : V1_MAX;
	const uint8_t *end = memchr(p, '\n', seen);

	if (memcmp(p, start, n < start_n ? n : start_n) != 0)
		return FAULT_PROXY_HEADER;
	for (const uint8_t *c = p; c < (end ? end - 1 : p + seen); c++)
		if ((*c < ' ' || *c > '~') && !(end == NULL && *c == '\r' && c + 1 == p + seen))
			return FAULT_PROXY_HEADER;
	if (end == NULL)
		return n >= V1_MAX ? FAULT_PROXY_HEADER : FAULT_NONE;
	if ((size_t)(end - p) <= start_n || end[-1] != '\r')
		return FAULT_PROXY_HEADER;
	*used = (size_t)(end + 1 - p);
	return proxy_v1_line((struct slice){(const char *)p + start_n, *used - 2 - start_n}, h);
}

size_t proxy_header_write_v1(uint8_t out[PROXY_HEADER_ROOM], const struct proxy_header *h)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

	if (h == NULL || !h->known)
		return (size_t)snprintf((char *)out, PROXY_HEADER_ROOM, "PROXY UNKNOWN\r\n");
	bool v4 = proxy_is_v4(h->source) && proxy_is_v4(h->destination);
	int family = v4 ? AF_INET : AF_INET6;
	size_t at = v4 ? sizeof(proxy_mapped) : 0;
	inet_ntop(family, h->source + at, source, sizeof(source));
	inet_ntop(family, h->destination + at, destination, sizeof(destination));
	return (size_t)snprintf((char *)out, PROXY_HEADER_ROOM, "PROXY %s %s %s %u %u\r\n",
	    v4 ? "TCP4" : "TCP6", source, destination, (unsigned)h->source_port,
	    (unsigned)h->destination_port);
}

/* Version 2 */

static uint16_t proxy_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t proxy_get32(const uint8_t *p)
{
	return (uint32_t)proxy_get16(p) << 16 | proxy_get16(p + 2);
}

static uint8_t *proxy_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

/* RFC 3720 appendix B.4; the four bytes at skip count as zero. */
static uint32_t proxy_crc32c(const uint8_t *p, size_t n, size_t skip)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= i >= skip && i < skip + 4 ? 0 : p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* Nothing in them is used but the checksum; what does not add up is refused all the same. */
static bool proxy_v2_tlvs_are_good(const uint8_t *p, size_t n, size_t at)
{
	while (at < n) {
		if (n - at < V2_TLV || n - at - V2_TLV < proxy_get16(p + at + 1))
			return false;
		size_t value = at + V2_TLV, size = proxy_get16(p + at + 1);
		if (p[at] == TLV_CRC32C && (size != 4 ||
		    proxy_get32(p + value) != proxy_crc32c(p, n, value)))
			return false;
		at = value + size;
	}
	return true;
}

/* Bytes of the addresses of a family; those of unknown families are skipped with the rest. */
static size_t proxy_v2_addresses(uint8_t family)
{
	return family == V2_TCP4 ? V2_TCP4_SIZE : family == V2_TCP6 ? V2_TCP6_SIZE : 0;
}

static void proxy_v2_take(const uint8_t *p, bool v4, struct proxy_header *h)
{
	size_t size = v4 ? 4 : 16, at = 16 - size;

	memcpy(h->source, proxy_mapped, sizeof(proxy_mapped));
	memcpy(h->destination, proxy_mapped, sizeof(proxy_mapped));
	memcpy(h->source + at, p, size);
	memcpy(h->destination + at, p + size, size);
	h->source_port = proxy_get16(p + 2 * size);
	h->destination_port = proxy_get16(p + 2 * size + 2);
	h->known = true;
}

static enum fault proxy_v2_read(const uint8_t *p, size_t n, struct proxy_header *h, size_t *used)
{
	if (memcmp(p, proxy_signature, n < V2_SIGNATURE ? n : V2_SIGNATURE) != 0)
		return FAULT_PROXY_HEADER;
	if (n > V2_SIGNATURE && p[V2_SIGNATURE] != V2_LOCAL && p[V2_SIGNATURE] != V2_PROXY)
		return FAULT_PROXY_HEADER;
	if (n < V2_HEAD)
		return FAULT_NONE;
	size_t size = V2_HEAD + (size_t)proxy_get16(p + 14);
	size_t addresses = proxy_v2_addresses(p[13]);
	if (size > PROXY_HEADER_MAX)
		return FAULT_PROXY_HEADER;
	if (n < size)
		return FAULT_NONE;
	*used = size;
	if (p[12] == V2_LOCAL || addresses == 0)
		return FAULT_NONE;
	if (size < V2_HEAD + addresses || !proxy_v2_tlvs_are_good(p, size, V2_HEAD + addresses))
		return FAULT_PROXY_HEADER;
	proxy_v2_take(p + V2_HEAD, p[13] == V2_TCP4, h);
	return FAULT_NONE;
}

enum fault proxy_header_read(const uint8_t *p, size_t n, struct proxy_header *h, size_t *used)
{
	*h = (struct proxy_header){.known = false};
	*used = 0;
	if (n == 0)
		return FAULT_NONE;
	return p[0] == 'P' ? proxy_v1_read(p, n, h, used) : proxy_v2_read(p, n, h, used);
}

static uint8_t *proxy_put_tlv(uint8_t *to, uint8_t type, struct slice value, size_t most)
{
	if (value.n == 0 || value.n > most)
		return to;
	*to++ = type;
	to = proxy_put16(to, (uint16_t)value.n);
	memcpy(to, value.p, value.n);
	return to + value.n;
}

static uint8_t *proxy_put_ssl(uint8_t *to, const struct proxy_extra *extra)
{
	uint8_t *start = to, *end;

	if (extra->tls_version.n == 0)
		return to;
	*to++ = TLV_SSL;
	to += 2;
	*to++ = (uint8_t)(SSL_USED | (extra->certificate ? SSL_CERTIFICATE_SESSION : 0) |
	    (extra->certificate && !extra->resumed ? SSL_CERTIFICATE_NOW : 0));
	/* "zero if the client presented a certificate and it was successfully verified" */
	memset(to, 0, 4);
	to[3] = !extra->certificate;
	end = proxy_put_tlv(to + 4, TLV_SSL_VERSION, extra->tls_version, TLV_VALUE_MAX);
	end = proxy_put_tlv(end, TLV_SSL_CN, extra->client_cn, TLV_VALUE_MAX);
	proxy_put16(start + 1, (uint16_t)(end - start - V2_TLV));
	return end;
}

static uint8_t *proxy_put_addresses(uint8_t *to, const struct proxy_header *h, bool v4)
{
	size_t size = v4 ? 4 : 16, at = 16 - size;

	memcpy(to, h->source + at, size);
	memcpy(to + size, h->destination + at, size);
	to = proxy_put16(to + 2 * size, h->source_port);
	return proxy_put16(to, h->destination_port);
}

static uint8_t *proxy_put_tlvs(uint8_t *to, const struct proxy_extra *extra)
{
	to = proxy_put_tlv(to, TLV_ALPN, extra->alpn, TLV_VALUE_MAX);
	to = proxy_put_tlv(to, TLV_AUTHORITY, extra->authority, TLV_VALUE_MAX);
	to = proxy_put_tlv(to, TLV_UNIQUE_ID, extra->unique_id, UNIQUE_ID_MAX);
	return proxy_put_ssl(to, extra);
}

size_t proxy_header_write_v2(uint8_t out[PROXY_HEADER_ROOM], const struct proxy_header *h,
    const struct proxy_extra *extra)
{
	bool known = h && h->known;
	bool v4 = known && proxy_is_v4(h->source) && proxy_is_v4(h->destination);
	uint8_t *to = out + V2_HEAD;

	memcpy(out, proxy_signature, V2_SIGNATURE);
	out[12] = h ? V2_PROXY : V2_LOCAL;
	out[13] = !known ? V2_UNSPEC : v4 ? V2_TCP4 : V2_TCP6;
	if (known)
		to = proxy_put_addresses(to, h, v4);
	if (h)
		to = proxy_put_tlvs(to, extra);
	proxy_put16(out + 14, (uint16_t)(to - out - V2_HEAD));
	return (size_t)(to - out);
}
