/*
 * The kinds of values that keys have: how each is written, read and printed again. The schema's
 * rows name them.
 */
#ifndef TYPE_H
#define TYPE_H

#include "config/schema.h"

/* type_plain.c: into bool, integers of 32 or 64 bits, enum, char * */
extern const struct schema_type type_flag, type_count, type_word, type_string, type_strings;
extern const struct schema_type type_word_text;	/* a word that is kept as char * */
extern const struct schema_type type_text;	/* a string that may be empty or hold anything */
extern const struct schema_type type_code;	/* a number out of a table of words */
extern const struct schema_type type_words;	/* several of the words: bits 1 << value */
/* type_measure.c: into uint64_t; modes into unsigned */
extern const struct schema_type type_drain;	/* a duration or "keep" */
extern const struct schema_type type_duration, type_size, type_mode, type_rate;
/* type_file.c: into char *, but certificates */
extern const struct schema_type type_path;	/* of a file that need not be there */
extern const struct schema_type type_file;	/* of a file that can be read */
extern const struct schema_type type_entry;	/* of a file or directory that can be read */
extern const struct schema_type type_directory, type_sink, type_certificates;
/* type_network.c */
extern const struct schema_type type_address;	/* one; into struct config_listener */
extern const struct schema_type type_bind, type_servers, type_networks, type_redirect_https;
/* type_match.c: what a request is compared with, into struct config_list, config_pairs, path */
extern const struct schema_type type_hosts, type_path_match, type_methods, type_pairs, type_origins,
    type_subprotocols, type_subprotocol_framings;
extern const struct schema_type type_path_prefix;	/* a path; into char * */
/* type_header.c: into struct config_fields, config_pairs, config_list */
extern const struct schema_type type_fields, type_removed;	/* of requests */
extern const struct schema_type type_answer_fields, type_answer_removed;
extern const struct schema_type type_asked, type_cors_methods;	/* of preflights */
/* type_template.c */
extern const struct schema_type type_template;
extern const struct schema_type type_preamble;	/* a template that may hold control characters */
extern const struct schema_type type_balance;	/* into balance and hash of struct config_backend */
/* type_group.c: into the item's own members, into an array of items, into a pointer to an item */
extern const struct schema_type type_group, type_collection, type_reference;
extern const struct schema_type type_defaults;
extern const struct schema_type type_include;	/* gone by the time that anything is read */

#endif
