#include "config/type.h"

#include <string.h>
#include <strings.h>

#include "config/endpoint.h"
#include "config/print.h"
#include "config/read.h"

enum { TYPE_HTTPS = 443, TYPE_BACKLOG = 64 };

/* Paths of unix sockets, too, are relative to the file that says them. */
static const char *type_unix_path(struct read *r, const struct node *node)
{
	const char *text = node->string;

	if (strncmp(text, "unix:", 5) != 0 || text[5] == '\0')
		return text;
	const char *path = read_path(r, node, text + 5);
	char *whole = path ? read_alloc(r, strlen(path) + 6) : NULL;
	if (whole)
		strcat(strcpy(whole, "unix:"), path);
	return whole;
}

static bool type_bind_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	struct config_address *a = item;
	bool dual;

	if (node->kind == NODE_INTEGER ||
	    (read_is_text(node) && strspn(node->string, "0123456789") == strlen(node->string))) {
		read_wrong(r, key, node, "\"*:PORT\" takes connections on all addresses");
		return true;
	}
	if (!read_is_text(node))
		return false;
	const char *text = type_unix_path(r, node);
	const char *why = text ? endpoint_listen(text, a, &dual) : NULL;
	if (why)
		read_wrong(r, key, node, why);
	return true;
}

static bool type_bind_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	struct config_listener *l = base;

	l->bind = read_list(r, key, node, sizeof(*l->bind), &l->n_bind, type_bind_element);
	l->bind_dual = read_alloc(r, l->n_bind * sizeof(*l->bind_dual));
	for (size_t i = 0; l->bind_dual && i < l->n_bind; i++)
		l->bind_dual[i] = l->bind[i].text && strncmp(l->bind[i].text, "*:", 2) == 0;
	if (l->n_bind == 0)
		read_empty(r, key, node);
	return true;
}

static void type_bind_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_listener *l = base;

	(void)key;
	for (size_t i = 0; i < l->n_bind; i++)
		print_element(f, i, l->bind[i].text);
	print_list_end(f, l->n_bind);
}

/* A listener that is no item: it has the name of its group. */
static bool type_address_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_listener *l = schema_member(key, base);

	*l = (struct config_listener){.name = "admin", .backlog = TYPE_BACKLOG,
	    .place = {node->value.source->name, node->value.line}};
	l->bind = read_alloc(r, sizeof(*l->bind));
	l->bind_dual = read_alloc(r, sizeof(*l->bind_dual));
	if (l->bind == NULL || l->bind_dual == NULL)
		return true;
	l->n_bind = 1;
	if (!type_bind_element(r, key, node, l->bind))
		return false;
	*l->bind_dual = l->bind->text && strncmp(l->bind->text, "*:", 2) == 0;
	return true;
}

static void type_address_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_listener *l = schema_value(key, base);

	print_string(f, l->bind->text);
}

static bool type_servers_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	struct config_server *s = item;

	if (!read_is_text(node))
		return false;
	s->place = (struct config_place){node->value.source->name, node->value.line};
	const char *text = type_unix_path(r, node);
	const char *why = text ? endpoint_server(r->arena, text, s) : NULL;
	if (why)
		read_wrong(r, key, node, why);
	else if (s->host == NULL)
		notice_no_memory(r->notice);
	return true;
}

static bool type_servers_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_backend *b = base;
	const struct node *e = node->kind == NODE_LIST ? node->first : node;

	b->servers = read_list(r, key, node, sizeof(*b->servers), &b->n_servers,
	    type_servers_element);
	if (b->n_servers == 0)
		read_empty(r, key, node);
	for (size_t i = 1; i < b->n_servers; i++) {
		e = e->next;
		if (b->servers[0].host == NULL || b->servers[i].host == NULL ||
		    b->servers[i].kind == b->servers[0].kind)
			continue;
		read_wrong(r, key, e, "the servers of a backend are all of one kind");
		break;
	}
	return true;
}

static void type_server_print(FILE *f, size_t i, const struct config_server *s)
{
	char weight[24] = "", max[24] = "", text[400];

	if (s->weight != 1)
		snprintf(weight, sizeof(weight), " weight=%u", s->weight);
	if (s->max)
		snprintf(max, sizeof(max), " max=%u", s->max);
	snprintf(text, sizeof(text), "%s%s%s%s", s->text, weight, max, s->backup ? " backup" : "");
	print_element(f, i, text);
}

static void type_servers_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_backend *b = base;

	(void)key;
	for (size_t i = 0; i < b->n_servers; i++)
		type_server_print(f, i, &b->servers[i]);
	print_list_end(f, b->n_servers);
}

static bool type_network_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	struct config_network *n = item;
	char text[ENDPOINT_NETWORK];
	bool loose = false;

	n->prefix = 128;	/* what is wrong holds nobody, not everybody */
	if (!read_is_text(node))
		return false;
	const char *why = endpoint_network(slice_of(node->string), n, &loose);
	if (why)
		read_wrong(r, key, node, why);
	else if (loose)
		notice_warning(r->notice, &node->value,
		    "address bits beyond the prefix are ignored: "
		    "this means \"%s\"", endpoint_network_text(n, text));
	return true;
}

static bool type_networks_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_networks *list = schema_member(key, base);

	list->v = read_list(r, key, node, sizeof(*list->v), &list->n, type_network_element);
	if (list->n == 0)
		read_empty(r, key, node);
	return true;
}

static void type_networks_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_networks *list = schema_value(key, base);
	char text[ENDPOINT_NETWORK];

	for (size_t i = 0; i < list->n; i++)
		print_element(f, i, endpoint_network_text(&list->v[i], text));
	print_list_end(f, list->n);
}

static bool type_redirect_https_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_listener *l = base;

	(void)r;
	(void)key;
	if (node->kind == NODE_INTEGER) {
		l->redirect = true;
		l->redirect_port = (uint16_t)node->integer;
		return node->integer > 0 && node->integer <= UINT16_MAX;
	}
	l->redirect = node->integer != 0;
	l->redirect_port = TYPE_HTTPS;
	return node->kind == NODE_BOOL;
}

static void type_redirect_https_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_listener *l = base;

	(void)key;
	if (l->redirect && l->redirect_port != TYPE_HTTPS)
		fprintf(f, "%u", (unsigned)l->redirect_port);
	else
		fputs(l->redirect ? "true" : "false", f);
}

const struct schema_type type_bind = {
	.name = "list of addresses",
	.expects = "an address",
	.example = "\"127.0.0.1:80\", \"[::1]:80\", \"*:80\" or \"unix:/run/x.sock\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_bind_read,
	.print = type_bind_print,
};

const struct schema_type type_address = {
	.name = "address",
	.expects = "an address",
	.example = "\"127.0.0.1:9901\", \"[::1]:9901\" or \"unix:/run/x.sock\"",
	.literal = NODE_STRING,
	.read = type_address_read,
	.print = type_address_print,
};

const struct schema_type type_servers = {
	.name = "list of servers",
	.expects = "a server",
	.example = "\"tcp://localhost:5900\", \"tls://[2001:db8::1]:993\" or "
	    "\"unix:/run/x.sock\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_servers_read,
	.print = type_servers_print,
};

const struct schema_type type_networks = {
	.name = "list of networks",
	.expects = "a network",
	.example = "\"192.0.2.0/24\" or \"2001:db8::/32\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_networks_read,
	.print = type_networks_print,
};

const struct schema_type type_redirect_https = {
	.name = "boolean or port",
	.expects = "true, false or a port number",
	.literal = NODE_BOOL,
	.read = type_redirect_https_read,
	.print = type_redirect_https_print,
};
