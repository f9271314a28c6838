#include "upstream/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

static void target_free(struct held *h)
{
	free(LIST_OWNER(h, struct target, held));
}

struct target *target_new(const struct config_server *server, unsigned max_sessions)
{
	size_t text = strlen(server->text) + 1, host = strlen(server->host) + 1;
	struct target *t = calloc(1, sizeof(*t) + text + host);

	if (t == NULL)
		return NULL;
	held_init(&t->held, target_free);
	t->server = *server;
	t->server.text = memcpy(t + 1, server->text, text);
	t->server.host = memcpy((char *)(t + 1) + text, server->host, host);
	t->max_sessions = server->max ? server->max : max_sessions;
	return t;
}

void target_put(struct target *t)
{
	if (t)
		held_put(&t->held);
}

struct slice target_authority(const struct target *t)
{
	const char *host = strstr(t->server.text, "://");

	host = host ? host + 3 : t->server.text;
	return (struct slice){host, strcspn(host, "/")};
}

bool target_is_up(const struct target *t)
{
	return !t->down || t->retired;
}

bool target_is_full(const struct target *t)
{
	return t->max_sessions > 0 && t->sessions >= t->max_sessions;
}

uint64_t target_weight(const struct target *t, uint64_t now)
{
	uint64_t weight = (uint64_t)t->server.weight * TARGET_SHARES;
	uint64_t age = now - t->recovered;

	if (t->recovered == 0 || age >= TARGET_SLOW_START)
		return weight;
	return weight / 10 + weight * 9 / 10 * age / TARGET_SLOW_START;
}

bool target_failed(struct target *t, enum target_witness who, unsigned fall)
{
	t->successes = 0;
	if (t->failures[who] < fall)
		t->failures[who]++;
	if (t->down || t->failures[who] < fall)
		return false;
	t->down = true;
	return true;
}

bool target_worked(struct target *t, enum target_witness who, unsigned rise, uint64_t now)
{
	t->failures[who] = 0;
	if (!t->down)
		return false;
	if (++t->successes < rise)
		return false;
	memset(t->failures, 0, sizeof(t->failures));
	t->down = false;
	t->recovered = now;
	return true;
}
