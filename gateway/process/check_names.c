#include "process/check_names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/resolver.h"

struct check_names {
	struct worker			 worker;
	size_t				 left;	/* unanswered; the last answer ends the loop */
};

struct check_name {
	struct lookup			 lookup;
	const struct config_server	*server;
	const char			*backend;
	struct check_names		*all;
};

static bool check_names_is_name(const struct config_server *s)
{
	struct in6_addr ip;

	return s->kind != SERVER_UNIX && inet_pton(AF_INET, s->host, &ip) != 1 &&
	    inet_pton(AF_INET6, s->host, &ip) != 1;
}

static void check_names_done(struct lookup *l, const struct address *found, size_t n)
{
	struct check_name *c = LIST_OWNER(l, struct check_name, lookup);
	const struct config_place *place = &c->server->place;

	(void)found;
	if (n == 0)
		fprintf(stderr, "%s:%u: warning: backend %s: '%s' does not resolve just now\n",
		    place->file, place->line, c->backend, c->server->host);
	if (--c->all->left == 0)
		worker_stop(&c->all->worker);
}

static void check_names_ask(struct check_names *all, struct check_name *c,
    const struct config_backend *backend, const struct config_server *server)
{
	*c = (struct check_name){.server = server, .backend = backend->name, .all = all};
	if (check_names_is_name(server) &&
	    lookup_start(&c->lookup, &all->worker, server->host, 0, check_names_done) == FAULT_NONE)
		all->left++;
}

static void check_names_ask_all(struct check_names *all, struct check_name *names,
    const struct config *config)
{
	for (size_t i = 0; i < config->n_backends; i++) {
		const struct config_backend *b = &config->backends[i];
		for (size_t k = 0; k < b->n_servers; k++)
			check_names_ask(all, names++, b, &b->servers[k]);
	}
}

static size_t check_names_count(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_backends; i++)
		n += config->backends[i].n_servers;
	return n;
}

void check_names(const struct config *config)
{
	struct check_name *names = calloc(check_names_count(config) + 1, sizeof(*names));
	struct check_names all = {.left = 0};
	struct worker *w = &all.worker;

	if (names == NULL || worker_init(w, 0, true) != FAULT_NONE) {
		free(names);
		return;
	}
	if (resolver_init(w, NULL) == FAULT_NONE) {
		worker_enter(w);
		check_names_ask_all(&all, names, config);
		worker_settle(w);
		if (all.left > 0)
			worker_run(w);
		resolver_fini(w);
	}
	worker_fini(w);
	free(names);
}
