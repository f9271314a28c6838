#include "config/tree.h"

#include <glob.h>
#include <libconfig.h>
#include <string.h>

#include "base/slice.h"
#include "config/scan.h"

/* Takes a scalar's value over; false: out of memory, or not what was scanned. */
static bool tree_scalar(struct tree *t, struct node *node, const config_setting_t *setting)
{
	static const int types[] = {
	    [NODE_FLOAT] = CONFIG_TYPE_FLOAT,
	    [NODE_STRING] = CONFIG_TYPE_STRING,
	    [NODE_BOOL] = CONFIG_TYPE_BOOL,
	};
	int type = config_setting_type(setting);

	if (node->kind == NODE_INTEGER) {
		node->integer = config_setting_get_int64(setting);
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	}
	if (type != types[node->kind])
		return false;
	if (node->kind == NODE_BOOL)
		node->integer = config_setting_get_bool(setting);
	if (node->kind == NODE_STRING) {
		const char *text = config_setting_get_string(setting);
		node->string = arena_copy(t->sources->names, slice_of(text ? text : "")).p;
		if (node->string == NULL)
			notice_no_memory(t->notice);
		return node->string != NULL;
	}
	return true;
}

/* Gives the nodes their values. They have libconfig's shape, since it read what they were. */
static bool tree_fill(struct tree *t, struct node *node, const config_setting_t *setting)
{
	unsigned i = 0;

	if (node->kind != NODE_GROUP && node->kind != NODE_LIST)
		return node->bad || tree_scalar(t, node, setting);
	if (!config_setting_is_aggregate(setting) ||
	    (size_t)config_setting_length(setting) != node->n)
		return false;
	for (struct node *child = node->first; child; child = child->next)
		if (!tree_fill(t, child, config_setting_get_elem(setting, i++)))
			return false;
	return true;
}

/* One source by itself. NULL: out of memory, or a mistake that leaves nothing of it; both said. */
static struct node *tree_source(struct tree *t, const struct source *source)
{
	struct scan scan = {.sources = t->sources, .notice = t->notice};
	struct mark whole = {.source = source};
	struct node *root = NULL;
	config_t lib;

	bool ok = scan_source(&scan, source);
	t->broken |= scan.broken;
	if (!ok)
		return NULL;
	config_init(&lib);
	if (!config_read_string(&lib, scan.text))
		notice_error(t->notice, &whole, "libconfig refuses this: %s",
		    config_error_text(&lib));
	else if (tree_fill(t, scan.root, config_root_setting(&lib)))
		root = scan.root;
	else if (!t->notice->no_memory)
		notice_error(t->notice, &whole, "libconfig reads something else in this");
	config_destroy(&lib);
	t->broken |= root == NULL;
	return root;
}

/* Joins a member to the group. Groups of the same name become one; their members may not meet. */
static void tree_join(struct tree *t, struct node *group, struct node *member)
{
	struct node *same = node_find(group, member->name), *next;

	if (same == NULL) {
		node_append(group, member);
	} else if (group == t->root && same->kind == NODE_GROUP && member->kind == NODE_GROUP) {
		for (struct node *child = member->first; child; child = next) {
			next = child->next;
			tree_join(t, same, child);
		}
	} else {
		notice_error_at(t->notice, &member->place, &same->place, "the first one is here",
		    "'%s' stands twice%s%s%s", member->name, group->name ? " in '" : "",
		    group->name ? group->name : "", group->name ? "'" : "");
	}
}

static void tree_include_file(struct tree *t, const struct mark *by, const char *path)
{
	const char *why;
	const struct source *twin, *source = source_read(t->sources, path, by->source, &why);

	if (source == NULL && why == NULL) {
		notice_no_memory(t->notice);
	} else if (source == NULL) {
		notice_error(t->notice, by, "cannot include '%s': %s", path, why);
		t->broken = true;
	} else if (source_circle(source)) {
		notice_error(t->notice, by, "'%s' includes itself", path);
	} else if ((twin = source_twin(source))) {
		notice_error(t->notice, by, "'%s' is included twice", path);
	} else {
		tree_read(t, source);
	}
}

static void tree_include(struct tree *t, const struct node *node)
{
	const struct mark *by = &node->value;
	const char *path;
	glob_t found;

	if (node->bad)
		return;
	if (node->kind != NODE_STRING || node->string[0] == '\0') {
		notice_error(t->notice, by, "expected the path of a file, or a pattern such as "
		    "\"conf.d/*.conf\", for 'include'");
		return;
	}
	if (by->source->dir == NULL) {
		notice_error(t->notice, by, "only a file can include others");
		return;
	}
	path = source_beside(t->sources->texts, by->source, node->string);
	if (path == NULL) {
		notice_no_memory(t->notice);
		return;
	}
	switch (glob(path, 0, NULL, &found)) {
	case 0:
		for (size_t i = 0; i < found.gl_pathc && !t->notice->no_memory; i++)
			tree_include_file(t, by, found.gl_pathv[i]);
		break;
	case GLOB_NOMATCH:
		if (strpbrk(path, "*?[") == NULL)
			tree_include_file(t, by, path);
		break;
	default:
		notice_no_memory(t->notice);
	}
	globfree(&found);
}

bool tree_read(struct tree *t, const struct source *source)
{
	struct node *root = tree_source(t, source), *next;

	if (t->root == NULL && (t->root = arena_alloc(t->sources->texts, sizeof(*t->root))) != NULL)
		t->root->place.source = t->root->value.source = source;
	if (t->root == NULL)
		notice_no_memory(t->notice);
	for (struct node *n = root && t->root ? root->first : NULL; n; n = next) {
		next = n->next;
		if (strcmp(n->name, "include") != 0)
			tree_join(t, t->root, n);
		else if (n->kind == NODE_LIST)
			for (const struct node *e = n->first; e; e = e->next)
				tree_include(t, e);
		else
			tree_include(t, n);
	}
	return !t->notice->no_memory;
}
