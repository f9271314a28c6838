#include "report/access_fields.h"

#include <string.h>

#define FIELD(key, kind, member) {key, ACCESS_##kind, offsetof(struct access_record, member), \
	sizeof(((struct access_record *)0)->member)}

const struct access_field access_fields_table[] = {
	FIELD("time", TIME, started),
	FIELD("type", TYPE, session),
	FIELD("listener", TEXT, listener),
	FIELD("route", TEXT, route),
	FIELD("backend", TEXT, backend),
	FIELD("server", TEXT, server),
	FIELD("client_ip", TEXT, client_ip),
	FIELD("client_port", NUMBER, client_port),
	FIELD("peer_ip", TEXT, peer_ip),
	FIELD("user", TEXT, user),
	FIELD("protocol", TEXT, protocol),
	FIELD("tls", TEXT, tls),
	FIELD("method", TEXT, method),
	FIELD("host", TEXT, host),
	FIELD("path", TEXT, path),
	FIELD("status", NUMBER, status),
	FIELD("transport", TEXT, transport),
	FIELD("subprotocol", TEXT, subprotocol),
	FIELD("framing", TEXT, framing),
	FIELD("origin", TEXT, origin),
	FIELD("user_agent", TEXT, user_agent),
	FIELD("referer", TEXT, referer),
	FIELD("duration", SECONDS, duration),
	FIELD("bytes_in", BYTES, bytes_in),
	FIELD("bytes_out", BYTES, bytes_out),
	FIELD("messages_in", MESSAGES, messages_in),
	FIELD("messages_out", MESSAGES, messages_out),
	FIELD("close_code", NUMBER, close_code),
	FIELD("closed_by", TEXT, closed_by),
	FIELD("reason", TEXT, reason),
	FIELD("session", TEXT, session_id),
	FIELD("request_id", TEXT, request_id),
	FIELD("traceparent", TEXT, traceparent),
};
const size_t access_fields_count = sizeof(access_fields_table) / sizeof(access_fields_table[0]);

const struct access_field *access_fields_find(struct slice key)
{
	for (size_t i = 0; i < access_fields_count; i++)
		if (slice_eq(slice_of(access_fields_table[i].key), key))
			return &access_fields_table[i];
	return NULL;
}

struct slice access_fields_text(const struct access_field *f, const struct access_record *r)
{
	struct slice s;

	memcpy(&s, (const char *)r + f->offset, sizeof(s));
	return s;
}

uint64_t access_fields_number(const struct access_field *f, const struct access_record *r)
{
	const char *at = (const char *)r + f->offset;
	uint64_t large;
	uint32_t middle;
	uint16_t small;

	switch (f->size) {
	case sizeof(small):
		memcpy(&small, at, sizeof(small));
		return small;
	case sizeof(middle):
		memcpy(&middle, at, sizeof(middle));
		return middle;
	default:
		memcpy(&large, at, sizeof(large));
		return large;
	}
}

bool access_fields_apply(const struct access_field *f, const struct access_record *r)
{
	switch (f->kind) {
	case ACCESS_TEXT:
		return access_fields_text(f, r).n > 0;
	case ACCESS_NUMBER:
		return access_fields_number(f, r) > 0;
	case ACCESS_MESSAGES:
		return r->session;
	case ACCESS_TIME:
	case ACCESS_TYPE:
	case ACCESS_SECONDS:
	case ACCESS_BYTES:
		break;
	}
	return true;
}
