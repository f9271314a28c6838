/* Reason phrases (RFC 9110 section 15). */
#ifndef STATUS_H
#define STATUS_H

const char	*status_phrase(int status);	/* "" for one that nobody registered */

#endif
