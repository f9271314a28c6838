#include "config/nearest.h"

#include <string.h>

enum { NEAREST_LONG = 40 };	/* longer words are no misspelt keys */

static char nearest_fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c == '-' ? '_' : c;
}

static unsigned nearest_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, or swap two neighbours. */
static unsigned nearest_distance(const char *a, size_t an, const char *b, size_t bn)
{
	unsigned rows[3][NEAREST_LONG + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t k = 0; k <= bn; k++)
		last[k] = (unsigned)k;
	for (size_t i = 1; i <= an; i++) {
		now[0] = (unsigned)i;
		for (size_t k = 1; k <= bn; k++) {
			char x = nearest_fold(a[i - 1]), y = nearest_fold(b[k - 1]);
			now[k] = nearest_min(last[k - 1] + (x != y),
			    nearest_min(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && x == nearest_fold(b[k - 2]) &&
			    y == nearest_fold(a[i - 2]))
				now[k] = nearest_min(now[k], before[k - 2] + 1);
		}
		unsigned *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[bn];
}

bool nearest_try(struct nearest *n, const char *known)
{
	size_t an = strlen(n->to), bn = strlen(known);

	if (an == 0 || an > NEAREST_LONG || bn > NEAREST_LONG)
		return false;
	unsigned d = nearest_distance(n->to, an, known, bn);
	if (d > (an + 2) / 3 || d >= bn || (n->any && d >= n->distance))
		return false;
	n->any = true;
	n->distance = d;
	return true;
}
