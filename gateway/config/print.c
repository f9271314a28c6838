#include "config/print.h"

#include <string.h>

void print_text(FILE *f, const char *s)
{
	static const char plain[] = "\n\r\t\f\"\\", escaped[] = "nrtf\"\\";

	for (; *s; s++) {
		const char *e = strchr(plain, *s);
		if (e)
			fprintf(f, "\\%c", escaped[e - plain]);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned)*s);
		else
			putc(*s, f);
	}
}

void print_string(FILE *f, const char *s)
{
	putc('"', f);
	print_text(f, s);
	putc('"', f);
}

void print_element(FILE *f, size_t index, const char *s)
{
	fputs(index ? ", " : "[ ", f);
	print_string(f, s);
}

void print_list_end(FILE *f, size_t n)
{
	fputs(n ? " ]" : "[ ]", f);
}
