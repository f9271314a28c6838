/* What a dump says of an item: for who compares items. */
#ifndef CONFIG_DUMP_H
#define CONFIG_DUMP_H

#include "config/schema.h"

/* Has the key something to say about this item? */
bool	config_dump_has(const struct schema_key *, const void *base);

#endif
