#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

enum fault log_configure(const struct log_settings *settings)
{
	(void)settings;
	return FAULT_NONE;
}

void log_reopen(void)
{
}

void log_flush(void)
{
}

bool log_wanted(enum log_level level)
{
	return level <= LOG_LEVEL_INFO;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (!log_wanted(level))
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void log_fault(enum fault f, const char *context, ...)
{
	va_list ap;

	if (!log_wanted(fault_level(f)))
		return;
	va_start(ap, context);
	vfprintf(stderr, context, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", fault_text(f));
}

void log_fault_words(enum fault f, const char *fmt, ...)
{
	va_list ap;

	if (!log_wanted(fault_level(f)))
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
