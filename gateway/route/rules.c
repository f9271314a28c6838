#include "route/rules.h"

#include "base/log.h"
#include "http/origin.h"

static bool rules_networks_wanted(const struct config_route *r)
{
	return r->allow.n > 0 || r->deny.n > 0;
}

/* deny wins: it is there to make a hole in what allow lets in. */
static enum fault rules_networks(const struct exchange *x, const struct config_route *r)
{
	const struct address *a = exchange_client(x);

	if (r->deny.n > 0 && address_in(a, &r->deny))
		return FAULT_SOURCE_DENIED;
	if (r->allow.n > 0 && !address_in(a, &r->allow))
		return FAULT_SOURCE_DENIED;
	return FAULT_NONE;
}

static void rules_say_networks(const struct exchange *x, const struct config_route *r,
    enum fault f)
{
	char text[ADDRESS_TEXT];

	log_fault(f, "route %s: %s", r->name, address_text(exchange_client(x), text));
}

static bool rules_origins_wanted(const struct config_route *r)
{
	(void)r;
	return true;
}

static enum fault rules_origins(const struct exchange *x, const struct config_route *r)
{
	struct slice denied;

	return origin_allowed(x, &r->origins, &denied) ? FAULT_NONE : FAULT_ORIGIN_DENIED;
}

static void rules_say_origins(const struct exchange *x, const struct config_route *r, enum fault f)
{
	struct slice denied = {NULL, 0};

	(void)origin_allowed(x, &r->origins, &denied);
	log_fault_words(f, "route %s: origin \"%.*s\" not allowed (add it to origins)", r->name,
	    SLICE_ARG(denied));
}

const struct rule rules_table[] = {
	{"allow and deny", false, rules_networks_wanted, rules_networks, rules_say_networks},
	{"origins", true, rules_origins_wanted, rules_origins, rules_say_origins},
};
const size_t rules_count = sizeof(rules_table) / sizeof(rules_table[0]);

bool rules_apply(const struct rule *rule, const struct route *r)
{
	return (r->back || !rule->messages_only) && rule->wanted(r->conf);
}

enum fault rules_check(const struct exchange *x)
{
	const struct route *r = x->route;

	for (size_t i = 0; i < rules_count; i++) {
		const struct rule *rule = &rules_table[i];
		if (!rules_apply(rule, r))
			continue;
		enum fault f = rule->check(x, r->conf);
		if (f != FAULT_NONE) {
			rule->say(x, r->conf, f);
			return f;
		}
	}
	return FAULT_NONE;
}
