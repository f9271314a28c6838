#include "config/lex.h"

#include <string.h>
#include <strings.h>

#include "base/slice.h"

static bool lex_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool lex_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool lex_hex(char c)
{
	return lex_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void lex_init(struct lex *l, const struct source *source)
{
	*l = (struct lex){.source = source, .line = 1};
}

static void lex_newline(struct lex *l)
{
	l->line++;
	l->begin = l->at + 1;
}

/* To the end of a block comment; false: it has none. */
static bool lex_skip_block(struct lex *l)
{
	const char *p = l->source->text;

	for (l->at += 2; p[l->at]; l->at++) {
		if (p[l->at] == '*' && p[l->at + 1] == '/') {
			l->at += 2;
			return true;
		}
		if (p[l->at] == '\n')
			lex_newline(l);
	}
	return false;
}

/* White space and comments. false: a comment is not closed, and begins at *open. */
static bool lex_skip(struct lex *l, struct mark *open)
{
	const char *p = l->source->text;

	for (;;) {
		if (p[l->at] == '#' || (p[l->at] == '/' && p[l->at + 1] == '/')) {
			l->at += strcspn(p + l->at, "\n");
		} else if (p[l->at] == '/' && p[l->at + 1] == '*') {
			*open = (struct mark){l->source, l->at, 2, l->line};
			if (!lex_skip_block(l))
				return false;
		} else if (p[l->at] == '\n') {
			lex_newline(l);
			l->at++;
		} else if (p[l->at] && strchr(" \t\r\f", p[l->at])) {
			l->at++;
		} else {
			return true;
		}
	}
}

static void lex_string(struct lex *l, struct token *t)
{
	const char *p = l->source->text;

	t->kind = TOKEN_OPEN_STRING;
	for (l->at++; p[l->at]; l->at++) {
		if (p[l->at] == '"') {
			l->at++;
			t->kind = TOKEN_STRING;
			break;
		}
		if (p[l->at] == '\\' && (p[l->at + 1] == '"' || p[l->at + 1] == '\\'))
			l->at++;
		if (p[l->at] == '\n') {
			lex_newline(l);
			t->lines++;
		}
	}
	t->mark.n = l->at - t->mark.at;
}

/* @include "PATH", which must stand at the beginning of a line and in one line. */
static bool lex_include(struct lex *l, struct token *t)
{
	static const char word[] = "@include";
	const char *p = l->source->text;
	size_t at = l->at + sizeof(word) - 1;

	if (!t->first || strncmp(p + l->at, word, sizeof(word) - 1) != 0)
		return false;
	at += strspn(p + at, " \t");
	if (p[at] != '"')
		return false;
	size_t n = strcspn(p + at + 1, "\"\n");
	if (p[at + 1 + n] != '"')
		return false;
	t->kind = TOKEN_INCLUDE;
	t->mark.at = at + 1;
	t->mark.n = n;
	l->at = at + 1 + n + 1;
	return true;
}

static size_t lex_digits(struct slice s, size_t i)
{
	while (i < s.n && lex_digit(s.p[i]))
		i++;
	return i;
}

/* [-+]?[0-9]+L?L? and 0[xX][0-9a-fA-F]+L?L? */
static bool lex_is_integer(struct slice s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), begin = i;

	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') {
		for (begin = i = 2; i < s.n && lex_hex(s.p[i]); i++)
			continue;
	} else {
		i = lex_digits(s, i);
	}
	if (i == begin)
		return false;
	for (int k = 0; k < 2 && i < s.n && s.p[i] == 'L'; k++)
		i++;
	return i == s.n;
}

/* Digits with a point, an exponent or both. */
static bool lex_is_float(struct slice s)
{
	size_t sign = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	size_t i = lex_digits(s, sign), digits = i - sign;

	if (i < s.n && s.p[i] == '.') {
		size_t end = lex_digits(s, i + 1);
		digits += end - (i + 1);
		i = end;
	}
	if (digits == 0)
		return false;
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i++;
		i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
		size_t end = lex_digits(s, i);
		if (end == i)
			return false;
		i = end;
	}
	return i == s.n;
}

static bool lex_is_name(struct slice s)
{
	if (s.n == 0 || !lex_letter(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!lex_letter(s.p[i]) && !lex_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

/* How far a word without quotes may go; stop: what ends it, besides a comment. */
static size_t lex_run(const char *p, const char *stop)
{
	size_t n = 0;

	while (p[n] && !strchr(stop, p[n]) &&
	    !(p[n] == '/' && (p[n + 1] == '/' || p[n + 1] == '*')))
		n++;
	return n;
}

static void lex_word(struct lex *l, struct token *t)
{
	struct slice s = {l->source->text + l->at, 0};

	s.n = lex_run(s.p, " \t\r\n\f=:;,{}[]()\"#");
	t->mark.n = s.n ? s.n : 1;
	if (lex_is_integer(s))
		t->kind = TOKEN_INTEGER;
	else if (lex_is_float(s))
		t->kind = TOKEN_FLOAT;
	else if (slice_ieq(s, SLICE("true")) || slice_ieq(s, SLICE("false")))
		t->kind = TOKEN_BOOL;
	else
		t->kind = lex_is_name(s) ? TOKEN_NAME : TOKEN_WORD;
	l->at += t->mark.n;
}

struct token lex_next(struct lex *l)
{
	const char *p = l->source->text;
	struct token t = {.kind = TOKEN_END};
	struct mark open;

	if (!lex_skip(l, &open))
		return (struct token){.kind = TOKEN_OPEN_COMMENT, .mark = open};
	t.mark = (struct mark){l->source, l->at, 1, l->line};
	t.column = (unsigned)(l->at - l->begin);
	t.first = strspn(p + l->begin, " \t") == t.column;
	if (p[l->at] == '\0') {
		t.mark.n = 0;
	} else if (strchr("{}[](),;=:", p[l->at])) {
		t.kind = p[l->at] == ':' ? '=' : p[l->at];
		l->at++;
	} else if (p[l->at] == '"') {
		lex_string(l, &t);
	} else if (p[l->at] != '@' || !lex_include(l, &t)) {
		lex_word(l, &t);
	}
	return t;
}

struct mark lex_bare(struct lex *l, const struct token *t)
{
	struct mark m = t->mark;
	const char *p = l->source->text + m.at;

	/* A scheme's "//" is no comment to whoever wrote it. */
	m.n = strcspn(p, " \t\r\n\f;,{}[]()\"#");
	l->at = m.at + m.n;
	return m;
}
