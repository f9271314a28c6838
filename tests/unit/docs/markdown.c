#include "unit/docs/markdown.h"

#include <string.h>

void markdown_text(FILE *f, const char *p)
{
	for (; *p; p++)
		if (*p == '<')
			fputs("&lt;", f);
		else if (*p == '&')
			fputs("&amp;", f);
		else
			fprintf(f, strchr("\\`*_[]|", *p) ? "\\%c" : "%c", *p);
}

void markdown_code(FILE *f, const char *p)
{
	putc('`', f);
	for (; *p; p++)
		if (*p == '\n' || *p == '\t')
			putc(' ', f);
		else
			putc(*p, f);
	putc('`', f);
}
