#include "config/node.h"

#include <stdio.h>
#include <string.h>

enum { NODE_SHOWN = 60 };	/* bytes of a value that a message repeats */

void node_append(struct node *parent, struct node *child)
{
	child->next = NULL;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->n++;
}

struct node *node_find(const struct node *group, const char *name)
{
	struct node *child = group->first;

	while (child && strcmp(child->name, name) != 0)
		child = child->next;
	return child;
}

struct mark node_within(const struct node *node, size_t at, size_t n)
{
	struct mark m = node->value;

	if (m.source && node->kind == NODE_STRING && m.n == strlen(node->string) + 2) {
		m.at += 1 + at;
		m.n = n;
	}
	return m;
}

const char *node_words(const struct node *node, char *words, size_t size)
{
	const struct mark *m = &node->value;
	int n = m->n > NODE_SHOWN ? NODE_SHOWN : (int)m->n;

	if (node->kind == NODE_GROUP || node->kind == NODE_LIST || m->source == NULL)
		snprintf(words, size, "%s", node->kind == NODE_GROUP ? "a group" : "a list");
	else
		snprintf(words, size, "%.*s%s", n, m->source->text + m->at,
		    (size_t)n < m->n ? "..." : "");
	return words;
}

