#include "upstream/token_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/random.h"

enum { TOKEN_TABLE_FIRST = 64 };	/* slots */

static void token_table_free(struct held *h)
{
	struct token_table *t = LIST_OWNER(h, struct token_table, held);

	for (size_t i = 0; i < t->n; i++)
		target_put(t->entries[i].target);
	arena_fini(&t->arena);
	free(t->entries);
	free(t->slots);
	free(t);
}

/* Where the token is, or where it would be. */
static uint32_t *token_table_slot(const struct token_table *t, struct slice token)
{
	size_t at = siphash(&t->key, token) & (t->n_slots - 1);

	while (t->slots[at] != 0 && !slice_eq(t->entries[t->slots[at] - 1].token, token))
		at = (at + 1) & (t->n_slots - 1);
	return &t->slots[at];
}

/* Twice the room. */
static bool token_table_grow(struct token_table *t)
{
	size_t n_slots = t->n_slots ? 2 * t->n_slots : TOKEN_TABLE_FIRST;
	uint32_t *slots = calloc(n_slots, sizeof(*slots));
	struct token_slot *entries = realloc(t->entries, n_slots / 2 * sizeof(*entries));

	if (entries)
		t->entries = entries;
	if (slots == NULL || entries == NULL) {
		free(slots);
		return false;
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	for (size_t i = 0; i < t->n; i++)
		*token_table_slot(t, t->entries[i].token) = (uint32_t)i + 1;
	return true;
}

struct token_table *token_table_new(void)
{
	struct token_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	held_init(&t->held, token_table_free);
	arena_init(&t->arena);
	random_bytes(&t->key, sizeof(t->key));
	if (!token_table_grow(t)) {
		held_put(&t->held);
		return NULL;
	}
	return t;
}

static bool token_table_is_same(const struct target *t, const struct token_entry *e)
{
	return t->server.kind == e->kind && t->server.port == e->port &&
	    slice_eq(slice_of(t->server.host), e->host);
}

static struct target *token_table_make_target(const struct token_entry *e, unsigned max_sessions)
{
	bool v6 = e->host.n > 0 && memchr(e->host.p, ':', e->host.n);
	char host[TOKEN_LINE + 1], text[TOKEN_LINE + 32];

	snprintf(host, sizeof(host), "%.*s", SLICE_ARG(e->host));
	if (e->kind == SERVER_UNIX)
		snprintf(text, sizeof(text), "unix:%s", host);
	else
		snprintf(text, sizeof(text), v6 ? "tcp://[%s]:%u" : "tcp://%s:%u", host,
		    (unsigned)e->port);
	const struct config_server server = {.text = text, .kind = e->kind, .host = host,
	    .port = e->port, .weight = 1};
	return target_new(&server, max_sessions);
}

static struct target *token_table_target(const struct token_entry *e,
    const struct token_table *before, unsigned max_sessions)
{
	struct target *t = before ? token_table_find(before, e->token) : NULL;

	if (t == NULL || !token_table_is_same(t, e))
		return token_table_make_target(e, max_sessions);
	held_get(&t->held);
	return t;
}

enum fault token_table_add(struct token_table *t, const struct token_entry *e,
    const struct token_table *before, unsigned max_sessions, bool *again)
{
	if (t->n == t->n_slots / 2 && !token_table_grow(t))
		return FAULT_NO_MEMORY;
	struct target *target = token_table_target(e, before, max_sessions);
	if (target == NULL)
		return FAULT_NO_MEMORY;
	uint32_t *slot = token_table_slot(t, e->token);
	*again = *slot != 0;
	if (*again) {
		target_put(t->entries[*slot - 1].target);
		t->entries[*slot - 1].target = target;
		return FAULT_NONE;
	}
	struct slice token = arena_copy(&t->arena, e->token);
	if (token.p == NULL) {
		target_put(target);
		return FAULT_NO_MEMORY;
	}
	t->entries[t->n] = (struct token_slot){token, target};
	*slot = (uint32_t)++t->n;
	return FAULT_NONE;
}

struct target *token_table_find(const struct token_table *t, struct slice token)
{
	/* What no line can hold needs no hashing, however long it is. */
	if (token.n == 0 || token.n > TOKEN_LINE)
		return NULL;
	uint32_t entry = *token_table_slot(t, token);
	return entry ? t->entries[entry - 1].target : NULL;
}
