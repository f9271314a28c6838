#include "config/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "config/lex.h"

enum {
	SCAN_DEPTH = 16,	/* of groups and lists in each other */
	SCAN_MISTAKES = 20	/* of syntax, in one source: after that it is something else */
};

/* An included text in the middle of another. */
struct scan_outer {
	struct scan_outer	*outer;
	struct lex		 lex;
};

struct scanner {
	struct scan		*scan;
	struct arena		*work;
	struct lex		 lex;
	struct scan_outer	*outer;
	struct token		 token;		/* the next one, not taken yet */
	struct node		*odd;		/* the last string, if over several lines */
	char			*text;
	size_t			 n, size;
	unsigned		 depth, mistakes;
	bool			 stopped;	/* by a mistake beyond which nothing can be told */
	bool			 lost;		/* braces do not pair */
};

static void scan_value(struct scanner *, struct node *);
static void scan_member(struct scanner *, struct node *parent);

static void scan_no_memory(struct scanner *s)
{
	s->stopped = true;
	s->token.kind = TOKEN_END;
	notice_no_memory(s->scan->notice);
}

/* What libconfig is to read. A separator follows each word. */
static void scan_emit(struct scanner *s, const char *p, size_t n)
{
	if (s->size - s->n < n + 2) {
		size_t size = 2 * s->size + n + 4096;
		char *text = arena_alloc(s->work, size);
		if (text == NULL) {
			scan_no_memory(s);
			return;
		}
		if (s->n)
			memcpy(text, s->text, s->n);
		s->text = text;
		s->size = size;
	}
	memcpy(s->text + s->n, p, n);
	s->n += n;
	s->text[s->n++] = '\n';
	s->text[s->n] = '\0';
}

static void scan_emit_mark(struct scanner *s, const struct mark *m)
{
	scan_emit(s, m->source->text + m->at, m->n);
}

/* Takes back what was emitted since then. */
static void scan_cut(struct scanner *s, size_t emitted)
{
	s->n = emitted;
	s->text[s->n] = '\0';
}

/*
 * A mistake of syntax at this place. stop: there is no telling how it goes on after it. open: the
 * bracket that it is about, or NULL.
 */
__attribute__((format(printf, 5, 6)))
static void scan_error(struct scanner *s, const struct mark *m, bool stop, const struct mark *open,
    const char *fmt, ...)
{
	char words[400];
	va_list ap;

	if (s->stopped)
		return;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (s->odd) {
		notice_error_at(s->scan->notice, &s->odd->value, m, words,
		    "this string runs on to line %u: is its closing quote missing?", m->line);
		s->odd->bad = true;
	} else if (open && open->line != m->line) {
		notice_error_at(s->scan->notice, m, open, "it was opened here", "%s", words);
	} else {
		notice_error(s->scan->notice, m, "%s", words);
	}
	if (++s->mistakes == SCAN_MISTAKES && !stop)
		notice_error(s->scan->notice, m, "too many mistakes: giving up on this file");
	s->scan->broken = true;
	s->stopped = stop || s->odd || s->mistakes == SCAN_MISTAKES;
	if (s->stopped)
		s->token.kind = TOKEN_END;
}

enum { SCAN_WORDS = 60 };

/* A token as a message calls it: '}', "text" or the end of the file. */
static const char *scan_words(const struct token *t, char words[SCAN_WORDS])
{
	const char *p = t->mark.source->text + t->mark.at;
	const char *quote = t->kind == TOKEN_STRING ? "" : "'";
	int n = t->mark.n > 40 ? 40 : (int)t->mark.n;

	if (t->kind == TOKEN_END)
		snprintf(words, SCAN_WORDS, "the end of the file");
	else
		snprintf(words, SCAN_WORDS, "%s%.*s%s%s", quote, n, p,
		    (size_t)n < t->mark.n ? "..." : "", quote);
	return words;
}

/* Goes on in the text that an @include names. */
static void scan_push(struct scanner *s, const struct mark *m)
{
	const struct source *by = m->source, *source;
	struct scan_outer *o = arena_alloc(s->work, sizeof(*o));
	const char *name = arena_copy(s->work, (struct slice){by->text + m->at, m->n}).p;
	const char *path = name && o ? source_beside(s->work, by, name) : NULL, *why = NULL;

	if (by->dir == NULL) {
		scan_error(s, m, false, NULL, "only a file can include others");
		return;
	}
	source = path ? source_read(s->scan->sources, path, by, &why) : NULL;
	if (source == NULL && why == NULL) {
		scan_no_memory(s);
	} else if (source == NULL) {
		scan_error(s, m, false, NULL, "cannot include '%s': %s", name, why);
	} else if (source_circle(source)) {
		scan_error(s, m, false, NULL, "'%s' includes itself", name);
	} else {
		*o = (struct scan_outer){s->outer, s->lex};
		s->outer = o;
		lex_init(&s->lex, source);
	}
}

/* Takes the token, and shows the next one. */
static void scan_next(struct scanner *s)
{
	for (;;) {
		s->token = lex_next(&s->lex);
		if (s->token.kind == TOKEN_OPEN_COMMENT)
			scan_error(s, &s->token.mark, true, NULL, "this comment is never closed");
		if (s->token.kind == TOKEN_OPEN_STRING)
			scan_error(s, &s->token.mark, true, NULL, "this string is never closed");
		if (s->stopped) {
			s->token.kind = TOKEN_END;
			return;
		}
		if (s->token.kind == TOKEN_INCLUDE) {
			scan_push(s, &s->token.mark);
		} else if (s->token.kind == TOKEN_END && s->outer) {
			s->lex = s->outer->lex;
			s->outer = s->outer->outer;
		} else {
			break;
		}
	}
}

static bool scan_opens(int kind)
{
	return kind == '{' || kind == '[' || kind == '(';
}

static bool scan_closes(int kind)
{
	return kind == '}' || kind == ']' || kind == ')';
}

/* Skips to where the next member seems to begin, or to the bracket that closes what it is in. */
static void scan_recover(struct scanner *s)
{
	unsigned depth = 0;

	while (s->token.kind != TOKEN_END) {
		int kind = s->token.kind;
		if (depth == 0 && kind == TOKEN_NAME && s->token.first) {
			struct lex ahead = s->lex;
			if (lex_next(&ahead).kind == '=')
				return;
		}
		if (scan_opens(kind))
			depth++;
		if (scan_closes(kind) && depth-- == 0)
			return;
		scan_next(s);
		if (kind == ';' && depth == 0)
			return;
	}
}

/* In place of a value that is none: something that libconfig accepts and nobody looks at. */
static void scan_bad(struct scanner *s, struct node *node, size_t emitted)
{
	scan_cut(s, emitted);
	scan_emit(s, "0", 1);
	node->kind = NODE_INTEGER;
	node->bad = true;
}

static void scan_integer(struct scanner *s, struct node *node)
{
	const struct mark *m = &s->token.mark;
	const char *p = m->source->text + m->at;
	bool wide = p[m->n - 1] == 'L', lost;

	errno = 0;
	node->kind = NODE_INTEGER;
	if (m->n > 2 && (p[1] | 0x20) == 'x') {
		unsigned long long v = strtoull(p, NULL, 16);
		lost = errno || v > (wide ? (unsigned long long)INT64_MAX : INT32_MAX);
	} else {
		long long v = strtoll(p, NULL, 10);
		lost = errno || (!wide && (v > INT32_MAX || v < INT32_MIN));
	}
	if (lost) {
		notice_error(s->scan->notice, m, "this is too large for an integer; "
		    "write it in quotes, best with a unit");
		scan_bad(s, node, s->n);
	} else {
		scan_emit_mark(s, m);
	}
	scan_next(s);
}

static bool scan_has_nul(const struct mark *m)
{
	const char *p = m->source->text + m->at;

	for (size_t i = 1; i + 4 < m->n; i++) {
		if (strncasecmp(p + i, "\\x00", 4) == 0)
			return true;
		i += p[i] == '\\' && (p[i + 1] == '\\' || p[i + 1] == '"');
	}
	return false;
}

/* Strings side by side are one; in a list it is more likely that a comma was forgotten. */
static void scan_string(struct scanner *s, struct node *node)
{
	node->kind = NODE_STRING;
	for (unsigned n = 0; s->token.kind == TOKEN_STRING; n++) {
		const struct mark *m = &s->token.mark;
		if (n && node->name == NULL)
			notice_warning(s->scan->notice, m,
			    "this string is joined to the one before it; is a comma missing?");
		if (scan_has_nul(m)) {
			notice_error(s->scan->notice, m, "a string cannot hold a NUL");
			node->bad = true;
		}
		if (n && m->source == node->value.source)
			node->value.n = m->at + m->n - node->value.at;
		if (s->token.lines && s->odd == NULL)
			s->odd = node;
		scan_emit_mark(s, m);
		scan_next(s);
	}
	if (s->token.kind == TOKEN_END || strchr(";,})]", s->token.kind))
		s->odd = NULL;
}

/* Text without its quotes, or no value at all. */
static void scan_no_value(struct scanner *s, struct node *node)
{
	struct token t = s->token;
	struct lex ahead = s->lex;
	struct mark m = lex_bare(&ahead, &t);
	char words[SCAN_WORDS];

	if (t.kind == TOKEN_NAME || t.kind == TOKEN_WORD || (t.kind == '=' && m.n > 1)) {
		struct token bare = {.kind = TOKEN_STRING, .mark = m};
		scan_error(s, &m, false, NULL, "text stands in quotes: \"%s\"", scan_words(&bare,
		    words));
		s->lex = ahead;
		node->value = m;
		scan_next(s);
	} else {
		scan_error(s, &t.mark, false, NULL, "expected a value%s%s%s, not %s",
		    node->name ? " for '" : "", node->name ? node->name : "",
		    node->name ? "'" : "", scan_words(&t, words));
		if (t.kind == '=')
			scan_recover(s);
	}
	scan_bad(s, node, s->n);
}

static struct node *scan_node(struct scanner *s)
{
	struct node *node = arena_alloc(s->work, sizeof(*node));

	if (node == NULL) {
		scan_no_memory(s);
		return NULL;
	}
	node->place = node->value = s->token.mark;
	node->column = s->token.column;
	return node;
}

/* Members up to a '}'. The first that stands no further right than the group's own name: *out. */
static void scan_members(struct scanner *s, struct node *group, struct mark *out)
{
	while (s->token.kind != TOKEN_END && s->token.kind != '}') {
		if (out->source == NULL && s->token.first && s->token.column <= group->column)
			*out = s->token.mark;
		scan_member(s, group);
	}
}

static void scan_group(struct scanner *s, struct node *node)
{
	struct mark out = {.source = NULL};

	node->kind = NODE_GROUP;
	scan_emit(s, "{", 1);
	scan_next(s);
	scan_members(s, node, &out);
	scan_emit(s, "}", 1);
	if (s->token.kind == '}') {
		scan_next(s);
		return;
	}
	if (s->stopped)
		return;
	s->lost = s->scan->broken = s->stopped = true;
	if (out.source && node->name)
		notice_error_at(s->scan->notice, &node->value, &out,
		    "the indentation says that it should be closed before this",
		    "this '{' is never closed");
	else
		notice_error(s->scan->notice, &node->value, "this '{' is never closed");
}

/* After an element that no comma follows. */
static void scan_list_end(struct scanner *s, const struct node *node, char close)
{
	char words[SCAN_WORDS];

	if (s->token.kind != close) {
		scan_error(s, &s->token.mark, false, &node->value, "expected ',' or '%c', not %s",
		    close, scan_words(&s->token, words));
		scan_recover(s);
	}
	if (s->token.kind == ']' || s->token.kind == ')')
		scan_next(s);
}

/* Arrays and lists are the same to us; libconfig reads all as lists, which may be mixed. */
static void scan_list(struct scanner *s, struct node *node)
{
	char close = s->token.kind == '[' ? ']' : ')';

	node->kind = NODE_LIST;
	scan_emit(s, "(", 1);
	scan_next(s);
	while (!scan_closes(s->token.kind) && s->token.kind != ';' && s->token.kind != TOKEN_END) {
		struct node *child = scan_node(s);
		if (child == NULL)
			return;
		if (node->n)
			scan_emit(s, ",", 1);
		scan_value(s, child);
		node_append(node, child);
		if (s->token.kind != ',')
			break;
		scan_next(s);
	}
	scan_emit(s, ")", 1);
	scan_list_end(s, node, close);
}

static void scan_scalar(struct scanner *s, struct node *node, enum node_kind kind)
{
	node->kind = kind;
	if (kind == NODE_FLOAT)
		scan_emit(s, "0.0", 3);
	else
		scan_emit_mark(s, &s->token.mark);
	scan_next(s);
}

static void scan_value(struct scanner *s, struct node *node)
{
	int kind = s->token.kind;

	node->value = s->token.mark;
	if (scan_opens(kind) && s->depth == SCAN_DEPTH)
		scan_error(s, &s->token.mark, true, NULL,
		    "groups and lists stand in each other too deeply");
	s->depth++;
	if (s->stopped)
		scan_bad(s, node, s->n);
	else if (kind == '{')
		scan_group(s, node);
	else if (kind == '[' || kind == '(')
		scan_list(s, node);
	else if (kind == TOKEN_STRING)
		scan_string(s, node);
	else if (kind == TOKEN_INTEGER)
		scan_integer(s, node);
	else if (kind == TOKEN_FLOAT || kind == TOKEN_BOOL)
		scan_scalar(s, node, kind == TOKEN_BOOL ? NODE_BOOL : NODE_FLOAT);
	else
		scan_no_value(s, node);
	s->depth--;
}

/* What stands where a name should. false: nothing can be made of it. */
static bool scan_name(struct scanner *s)
{
	struct token t = s->token;
	struct lex ahead = s->lex;
	char words[SCAN_WORDS];

	if (t.kind == TOKEN_NAME)
		return true;
	if (t.kind < TOKEN_NAME || scan_opens(t.kind) || scan_closes(t.kind) ||
	    lex_next(&ahead).kind != '=') {
		scan_error(s, &t.mark, false, NULL, "expected a name, not %s", scan_words(&t,
		    words));
		if (scan_closes(t.kind))
			scan_next(s);
		else
			scan_recover(s);
		return false;
	}
	if (t.kind == TOKEN_STRING)
		scan_error(s, &t.mark, false, NULL, "a name stands without quotes");
	else
		scan_error(s, &t.mark, false, NULL, "a name begins with a letter "
		    "and holds only letters, digits, '-' and '_'");
	return true;
}

/* The '=' after a name. false: it is missing, and so is a value that could follow it. */
static bool scan_equals(struct scanner *s, const struct node *node)
{
	const struct token *t = &s->token;
	bool next = t->first || t->kind == TOKEN_END;
	char words[SCAN_WORDS];

	if (t->kind != '=') {
		scan_error(s, next ? &node->place : &t->mark, false, NULL,
		    "expected '=' after '%s', not %s",
		    node->name, scan_words(t, words));
		return scan_opens(t->kind) ||
		    (!next && t->kind >= TOKEN_NAME && !scan_closes(t->kind));
	}
	s->odd = NULL;
	scan_next(s);
	return true;
}

static void scan_member_end(struct scanner *s, const struct node *node)
{
	int kind = s->token.kind;
	char words[SCAN_WORDS];

	if (kind == ';' || kind == ',') {
		scan_next(s);
	} else if (kind != TOKEN_NAME && kind != TOKEN_END && kind != '}') {
		scan_error(s, &s->token.mark, false, NULL,
		    "expected ';' after the value of '%s', not %s",
		    node->name, scan_words(&s->token, words));
		scan_recover(s);
	}
}

static void scan_member(struct scanner *s, struct node *parent)
{
	bool keep = s->token.kind == TOKEN_NAME;
	size_t emitted = s->n;
	struct node *node, *twin;

	if (!scan_name(s) || (node = scan_node(s)) == NULL)
		return;
	const struct mark m = node->place;
	node->name = arena_copy(s->scan->sources->names,
	    (struct slice){m.source->text + m.at, m.n}).p;
	if (node->name == NULL) {
		scan_no_memory(s);
		return;
	}
	twin = node_find(parent, node->name);
	if (twin && keep)
		notice_error_at(s->scan->notice, &node->place, &twin->place,
		    "the first one is here",
		    "'%s' stands twice%s%s%s", node->name, parent->name ? " in '" : "",
		    parent->name ? parent->name : "", parent->name ? "'" : "");
	scan_emit_mark(s, &node->place);
	scan_emit(s, "=", 1);
	scan_next(s);
	if (scan_equals(s, node)) {
		scan_value(s, node);
		scan_member_end(s, node);
	} else {
		keep = false;
		scan_recover(s);
	}
	scan_emit(s, ";", 1);
	if (keep && !twin)
		node_append(parent, node);
	else
		scan_cut(s, emitted);
}

bool scan_source(struct scan *scan, const struct source *source)
{
	struct scanner s = {.scan = scan, .work = scan->sources->texts};
	struct mark out = {.source = NULL};

	lex_init(&s.lex, source);
	scan->root = arena_alloc(s.work, sizeof(*scan->root));
	scan_emit(&s, "", 0);
	if (scan->root && !s.stopped) {
		scan->root->kind = NODE_GROUP;
		scan_next(&s);
		scan_members(&s, scan->root, &out);
	}
	if (s.token.kind == '}' && scan->root) {
		s.lost = true;
		scan_error(&s, &s.token.mark, true, NULL, "this '}' closes nothing");
	}
	if (scan->root == NULL)
		notice_no_memory(scan->notice);
	if (scan->notice->no_memory)
		return false;
	if (s.lost) {
		*scan->root = (struct node){.kind = NODE_GROUP};
		scan_cut(&s, 0);
	}
	scan->text = s.text;
	return true;
}
