/*
 * What can only be seen when everything has been read: addresses that are taken twice, routes that
 * can never match, what is used by nobody.
 */
#ifndef CHECK_H
#define CHECK_H

#include "config/read.h"

/* root: the tree that the configuration was read from. */
void	check_config(struct read *, const struct node *root);

#endif
