/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "app/marketplace/avb-trust.h"
#include "sdk/avx-market/market-work.h"

#define ROOT_DAYS 365
#define CATALOG_DAYS 30
#define TIMESTAMP_DAYS 7

static const char usage[]
    = "avx-market: makes, signs and checks a marketplace of extensions for Alpha VBox\n"
      "\n"
      "  avx-market init WORK [--title TEXT]         a marketplace's private folder, with its keys and its first root\n"
      "  avx-market key FILE                         a key pair, for a publisher; prints its public part\n"
      "  avx-market add WORK PACKAGE… [--key FILE]   takes in packages; signed by FILE, else PACKAGE.sig is beside each\n"
      "  avx-market build WORK TREE                  writes the tree that everybody can read\n"
      "  avx-market timestamp WORK TREE              only a new timestamp: at least once a week\n"
      "  avx-market rotate WORK root|catalog|timestamp|none   the next root, with a new key; none: only a new term\n"
      "  avx-market revoke WORK ID --reason TEXT [--versions RANGE] [--sha256 HASH] [--severity WORD]\n"
      "  avx-market sign FILE --key KEY              adds a signature to a metadata file\n"
      "  avx-market fingerprints ROOT                what users compare when they add it: those of its root keys\n"
      "  avx-market check TREE --root FILE           looks at all of it as the program would\n"
      "  avx-market make TREE --root FILE PACKAGE…   all in one, with keys that are thrown away: for builds\n"
      "\n"
      "  --date TIME (2026-11-28T12:00:00Z; else $SOURCE_DATE_EPOCH, else now), --released TIME,\n"
      "  --days N, --root-days N (365), --catalog-days N (30), --timestamp-days N (7)\n";

typedef struct {
  char *title;
  char *date;
  char *released;
  char *key;
  char *root;
  char *reason;
  char *versions;
  char *sha256;
  char *severity;
  int   days;
  int   root_days;
  int   catalog_days;
  int   timestamp_days;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->title);
  g_free (self->date);
  g_free (self->released);
  g_free (self->key);
  g_free (self->root);
  g_free (self->reason);
  g_free (self->versions);
  g_free (self->sha256);
  g_free (self->severity);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
get_now (const char *text, gint64 *now, GError **error)
{
  const char *epoch = g_getenv ("SOURCE_DATE_EPOCH");

  *now = g_get_real_time () / G_USEC_PER_SEC;
  if (text != NULL)
    return avb_metadata_parse_time (text, now) || market_fail (error, "“%s” is no time", text);
  if (epoch != NULL && *epoch != '\0')
    *now = g_ascii_strtoll (epoch, NULL, 10);
  return TRUE;
}

static guint
get_days (const Options *options, int own, guint usual)
{
  return own > 0 ? (guint) own : options->days > 0 ? (guint) options->days : usual;
}

/* --- commands: @arguments are what follows the command --- */

static gboolean
run_key (char **arguments, const Options *options, GError **error)
{
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autofree char *text = avb_public_key_dup_text (avb_signing_key_get_public (key));

  if (!avb_signing_key_save (key, arguments[0], error))
    return FALSE;
  g_print ("%s\n", text);
  return TRUE;
}

static gboolean
run_init (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = NULL;
  gint64 now;

  if (!get_now (options->date, &now, error))
    return FALSE;
  work = market_work_init (arguments[0], options->title != NULL ? options->title : "Extensions", now,
                           get_days (options, options->root_days, ROOT_DAYS), error);
  return work != NULL;
}

static gboolean
add_all (MarketWork *work, char **packages, AvbSigningKey *key, gint64 released, GError **error)
{
  for (guint i = 0; packages[i] != NULL; i++)
    if (!market_work_add (work, packages[i], key, released, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_add (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = market_work_open (arguments[0], error);
  g_autoptr (AvbSigningKey) key = NULL;
  gint64 released;

  if (work == NULL || !get_now (options->released != NULL ? options->released : options->date, &released, error))
    return FALSE;
  if (options->key != NULL && (key = avb_signing_key_load (options->key, error)) == NULL)
    return FALSE;
  return add_all (work, arguments + 1, key, released, error);
}

static gboolean
build (MarketWork *work, const char *tree, const Options *options, gint64 now, GError **error)
{
  return market_work_build (work, tree, now, get_days (options, options->catalog_days, CATALOG_DAYS),
                            get_days (options, options->timestamp_days, TIMESTAMP_DAYS), error);
}

static gboolean
run_build (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = market_work_open (arguments[0], error);
  gint64 now;

  return work != NULL && get_now (options->date, &now, error) && build (work, arguments[1], options, now, error);
}

static gboolean
run_timestamp (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = market_work_open (arguments[0], error);
  gint64 now;

  return work != NULL && get_now (options->date, &now, error) &&
         market_work_timestamp (work, arguments[1], now, get_days (options, options->timestamp_days, TIMESTAMP_DAYS), error);
}

static gboolean
run_rotate (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = market_work_open (arguments[0], error);
  gint64 now;

  return work != NULL && get_now (options->date, &now, error) &&
         market_work_rotate (work, arguments[1], now, get_days (options, options->root_days, ROOT_DAYS), error);
}

static gboolean
run_revoke (char **arguments, const Options *options, GError **error)
{
  g_autoptr (MarketWork) work = market_work_open (arguments[0], error);
  gint64 now;

  if (work == NULL || !get_now (options->date, &now, error))
    return FALSE;
  if (options->reason == NULL)
    return market_fail (error, "Say why: --reason TEXT");
  return market_work_revoke (work, arguments[1], options->versions, options->sha256, options->reason,
                             options->severity != NULL ? options->severity : "high", now, error);
}

static gboolean
run_sign (char **arguments, const Options *options, GError **error)
{
  g_autoptr (GBytes) bytes = market_read (arguments[0], error);
  g_autoptr (AvbEnvelope) envelope = bytes != NULL ? avb_envelope_parse (bytes, AVB_METADATA_MAX_CATALOG, error) : NULL;
  g_autoptr (AvbSigningKey) key = NULL;
  g_autoptr (GBytes) signed_bytes = NULL;

  if (envelope == NULL)
    return FALSE;
  if (options->key == NULL)
    return market_fail (error, "Say with which key: --key FILE");
  key = avb_signing_key_load (options->key, error);
  if (key == NULL)
    return FALSE;
  avb_envelope_sign (envelope, key);
  signed_bytes = avb_envelope_to_bytes (envelope);
  return market_write (arguments[0], signed_bytes, error);
}

static gboolean
run_check (char **arguments, const Options *options, GError **error)
{
  gint64 now;

  if (options->root == NULL)
    return market_fail (error, "Say which root is trusted: --root FILE");
  return get_now (options->date, &now, error) && market_check (arguments[0], options->root, now, error);
}

static gboolean
run_fingerprints (char **arguments, const Options *options, GError **error)
{
  g_autoptr (GBytes) bytes = market_read (arguments[0], error);
  g_autoptr (AvbTrust) trust = bytes != NULL ? avb_trust_new (bytes, 0, 0, error) : NULL;
  AvbRoot *root;

  if (trust == NULL)
    return FALSE;
  root = avb_trust_get_root (trust);
  for (guint i = 0; i < root->root->keys->len; i++)
    {
      g_autofree char *fingerprint = avb_public_key_dup_fingerprint (g_ptr_array_index (root->root->keys, i));

      g_print ("%s\n", fingerprint);
    }
  return TRUE;
}

static gboolean
make (const char *folder, char **arguments, const Options *options, gint64 now, GError **error)
{
  g_autoptr (AvbSigningKey) publisher = avb_signing_key_generate ();
  g_autoptr (MarketWork) work = market_work_init (folder, options->title != NULL ? options->title : "Extensions", now,
                                                  get_days (options, options->root_days, ROOT_DAYS), error);
  g_autofree char *path = work != NULL ? market_work_path (work, "roots", "1.root.json") : NULL;
  g_autoptr (GBytes) root = NULL;

  if (work == NULL || !add_all (work, arguments + 1, publisher, now, error))
    return FALSE;
  /* One made before, by other keys, is none of this one. */
  market_remove (arguments[0]);
  if (!build (work, arguments[0], options, now, error))
    return FALSE;
  root = market_read (path, error);
  return root != NULL && market_write (options->root, root, error);
}

static gboolean
run_make (char **arguments, const Options *options, GError **error)
{
  g_autofree char *folder = NULL;
  gboolean done;
  gint64 now;

  if (options->root == NULL)
    return market_fail (error, "Say where the root is to be written: --root FILE");
  if (!get_now (options->date, &now, error) || (folder = g_dir_make_tmp ("avx-market-XXXXXX", error)) == NULL)
    return FALSE;
  done = make (folder, arguments, options, now, error);
  market_remove (folder);
  return done;
}

static const struct {
  const char *name;
  guint       n_arguments; /* at least */
  gboolean    more;
  gboolean (*run) (char **arguments, const Options *options, GError **error);
} commands[] = {
  { "add", 2, TRUE, run_add },         { "build", 2, FALSE, run_build },   { "check", 1, FALSE, run_check },
  { "fingerprints", 1, FALSE, run_fingerprints },
  { "init", 1, FALSE, run_init },      { "key", 1, FALSE, run_key },       { "make", 1, TRUE, run_make },
  { "revoke", 2, FALSE, run_revoke },  { "rotate", 2, FALSE, run_rotate }, { "sign", 1, FALSE, run_sign },
  { "timestamp", 2, FALSE, run_timestamp },
};

static gboolean
run (char **arguments, const Options *options, GError **error)
{
  guint n = g_strv_length (arguments);

  for (guint i = 0; n > 0 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (arguments[0], commands[i].name))
      {
        if (n - 1 < commands[i].n_arguments || (n - 1 > commands[i].n_arguments && !commands[i].more))
          return market_fail (error, "“%s” has other arguments: see avx-market --help", arguments[0]);
        return commands[i].run (arguments + 1, options, error);
      }
  return market_fail (error, "%s", usage);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND ARGUMENT…");
  const GOptionEntry entries[] = {
    { "title", 0, 0, G_OPTION_ARG_STRING, &options.title, NULL, "TEXT" },
    { "date", 0, 0, G_OPTION_ARG_STRING, &options.date, NULL, "TIME" },
    { "released", 0, 0, G_OPTION_ARG_STRING, &options.released, NULL, "TIME" },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options.key, NULL, "FILE" },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root, NULL, "FILE" },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, NULL, "TEXT" },
    { "versions", 0, 0, G_OPTION_ARG_STRING, &options.versions, NULL, "RANGE" },
    { "sha256", 0, 0, G_OPTION_ARG_STRING, &options.sha256, NULL, "HASH" },
    { "severity", 0, 0, G_OPTION_ARG_STRING, &options.severity, NULL, "WORD" },
    { "days", 0, 0, G_OPTION_ARG_INT, &options.days, NULL, "N" },
    { "root-days", 0, 0, G_OPTION_ARG_INT, &options.root_days, NULL, "N" },
    { "catalog-days", 0, 0, G_OPTION_ARG_INT, &options.catalog_days, NULL, "N" },
    { "timestamp-days", 0, 0, G_OPTION_ARG_INT, &options.timestamp_days, NULL, "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, usage);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("avx-market: %s\n", error->message);
      return 2;
    }
  if (arguments == NULL)
    {
      g_printerr ("%s", usage);
      return 2;
    }
  if (run (arguments, &options, &error))
    return EXIT_SUCCESS;
  g_printerr ("avx-market: %s\n", error->message);
  return EXIT_FAILURE;
}
