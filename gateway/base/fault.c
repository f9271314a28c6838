#include "base/fault.h"

struct fault_row {
	const char	*name, *text;
	int		 http, ws;
	enum log_level	 level;
};

static const struct fault_row fault_table[FAULT_COUNT] = {
	[FAULT_NONE] = {"NONE", "no fault", 200, 1000, LOG_LEVEL_DEBUG},
#define FAULT(name, http, ws, level, text) \
	[FAULT_##name] = {#name, text, http, ws, LOG_LEVEL_##level},
#include "base/fault.def"
#undef FAULT
};

const char *fault_name(enum fault f)
{
	return fault_table[f].name;
}

const char *fault_text(enum fault f)
{
	return fault_table[f].text;
}

int fault_http(enum fault f)
{
	return fault_table[f].http;
}

int fault_ws(enum fault f)
{
	return fault_table[f].ws;
}

enum log_level fault_level(enum fault f)
{
	return fault_table[f].level;
}
