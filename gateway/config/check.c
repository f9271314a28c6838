#include "config/check.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "config/endpoint.h"
#include "config/match.h"
#include "config/shadow.h"
#include "config/template.h"

/* The nth member of a top-level group. */
static const struct node *check_node(const struct node *root, const char *group, size_t n)
{
	const struct node *e = node_find(root, group)->first;

	while (n--)
		e = e->next;
	return e;
}

static struct mark check_mark(const struct node *bind, size_t n)
{
	const struct node *e = bind->kind == NODE_LIST ? bind->first : bind;

	while (n--)
		e = e->next;
	return e->value;
}

/* One address against those of a listener, as far as n_other. */
static void check_address(struct read *r, const struct node *root, size_t l, size_t a, size_t other,
    size_t n_other)
{
	const struct config_listener *v = r->config->listeners;

	for (size_t b = 0; b < n_other; b++) {
		if (!endpoint_clash(&v[l].bind[a], v[l].bind_dual[a], &v[other].bind[b],
		    v[other].bind_dual[b]))
			continue;
		struct mark here = check_mark(
		    node_find(check_node(root, "listeners", l), "bind"), a);
		struct mark there = check_mark(
		    node_find(check_node(root, "listeners", other), "bind"), b);
		notice_error_at(r->notice, &here, &there, "it is here",
		    "\"%.80s\" is taken by \"%.80s\" of listener '%.40s'", v[l].bind[a].text,
		    v[other].bind[b].text, v[other].name);
		return;
	}
}

static void check_addresses(struct read *r, const struct node *root)
{
	const struct config_listener *v = r->config->listeners;

	for (size_t l = 0; l < r->config->n_listeners; l++)
		for (size_t a = 0; a < v[l].n_bind; a++)
			for (size_t other = 0; other <= l; other++)
				check_address(r, root, l, a, other,
				    other == l ? a : v[other].n_bind);
}

/* The admin's address is no listener's, and is best one that nobody else gets to. */
static void check_admin(struct read *r, const struct node *root)
{
	const struct config_listener *admin = &r->config->admin_http, *v = r->config->listeners;

	if (admin->n_bind == 0 || admin->bind->size == 0)
		return;
	struct mark here = node_find(node_find(root, "admin"), "http")->value;
	for (size_t l = 0; l < r->config->n_listeners; l++)
		for (size_t a = 0; a < v[l].n_bind; a++) {
			if (!endpoint_clash(admin->bind, *admin->bind_dual, &v[l].bind[a],
			    v[l].bind_dual[a]))
				continue;
			struct mark there = check_mark(
			    node_find(check_node(root, "listeners", l), "bind"), a);
			notice_error_at(r->notice, &here, &there, "it is here",
			    "\"%.80s\" is taken by \"%.80s\" of listener '%.40s'",
			    admin->bind->text, v[l].bind[a].text, v[l].name);
			return;
		}
	if (!endpoint_is_local(admin->bind))
		notice_warning(r->notice, &here, "whoever gets to \"%.80s\" sees what happens "
		    "here: nobody is asked who they are", admin->bind->text);
}

static void check_shadow(struct read *r, const struct node *first, const struct node *here,
    size_t i)
{
	const struct config_route *v = r->config->routes;
	const struct node *there = first;

	for (size_t k = 0; k < i; k++, there = there->next) {
		if (there->bad || !shadow_covers(&v[k], &v[i]))
			continue;
		notice_error_at(r->notice, &here->place, &there->place,
		    "this route takes all that it would match",
		    "route '%.40s' can never match: put it before '%.40s'", here->name,
		    there->name);
		return;
	}
}

static void check_shadows(struct read *r, const struct node *root)
{
	const struct node *first = r->config->n_routes ? check_node(root, "routes", 0) : NULL;
	size_t i = 0;

	for (const struct node *e = first; e; e = e->next, i++)
		if (!e->bad)
			check_shadow(r, first, e, i);
}

static bool check_is_used(const struct config *c, const void *item)
{
	for (size_t i = 0; i < c->n_routes; i++)
		if (c->routes[i].backend == item)
			return true;
	for (size_t i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].tls == item)
			return true;
	return false;
}

static void check_unused(struct read *r, const struct node *root)
{
	const struct config *c = r->config;

	for (size_t i = 0; i < c->n_backends; i++)
		if (!check_is_used(c, &c->backends[i]))
			notice_warning(r->notice, &check_node(root, "backends", i)->place,
			    "no route uses backend '%.40s'", c->backends[i].name);
	for (size_t i = 0; i < c->n_tls; i++)
		if (!check_is_used(c, &c->tls[i]))
			notice_warning(r->notice, &check_node(root, "tls", i)->place,
			    "no listener uses TLS profile '%.40s'", c->tls[i].name);
}

/* A name that the path of the route captures nothing by would be empty in each session of it. */
static void check_captures(struct read *r, const struct node *node, const struct template *t,
    const struct config_route *route)
{
	for (size_t i = 0; t && i < t->n; i++) {
		struct slice name = t->segments[i].text;
		if (t->segments[i].variable == TEMPLATE_PATH_NAME &&
		    !(route->path_kind == PATH_REGEX && match_has_capture(route->path, name)))
			notice_warning(r->notice, &node->place, "'path' has no capture for "
			    "${path.%.*s} of backend '%.40s': (?<%.*s>...)",
			    name.n > 40 ? 40 : (int)name.n, name.p, route->backend->name,
			    name.n > 40 ? 40 : (int)name.n, name.p);
	}
}

static void check_routes(struct read *r, const struct node *root)
{
	const struct config *c = r->config;

	for (size_t i = 0; i < c->n_routes; i++) {
		const struct config_backend *b = c->routes[i].backend;
		const struct node *node = check_node(root, "routes", i);
		if (b == NULL)
			continue;
		check_captures(r, node, b->preamble, &c->routes[i]);
		check_captures(r, node, b->key, &c->routes[i]);
		check_captures(r, node, b->hash, &c->routes[i]);
	}
}

/* Only a start as root needs them, so that a check elsewhere may pass without. */
static void check_accounts(struct read *r, const struct node *root)
{
	const struct config *c = r->config;

	if (c->user && getpwnam(c->user) == NULL)
		notice_warning(r->notice, &node_find(root, "user")->value,
		    "this machine has no such user");
	if (c->group && getgrnam(c->group) == NULL)
		notice_warning(r->notice, &node_find(root, "group")->value,
		    "this machine has no such group");
}

/* A collection that is there but empty counts as missing, one that cannot be read does not. */
static bool check_lacks(const struct node *root, const char *name)
{
	const struct node *group = node_find(root, name);

	return group == NULL || (group->kind == NODE_GROUP && group->n == 0);
}

void check_config(struct read *r, const struct node *root)
{
	if (root->n == 0 && !r->broken) {
		notice_error(r->notice, &root->place, "nothing is configured in this file");
		return;
	}
	if (check_lacks(root, "listeners") && !r->broken)
		notice_error(r->notice, &root->place,
		    "there are no listeners, so nobody can connect");
	if (check_lacks(root, "routes") && !r->broken)
		notice_error(r->notice, &root->place,
		    "there are no routes, so nothing would be served");
	check_addresses(r, root);
	check_admin(r, root);
	if (r->defaults == NULL || !r->defaults->bad)
		check_shadows(r, root);
	if (notice_is_clean(r->notice)) {
		check_unused(r, root);
		check_routes(r, root);
	}
	check_accounts(r, root);
}
