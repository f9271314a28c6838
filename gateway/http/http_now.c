#include "http/http_now.h"

#include "base/clock.h"
#include "codec/http_date.h"

/* It changes once a second; formatting it for every answer would show. */
struct slice http_now(void)
{
	static _Thread_local char text[HTTP_DATE_SIZE + 1];
	static _Thread_local uint64_t second;
	uint64_t now = clock_wall_ms() / 1000;

	if (now != second) {
		second = now;
		http_date_write((int64_t)now, text);
	}
	return (struct slice){text, HTTP_DATE_SIZE};
}
