/*
 * `static`: the files of a directory. GET and HEAD; conditional requests and ranges, several at
 * once, too (RFC 9110 sections 13 and 14); precompressed twins by Accept-Encoding. What is in
 * memory is served at once; what would have to be waited for is opened and read by other threads
 * (loop/errand). Nothing outside of the directory is ever opened, whatever a path spells and
 * wherever a symbolic link points. Hidden files ("." in front) are not there, but .well-known.
 */
#ifndef SERVE_FILES_H
#define SERVE_FILES_H

#include "http/exchange.h"

extern const struct handler serve_files_handler;

#endif
