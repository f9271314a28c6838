/*
 * Files to be served, and around them others that must not be:
 *
 *	secret
 *	web/index.html		"index\n"
 *	web/empty.txt
 *	web/large.bin		FILE_TREE_LARGE bytes
 *	web/a b.txt		"blank\n"
 *	web/.hidden, web/.well-known/token
 *	web/fifo
 *	web/unreadable
 *	web/sub/index.html	"sub\n"
 *	web/sub/deep/file.txt	"deep\n"; no index
 *	web/inside		→ sub/deep/file.txt
 *	web/out_relative	→ ../secret
 *	web/out_absolute	→ the same, absolute
 *	web/out_dir		→ ..
 *	web/loop		→ loop
 */
#ifndef FILE_TREE_H
#define FILE_TREE_H

#include <stddef.h>

enum { FILE_TREE_LARGE = 200 * 1024 + 17 };

void	file_tree_make(void);
/* web/swap/there/secret "good\n", and web/swap/link → ../.. */
void	file_tree_add_swap(void);
/* web/coded: an index with a twin; dir.txt and out.txt, whose twins are none. */
void	file_tree_add_coded(void);
void	file_tree_add(const char *name, const char *text);
void	file_tree_remove(void);
void	file_tree_path(char *out, size_t size, const char *name);
/* Sets a file's time of modification. */
void	file_tree_touch(const char *name, long seconds);
char	file_tree_large(size_t at);	/* the byte there in large.bin */

#endif
