#include "codec/ws.h"

#include <string.h>

size_t ws_write_head(uint8_t out[WS_HEAD_MAX], enum ws_opcode opcode, bool final, uint64_t n)
{
	out[0] = (uint8_t)((final ? 0x80u : 0) | opcode);
	if (n < 126) {
		out[1] = (uint8_t)n;
		return 2;
	}
	size_t size = n <= UINT16_MAX ? 2 : 8;
	out[1] = size == 2 ? 126 : 127;
	for (size_t i = 0; i < size; i++)
		out[2 + i] = (uint8_t)(n >> 8 * (size - 1 - i));
	return 2 + size;
}

size_t ws_write_mask(uint8_t head[WS_HEAD_MAX], size_t size, uint32_t mask, uint8_t *p, size_t n)
{
	uint8_t turning[4];

	head[1] |= 0x80;
	memcpy(head + size, &mask, sizeof(mask));
	memcpy(turning, &mask, sizeof(mask));
	ws_mask(p, n, turning);
	return size + sizeof(mask);
}

size_t ws_write_close(uint8_t out[WS_CONTROL_MAX], uint16_t code, struct slice reason)
{
	bool bad;

	out[0] = (uint8_t)(code >> 8);
	out[1] = (uint8_t)code;
	if (reason.n > WS_CONTROL_MAX - 2)
		reason.n = WS_CONTROL_MAX - 2;
	reason.n = utf8_prefix((const uint8_t *)reason.p, reason.n, &bad);
	if (reason.n)
		memcpy(out + 2, reason.p, reason.n);
	return 2 + reason.n;
}
