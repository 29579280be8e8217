/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <libdex.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "sdk/avx/avx.h"

static const char usage[]
    = "avx: makes extensions for Alpha VBox\n"
      "\n"
      "  avx new python|go|rust|content FOLDER --id ID [--publisher NAME]\n"
      "                                    a new extension that works, to begin with\n"
      "  avx check [FOLDER] [--strict]     whether it can be published; --strict: warnings count too\n"
      "  avx run [FOLDER] [CALL…]          starts it in its sandbox beside a made-up program, and shows every message\n"
      "  avx pack [FOLDER] [-o FILE]       the package, the same bytes for the same files\n"
      "  avx show PACKAGE                  what is in a package, and who signed it\n"
      "  avx unpack PACKAGE FOLDER         what is in it, as files\n"
      "  avx key FILE                      a publisher's key pair; prints its public part\n"
      "  avx sign PACKAGE --key FILE       signs it: PACKAGE.sig\n"
      "  avx publish PACKAGE… --market FOLDER --tree FOLDER\n"
      "                                    takes signed packages into a marketplace (see avx-market init)\n"
      "\n"
      "A CALL of `avx run` is one argument, else they are lines of standard input:\n"
      "  METHOD [JSON]                     calls it: 'command/run {\"command\":\"hello\"}'\n"
      "  cancel SECONDS METHOD [JSON]      calls it, and cancels it after a while\n"
      "  wait SECONDS                      lets it work\n"
      "\n"
      "  --world FILE    machines and what else `avx run` makes up (see docs/extensions/avx.md)\n"
      "  --deny ID       a permission that is not granted; may be repeated\n"
      "  --role ROLE     viewer, operator or administrator\n"
      "  --data FOLDER   what the extension keeps; else it is thrown away\n"
      "  --trace FILE    the messages as JSON, a line each\n"
      "\n"
      "Ends with 0: all went well; 1: something was found or failed; 2: it was called in a wrong way; 3: this system cannot\n"
      "do it.\n";

int
avx_fail (GError **error, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_propagate_error (error, g_error_new_valist (AVX_ERROR, AVX_FAILED, format, list));
  va_end (list);
  return AVX_FAILED;
}

JsonNode *
avx_load_json (const char *path, gsize max, GError **error)
{
  g_autofree char *text = NULL;
  JsonNode *node;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  node = avb_json_parse (text, length, max, error);
  if (node == NULL)
    avb_json_prefix_error (error, "%s", path);
  return node;
}

char *
avx_find_pack (const char *folder, GError **error)
{
  g_autofree char *inner = g_build_filename (folder, "pack", NULL);
  g_autofree char *in_inner = g_build_filename (inner, AVB_EXTENSION_MANIFEST_NAME, NULL);
  g_autofree char *in_folder = g_build_filename (folder, AVB_EXTENSION_MANIFEST_NAME, NULL);

  if (g_file_test (in_folder, G_FILE_TEST_IS_REGULAR))
    return g_strdup (folder);
  if (g_file_test (in_inner, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&inner);
  avx_fail (error, "%s: there is no " AVB_EXTENSION_MANIFEST_NAME " here, nor in its folder “pack”", folder);
  return NULL;
}

AvbExtensionManifest *
avx_load_manifest (const char *pack, GError **error)
{
  g_autofree char *path = g_build_filename (pack, AVB_EXTENSION_MANIFEST_NAME, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  bytes = g_bytes_new_take (text, length);
  return avb_extension_manifest_new_from_bytes (bytes, error);
}

static const struct {
  const char *name;
  guint       min;
  guint       max;
  int (*run) (char **arguments, const AvxOptions *options, GError **error);
} commands[] = {
  { "check", 0, 1, avx_check },       { "key", 1, 1, avx_key },   { "new", 2, 2, avx_new },   { "pack", 0, 1, avx_pack },
  { "publish", 1, 1000, avx_publish }, { "run", 0, 1000, avx_run }, { "show", 1, 1, avx_show }, { "sign", 1, 1, avx_sign },
  { "unpack", 2, 2, avx_unpack },
};

static int
run (char **arguments, const AvxOptions *options, GError **error)
{
  guint n = g_strv_length (arguments);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (!g_str_equal (arguments[0], commands[i].name))
        continue;
      if (n - 1 >= commands[i].min && n - 1 <= commands[i].max)
        return commands[i].run (arguments + 1, options, error);
      avx_fail (error, "“avx %s” takes other arguments: see avx --help", arguments[0]);
      return AVX_USAGE;
    }
  avx_fail (error, "there is no command “%s”: see avx --help", arguments[0]);
  return AVX_USAGE;
}

static void
options_clear (AvxOptions *self)
{
  g_free (self->id);
  g_free (self->publisher);
  g_free (self->output);
  g_free (self->key);
  g_free (self->market);
  g_free (self->tree);
  g_free (self->world);
  g_free (self->role);
  g_free (self->data);
  g_free (self->trace);
  g_strfreev (self->deny);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvxOptions, options_clear)

int
main (int argc, char **argv)
{
  g_auto (AvxOptions) options = { 0 };
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND ARGUMENT…");
  gboolean help = FALSE;
  gboolean version = FALSE;
  int end;
  const GOptionEntry entries[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, NULL, NULL },
    { "id", 0, 0, G_OPTION_ARG_STRING, &options.id, NULL, "ID" },
    { "publisher", 0, 0, G_OPTION_ARG_STRING, &options.publisher, NULL, "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, NULL, "FILE" },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options.key, NULL, "FILE" },
    { "market", 0, 0, G_OPTION_ARG_FILENAME, &options.market, NULL, "FOLDER" },
    { "tree", 0, 0, G_OPTION_ARG_FILENAME, &options.tree, NULL, "FOLDER" },
    { "world", 0, 0, G_OPTION_ARG_FILENAME, &options.world, NULL, "FILE" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &options.role, NULL, "ROLE" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data, NULL, "FOLDER" },
    { "deny", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.deny, NULL, "ID" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace, NULL, "FILE" },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &options.strict, NULL, NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  setlocale (LC_ALL, "");
  dex_init ();
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("avx: %s\n", error->message);
      return AVX_USAGE;
    }
  if (version)
    g_print ("avx %s\n", AVB_VERSION);
  else if (help)
    g_print ("%s", usage);
  else if (arguments == NULL)
    g_printerr ("%s", usage);
  if (version || help || arguments == NULL)
    return version || help ? AVX_OK : AVX_USAGE;
  end = run (arguments, &options, &error);
  if (error != NULL)
    g_printerr ("avx: %s\n", error->message);
  return end;
}
