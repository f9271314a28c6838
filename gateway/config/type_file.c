#include "config/type.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slice.h"
#include "config/print.h"
#include "config/read.h"

enum { TYPE_PEM = 1024 * 1024 };	/* no certificate chain is longer */

static bool type_path_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	if (!read_is_text(node))
		return false;
	*(const char **)schema_member(key, base) = read_path(r, node, node->string);
	return true;
}

static void type_path_print(FILE *f, const struct schema_key *key, const void *base)
{
	print_string(f, *(const char *const *)schema_value(key, base));
}

/* Can it be read? The error of errno, in words; NULL: it can. text: its beginning, or NULL. */
static const char *type_file_fault(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	const char *why = fd < 0 ? strerror(errno) : NULL;
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)))
		why = "this is no regular file";
	if (why == NULL && text && (*text = calloc(1, TYPE_PEM + 1)) != NULL) {
		size_t n = 0;
		ssize_t got;
		while (n < TYPE_PEM && (got = read(fd, *text + n, TYPE_PEM - n)) > 0)
			n += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	return why;
}

static bool type_file_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	const char *path, *why;

	if (!type_path_read(r, key, node, base))
		return false;
	path = *(const char **)schema_member(key, base);
	why = path ? type_file_fault(path, NULL) : NULL;
	if (why)
		notice_error(r->notice, &node->value, "cannot read '%s': %s", path, why);
	return true;
}

/* Either a file or a directory. */
static bool type_entry_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	const char *path;

	if (!type_path_read(r, key, node, base))
		return false;
	path = *(const char **)schema_member(key, base);
	if (path && access(path, R_OK) != 0)
		notice_error(r->notice, &node->value, "cannot read '%s': %s", path,
		    strerror(errno));
	return true;
}

static bool type_directory_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const char *path;
	struct stat st;

	if (!type_path_read(r, key, node, base))
		return false;
	path = *(const char **)schema_member(key, base);
	if (path == NULL)
		return true;
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (access(path, R_OK | X_OK) == 0)
		return true;
	notice_error(r->notice, &node->value, "cannot serve '%s': %s", path, strerror(errno));
	return true;
}

/* A word, or a path that looks like one, so that a misspelt word makes no file. */
static bool type_sink_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	if (read_is_text(node) && strchr(node->string, '/') != NULL)
		return type_path_read(r, key, node, base);
	return type_word_text.read(r, key, node, base);
}

static bool type_pem_has(const char *text, const char *label)
{
	const char *begin = strstr(text, "-----BEGIN ");

	for (; begin; begin = strstr(begin + 1, "-----BEGIN ")) {
		const char *end = strchr(begin, '\n'), *found = strstr(begin, label);
		if (found && (end == NULL || found < end))
			return true;
	}
	return false;
}

static const char type_pair_hint[] =
    "; if that is in another file: { cert = \"...\"; key = \"...\"; }";

/* One PEM file that must hold all of these; what it misses is said. */
static void type_pem_check(struct read *r, const struct node *node, const char *path, bool cert,
    bool key)
{
	char *text = NULL;
	const char *why = type_file_fault(path, &text);

	if (why)
		notice_error(r->notice, &node->value, "cannot read '%s': %s", path, why);
	else if (text == NULL)
		notice_no_memory(r->notice);
	else if (cert && !type_pem_has(text, "CERTIFICATE-----"))
		notice_error(r->notice, &node->value, "'%s' holds no certificate in PEM form",
		    path);
	else if (key && !type_pem_has(text, "PRIVATE KEY-----"))
		notice_error(r->notice, &node->value, "'%s' holds no private key in PEM form%s",
		    path, cert ? type_pair_hint : "");
	free(text);
}

/* A chain and its key, in one file or two. */
static void type_certificate(struct read *r, struct config_certificate *c, const struct node *cert,
    const struct node *key, const char *path)
{
	c->place = (struct config_place){cert->value.source->name, cert->value.line};
	c->cert = c->key = path;
	if (key)
		c->key = read_path(r, key, key->string);
	if (c->cert == NULL || c->key == NULL)
		return;
	type_pem_check(r, cert, c->cert, true, key == NULL);
	if (key)
		type_pem_check(r, key, c->key, false, true);
}

/* How many certificates one element stands for. found: a glob's, to be freed. */
static size_t type_certificate_count(struct read *r, const struct node *node, glob_t *found)
{
	const char *path;

	*found = (glob_t){.gl_pathc = 0};
	if (node->kind != NODE_STRING || strpbrk(node->string, "*?[") == NULL)
		return 1;
	path = read_path(r, node, node->string);
	if (path == NULL)
		return 0;
	if (glob(path, 0, NULL, found) != 0)
		notice_error(r->notice, &node->value, "no file matches '%s'", path);
	return found->gl_pathc;
}

static bool type_pair_is_good(struct read *r, const struct schema_key *key, const struct node *node,
    const struct node **cert, const struct node **pem)
{
	*cert = node_find(node, "cert");
	*pem = node_find(node, "key");
	for (const struct node *n = node->first; n; n = n->next)
		if (!n->bad && (n == *cert || n == *pem) && !read_is_text(n))
			read_expected(r, key, n, "the path of a PEM file", NULL);
		else if (n != *cert && n != *pem)
			notice_error(r->notice, &n->place, "unknown key '%s'; "
			    "a certificate has 'cert' and 'key'", n->name);
	if (*cert == NULL && !r->broken)
		notice_error(r->notice, &node->value, "this certificate has no 'cert'");
	return *cert && read_is_text(*cert) && (*pem == NULL || read_is_text(*pem));
}

/* Room for one more. */
static struct config_certificate *type_certificates_push(struct read *r, struct config_tls *tls)
{
	size_t n = tls->n_certificates;

	if ((n & (n - 1)) == 0) {	/* none, or a power of two: full */
		struct config_certificate *more = read_alloc(r, (n ? 2 * n : 1) * sizeof(*more));
		if (more == NULL)
			return NULL;
		if (n)
			memcpy(more, tls->certificates, n * sizeof(*more));
		tls->certificates = more;
	}
	return &tls->certificates[tls->n_certificates++];
}

static void type_certificates_add(struct read *r, const struct schema_key *key,
    const struct node *node, struct config_tls *tls)
{
	const struct node *cert = node, *pem = NULL;
	struct config_certificate *c;
	glob_t found;

	if (node->bad)
		return;
	if (node->kind == NODE_GROUP) {
		if (!type_pair_is_good(r, key, node, &cert, &pem))
			return;
	} else if (!read_is_text(node)) {
		read_wrong(r, key, node, NULL);
		return;
	}
	size_t n = type_certificate_count(r, cert, &found);
	for (size_t i = 0; i < n && (c = type_certificates_push(r, tls)) != NULL; i++) {
		const char *path = found.gl_pathc
		    ? read_copy(r, slice_of(found.gl_pathv[i])) : read_path(r, cert, cert->string);
		type_certificate(r, c, cert, pem, path);
	}
	globfree(&found);
}

static bool type_certificates_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	if (node->kind != NODE_LIST) {
		type_certificates_add(r, key, node, base);
		return true;
	}
	if (node->n == 0)
		read_empty(r, key, node);
	for (const struct node *e = node->first; e; e = e->next)
		type_certificates_add(r, key, e, base);
	return true;
}

static void type_certificates_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_tls *tls = base;

	(void)key;
	fputs("(", f);
	for (size_t i = 0; i < tls->n_certificates; i++) {
		const struct config_certificate *c = &tls->certificates[i];
		fputs(i ? ", " : " ", f);
		if (strcmp(c->cert, c->key) == 0) {
			print_string(f, c->cert);
			continue;
		}
		fputs("{ cert = ", f);
		print_string(f, c->cert);
		fputs("; key = ", f);
		print_string(f, c->key);
		fputs("; }", f);
	}
	fputs(" )", f);
}

const struct schema_type type_path = {
	.name = "path",
	.expects = "a path",
	.literal = NODE_STRING,
	.read = type_path_read,
	.print = type_path_print,
};

const struct schema_type type_file = {
	.name = "path",
	.expects = "the path of a file",
	.literal = NODE_STRING,
	.read = type_file_read,
	.print = type_path_print,
};

const struct schema_type type_entry = {
	.name = "path",
	.expects = "the path of a file or directory",
	.literal = NODE_STRING,
	.read = type_entry_read,
	.print = type_path_print,
};

const struct schema_type type_directory = {
	.name = "path",
	.expects = "the path of a directory",
	.literal = NODE_STRING,
	.read = type_directory_read,
	.print = type_path_print,
};

const struct schema_type type_sink = {
	.name = "word or path",
	.expects = "one of its words or a path with a '/'",
	.literal = NODE_STRING,
	.read = type_sink_read,
	.print = type_path_print,
};

const struct schema_type type_certificates = {
	.name = "list of paths or of pairs",
	.expects = "the path of a PEM file, or { cert = \"...\"; key = \"...\"; }",
	.literal = NODE_STRING,
	.list = true,
	.read = type_certificates_read,
	.print = type_certificates_print,
};
