#include "process/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_CELL = 512, TABLE_GAP = 2 };

static bool table_grow(struct table *t)
{
	size_t room = t->room ? 2 * t->room : TABLE_CELL;
	char **cells = t->n < t->room ? t->cells : realloc(t->cells, room * sizeof(*cells));

	if (cells == NULL)
		return false;
	t->room = t->n < t->room ? t->room : room;
	t->cells = cells;
	return true;
}

void table_add(struct table *t, const char *text)
{
	char *copy = table_grow(t) ? strdup(text) : NULL;

	if (copy == NULL) {
		t->failed = true;
		return;
	}
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	t->cells[t->n++] = copy;
}

void table_printf(struct table *t, const char *fmt, ...)
{
	char text[TABLE_CELL];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_add(t, text);
}

static size_t table_width(const struct table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < t->n; i += t->columns)
		if (strlen(t->cells[i]) > width)
			width = strlen(t->cells[i]);
	return width;
}

static void table_print_row(const struct table *t, size_t row, const size_t *width)
{
	for (size_t c = 0; c < t->columns; c++) {
		const char *text = t->cells[row * t->columns + c];
		bool last = c + 1 == t->columns;
		int w = (int)width[c];
		printf("%*s%s", t->right[c] ? w : last ? 0 : -w, text, last ? "\n" : "");
		if (!last)
			printf("%*s", TABLE_GAP, "");
	}
}

void table_print(const struct table *t)
{
	size_t width[TABLE_COLUMNS];

	for (size_t c = 0; c < t->columns; c++)
		width[c] = table_width(t, c);
	for (size_t row = 0; (row + 1) * t->columns <= t->n; row++)
		table_print_row(t, row, width);
}

void table_clear(struct table *t)
{
	while (t->n > 0)
		free(t->cells[--t->n]);
	free(t->cells);
	*t = (struct table){.columns = 0};
}
