/*
 * Feeds a parser the same bytes whole, byte by byte and cut at random, and fails when it does not
 * say the same each time.
 */
#ifndef CUTTER_H
#define CUTTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a parser said, as text. */
struct transcript {
	char	*text;		/* NUL-terminated */
	size_t	 n, room;
};

void	transcript_add(struct transcript *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The bytes as they are if printable, others as \xHH. */
void	transcript_bytes(struct transcript *, const void *p, size_t n);

struct cutter {
	void	*subject;
	void	(*begin)(void *subject);
	/*
	 * One step: writes what it found, returns how many bytes it used; 0: more are needed.
	 * *stop: nothing further is to be shown. eof: no more bytes will follow these.
	 */
	size_t	(*step)(void *subject, uint8_t *p, size_t n, bool eof, struct transcript *,
		    bool *stop);
};

/* All ways of cutting must tell this; NULL: the same as uncut. */
void	cutter_expect(const struct cutter *, const void *bytes, size_t n, const char *expected);

#endif
