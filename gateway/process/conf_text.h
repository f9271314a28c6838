/* Configurations that the program writes by itself, as text that config_parse reads. */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <stdio.h>

#include "config/config.h"

/*
 * Prefix and string as one in quotes, with everything escaped that would end it or mean something
 * else.
 */
void		 conf_text_string(FILE *, const char *prefix, const char *);
/*
 * Reads such a text. Since the program made it, what is wrong with it came from the command line:
 * NULL, with the first mistake in one line on standard error.
 */
struct config	*conf_text_parse(const char *text);

#endif
