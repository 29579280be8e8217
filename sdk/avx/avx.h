/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "app/extensions/avb-extension-manifest.h"

G_BEGIN_DECLS

/* How avx ends. */
#define AVX_OK 0
#define AVX_FAILED 1
#define AVX_USAGE 2
#define AVX_UNSUPPORTED 3 /* this system cannot do it */

#define AVX_ERROR (g_quark_from_static_string ("avx-error"))

/* What was given on the command line. */
typedef struct {
  char    *id;
  char    *publisher;
  char    *output;
  char    *key;
  char    *market;
  char    *tree;
  char    *world;
  char    *role;
  char    *data;
  char   **deny;
  char    *trace;
  gboolean strict;
} AvxOptions;

/* Commands; @arguments are what follows the command's name. They return how avx is to end, with @error unless they have said
 * why themselves. */
int avx_new     (char **arguments, const AvxOptions *options, GError **error);
int avx_check   (char **arguments, const AvxOptions *options, GError **error);
int avx_run     (char **arguments, const AvxOptions *options, GError **error);
int avx_pack    (char **arguments, const AvxOptions *options, GError **error);
int avx_show    (char **arguments, const AvxOptions *options, GError **error);
int avx_unpack  (char **arguments, const AvxOptions *options, GError **error);
int avx_key     (char **arguments, const AvxOptions *options, GError **error);
int avx_sign    (char **arguments, const AvxOptions *options, GError **error);
int avx_publish (char **arguments, const AvxOptions *options, GError **error);

/* Sets @error; always %AVX_FAILED. */
int avx_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* (transfer full) (nullable): the folder that becomes the package: @folder, or `pack` in it. */
char *avx_find_pack (const char *folder, GError **error);
/* (transfer full) (nullable) */
AvbExtensionManifest *avx_load_manifest (const char *pack, GError **error);
/* (transfer full) (nullable): the file as JSON */
JsonNode *avx_load_json (const char *path, gsize max, GError **error);

/**
 * AvxReport:
 *
 * What is found in a package, written to stderr as it is found.
 */
typedef struct {
  guint errors;
  guint warnings;
} AvxReport;

void avx_report_error   (AvxReport *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void avx_report_warning (AvxReport *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Looks at all of the folder @pack; (transfer full) (nullable): its manifest, where it can be read at all. */
AvbExtensionManifest *avx_check_pack  (const char *pack, AvxReport *report);
/* The files that it has: names, sizes, licence; and those that the manifest names. */
void                  avx_check_files (const char *pack, AvbExtensionManifest *manifest, AvxReport *report);

G_END_DECLS
