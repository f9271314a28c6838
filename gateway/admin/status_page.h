/* The status page, made from status_page.html when the program is built. */
#ifndef STATUS_PAGE_H
#define STATUS_PAGE_H

enum { STATUS_PAGE_POLICY = 384 };

extern const char status_page[];

/*
 * What the page may do, as a Content-Security-Policy: its own script and style, known by their
 * hashes, and its own data. Returns text.
 */
const char	*status_page_policy(char text[STATUS_PAGE_POLICY]);

#endif
