#include "serve/media_type.h"

#include <string.h>

#define UTF8 "; charset=utf-8"

static const struct media_type media_types[] = {
	{"html", "text/html" UTF8, false},
	{"htm", "text/html" UTF8, false},
	{"xhtml", "application/xhtml+xml", false},
	{"css", "text/css" UTF8, false},
	{"js", "text/javascript" UTF8, false},
	{"mjs", "text/javascript" UTF8, false},
	{"cjs", "text/javascript" UTF8, false},
	{"json", "application/json", false},
	{"jsonld", "application/ld+json", false},
	{"map", "application/json", false},
	{"webmanifest", "application/manifest+json", false},
	{"geojson", "application/geo+json", false},
	{"xml", "application/xml", false},
	{"xsl", "application/xslt+xml", false},
	{"xslt", "application/xslt+xml", false},
	{"atom", "application/atom+xml", false},
	{"rss", "application/rss+xml", false},
	{"txt", "text/plain" UTF8, false},
	{"text", "text/plain" UTF8, false},
	{"log", "text/plain" UTF8, false},
	{"md", "text/markdown" UTF8, false},
	{"csv", "text/csv" UTF8, false},
	{"tsv", "text/tab-separated-values" UTF8, false},
	{"ics", "text/calendar" UTF8, false},
	{"vcf", "text/vcard" UTF8, false},
	{"vtt", "text/vtt" UTF8, false},
	{"yaml", "application/yaml", false},
	{"yml", "application/yaml", false},
	{"toml", "application/toml", false},
	{"svg", "image/svg+xml", false},
	{"png", "image/png", true},
	{"apng", "image/apng", true},
	{"jpg", "image/jpeg", true},
	{"jpeg", "image/jpeg", true},
	{"gif", "image/gif", true},
	{"webp", "image/webp", true},
	{"avif", "image/avif", true},
	{"bmp", "image/bmp", false},
	{"ico", "image/x-icon", false},
	{"tif", "image/tiff", false},
	{"tiff", "image/tiff", false},
	{"woff", "font/woff", true},
	{"woff2", "font/woff2", true},
	{"ttf", "font/ttf", false},
	{"otf", "font/otf", false},
	{"eot", "application/vnd.ms-fontobject", false},
	{"mp3", "audio/mpeg", true},
	{"ogg", "audio/ogg", true},
	{"oga", "audio/ogg", true},
	{"opus", "audio/ogg", true},
	{"wav", "audio/wav", false},
	{"flac", "audio/flac", true},
	{"m4a", "audio/mp4", true},
	{"aac", "audio/aac", true},
	{"weba", "audio/webm", true},
	{"mp4", "video/mp4", true},
	{"m4v", "video/mp4", true},
	{"webm", "video/webm", true},
	{"ogv", "video/ogg", true},
	{"mov", "video/quicktime", true},
	{"mpeg", "video/mpeg", true},
	{"ts", "video/mp2t", false},
	{"m3u8", "application/vnd.apple.mpegurl", false},
	{"pdf", "application/pdf", false},
	{"wasm", "application/wasm", false},
	{"zip", "application/zip", true},
	{"gz", "application/gzip", true},
	{"bz2", "application/x-bzip2", true},
	{"xz", "application/x-xz", true},
	{"zst", "application/zstd", true},
	{"7z", "application/x-7z-compressed", true},
	{"tar", "application/x-tar", false},
	{"tgz", "application/gzip", true},
	{"jar", "application/java-archive", true},
	{"rtf", "application/rtf", false},
	{"epub", "application/epub+zip", true},
	{"odt", "application/vnd.oasis.opendocument.text", true},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet", true},
	{"odp", "application/vnd.oasis.opendocument.presentation", true},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", true},
};

const struct media_type *media_type_of(struct slice name)
{
	static const struct media_type unknown = {NULL, "application/octet-stream", false};
	const char *dot = name.n > 0 ? memrchr(name.p, '.', name.n) : NULL;
	struct slice ending = {NULL, 0};

	if (dot)
		ending = (struct slice){dot + 1, name.n - (size_t)(dot + 1 - name.p)};
	for (size_t i = 0; i < sizeof(media_types) / sizeof(media_types[0]); i++)
		if (slice_ieq(slice_of(media_types[i].ending), ending))
			return &media_types[i];
	return &unknown;
}
