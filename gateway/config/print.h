/*
 * Text as it stands in a configuration file.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdio.h>

void	print_text(FILE *, const char *);		/* escaped, to stand in quotes */
void	print_string(FILE *, const char *);		/* escaped, in quotes */
/* A list of strings, element by element; then its end. */
void	print_element(FILE *, size_t index, const char *);
void	print_list_end(FILE *, size_t n);

#endif
