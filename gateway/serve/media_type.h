/* Content types by the ending of a file's name. */
#ifndef MEDIA_TYPE_H
#define MEDIA_TYPE_H

#include "base/slice.h"

/* Text says that it is UTF-8; "application/octet-stream" for what nobody knows. */
const char	*media_type_of(struct slice name);

#endif
