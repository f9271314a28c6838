#include "framing/framing.h"

const struct framer *const framing_table[] = {
	&framing_binary,
	&framing_text,
	&framing_line,
	&framing_crlf,
	&framing_nul,
	&framing_length8,
	&framing_length16be,
	&framing_length16le,
	&framing_length32be,
	&framing_length32le,
	&framing_length64be,
	&framing_length64le,
	&framing_netstring,
	&framing_base64,
};

const size_t framing_count = sizeof(framing_table) / sizeof(framing_table[0]);

const struct framer *framing_find(struct slice name)
{
	for (size_t i = 0; i < framing_count; i++)
		if (slice_eq(name, slice_of(framing_table[i]->name)))
			return framing_table[i];
	return NULL;
}
