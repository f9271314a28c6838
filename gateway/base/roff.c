#include "base/roff.h"

#include <string.h>

void roff_text(FILE *f, struct slice s)
{
	static const char *const names[] = {
	    ['\\'] = "\\e", ['\''] = "\\(aq", ['"'] = "\\(dq", ['`'] = "\\(ga",
	    ['^'] = "\\(ha", ['~'] = "\\(ti", ['-'] = "\\-",
	};

	if (s.n > 0 && s.p[0] == '.')
		fputs("\\&", f);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < sizeof(names) / sizeof(names[0]) && names[c])
			fputs(names[c], f);
		else
			putc(c, f);
	}
}

void roff_sentences(FILE *f, const char *p)
{
	while (*p) {
		const char *end = strstr(p, ". ");
		size_t n = end ? (size_t)(end - p) + 1 : strlen(p);
		roff_text(f, (struct slice){p, n});
		putc('\n', f);
		p += n;
		p += strspn(p, " ");
	}
}
