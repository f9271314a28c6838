/* Content types by the ending of a file's name. */
#ifndef MEDIA_TYPE_H
#define MEDIA_TYPE_H

#include <stdbool.h>

#include "base/slice.h"

struct media_type {
	const char	*ending;	/* NULL: of what nobody knows */
	const char	*type;		/* text says that it is UTF-8 */
	bool		 packed;	/* compressed by itself: no coding makes it shorter */
};

/* Never NULL: "application/octet-stream" for what nobody knows. */
const struct media_type	*media_type_of(struct slice name);

#endif
