#include "config/shadow.h"

#include <string.h>

#include "base/slice.h"

static bool shadow_host(const char *wide, const char *narrow)
{
	if (strcmp(wide, narrow) == 0)
		return true;
	if (wide[0] != '*')
		return false;
	/* "*.b" takes "x.b" and "*.x.b", but not "b". */
	size_t n = strlen(narrow), tail = strlen(wide + 1);
	return n > tail && strcmp(narrow + n - tail, wide + 1) == 0;
}

static bool shadow_hosts(const struct config_list *wide, const struct config_list *narrow)
{
	if (wide->n == 0)
		return true;
	for (size_t i = 0; i < narrow->n; i++) {
		size_t k = 0;
		while (k < wide->n && !shadow_host(wide->v[k], narrow->v[i]))
			k++;
		if (k == wide->n)
			return false;
	}
	return narrow->n > 0;
}

static bool shadow_prefix(const char *prefix, const char *path)
{
	size_t n = strlen(prefix);

	if (strncmp(prefix, path, n) != 0)
		return false;
	return prefix[n - 1] == '/' || path[n] == '\0' || path[n] == '/';
}

static bool shadow_path(const struct config_route *wide, const struct config_route *narrow)
{
	switch (wide->path_kind) {
	case PATH_ANY:
		return true;
	case PATH_PREFIX:
		if (strcmp(wide->path, "/") == 0)
			return true;
		return (narrow->path_kind == PATH_PREFIX || narrow->path_kind == PATH_EXACT) &&
		    shadow_prefix(wide->path, narrow->path);
	default:
		return narrow->path_kind == wide->path_kind &&
		    strcmp(wide->path, narrow->path) == 0;
	}
}

static bool shadow_methods(const struct config_list *wide, const struct config_list *narrow)
{
	if (wide->n == 0)
		return true;
	for (size_t i = 0; i < narrow->n; i++) {
		size_t k = 0;
		while (k < wide->n && strcmp(wide->v[k], narrow->v[i]) != 0)
			k++;
		if (k == wide->n)
			return false;
	}
	return narrow->n > 0;
}

/* Pairs must all hold, so the wider one has fewer of them. */
static bool shadow_pairs(const struct config_pairs *wide, const struct config_pairs *narrow,
    bool (*same)(struct slice, struct slice))
{
	for (size_t i = 0; i < wide->n; i++) {
		size_t k = 0;
		while (k < narrow->n &&
		    !(same(slice_of(wide->v[i].name), slice_of(narrow->v[k].name)) &&
		    strcmp(wide->v[i].value, narrow->v[k].value) == 0))
			k++;
		if (k == narrow->n)
			return false;
	}
	return true;
}

static bool shadow_network(const struct config_network *wide, const struct config_network *narrow)
{
	unsigned bytes = wide->prefix / 8, bits = wide->prefix % 8;

	if (wide->prefix > narrow->prefix || memcmp(wide->addr, narrow->addr, bytes) != 0)
		return false;
	return bits == 0 || (wide->addr[bytes] ^ narrow->addr[bytes]) >> (8 - bits) == 0;
}

static bool shadow_networks(const struct config_networks *wide,
    const struct config_networks *narrow)
{
	if (wide->n == 0)
		return true;
	for (size_t i = 0; i < narrow->n; i++) {
		size_t k = 0;
		while (k < wide->n && !shadow_network(&wide->v[k], &narrow->v[i]))
			k++;
		if (k == wide->n)
			return false;
	}
	return narrow->n > 0;
}

bool shadow_covers(const struct config_route *wide, const struct config_route *narrow)
{
	return shadow_path(wide, narrow) && shadow_hosts(&wide->host, &narrow->host) &&
	    shadow_methods(&wide->method, &narrow->method) &&
	    shadow_pairs(&wide->header, &narrow->header, slice_ieq) &&
	    shadow_pairs(&wide->query, &narrow->query, slice_eq) &&
	    shadow_networks(&wide->source, &narrow->source);
}
