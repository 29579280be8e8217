/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* avx pack, show, unpack, key, sign, publish. */

#include "config.h"

#include "sdk/avx/avx.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "app/extensions/avb-package.h"
#include "app/marketplace/avb-package-signature.h"
#include "sdk/avx-market/market-work.h"

#define CATALOG_DAYS 30
#define TIMESTAMP_DAYS 7

int
avx_pack (char **arguments, const AvxOptions *options, GError **error)
{
  g_autofree char *pack = avx_find_pack (arguments[0] != NULL ? arguments[0] : ".", error);
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (AvbPackage) package = NULL;
  g_autofree char *output = NULL;
  AvxReport found = { 0 };

  if (pack == NULL)
    return AVX_FAILED;
  manifest = avx_check_pack (pack, &found);
  if (found.errors > 0 || (options->strict && found.warnings > 0))
    return avx_fail (error, "it is not packed: %u errors, %u warnings", found.errors, found.warnings);
  output = options->output != NULL ? g_strdup (options->output)
                                   : g_strdup_printf ("%s-%s.avx", avb_extension_manifest_get_id (manifest),
                                                      avb_extension_manifest_get_version (manifest));
  if (!avb_package_write (pack, output, error) || (package = avb_package_read (output, NULL, NULL, NULL, error)) == NULL)
    return AVX_FAILED;
  g_print ("%s: %u files, %" G_GUINT64_FORMAT " bytes\nsha256 %s\n", output, avb_package_get_n_entries (package),
           avb_package_get_length (package), avb_package_get_sha256 (package));
  return AVX_OK;
}

/* Reads PACKAGE.sig and compares. %FALSE without @error: there is none. */
static gboolean
load_signature (const char *path, AvbPackage *package, AvbPackageSignature *signature, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".sig", NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_test (beside, G_FILE_TEST_EXISTS))
    return FALSE;
  if (!g_file_get_contents (beside, &text, &length, error) || !avb_package_signature_parse (signature, text, length, error))
    return FALSE;
  if (avb_package_signature_verify (signature, avb_package_get_sha256 (package)))
    return TRUE;
  avx_fail (error, "%s is the signature of something else", beside);
  return FALSE;
}

static void
show_permissions (AvbExtensionManifest *manifest)
{
  GListModel *permissions = avb_extension_manifest_get_permissions (manifest);

  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);
      g_autofree char *sentence = avb_permission_dup_sentence (permission);

      g_print ("  %s%s\n", sentence, avb_permission_get_required (permission) ? "" : " (optional)");
    }
}

int
avx_show (char **arguments, const AvxOptions *options, GError **error)
{
  g_autoptr (AvbPackage) package = avb_package_read (arguments[0], NULL, NULL, NULL, error);
  AvbPackageSignature signature;
  g_autoptr (GError) failure = NULL;
  AvbExtensionManifest *manifest;

  if (package == NULL)
    return AVX_FAILED;
  manifest = avb_package_get_manifest (package);
  g_print ("%s %s by %s, %s\n%s\n", avb_extension_manifest_get_id (manifest), avb_extension_manifest_get_version (manifest),
           avb_extension_manifest_get_publisher (manifest), avb_extension_manifest_get_license (manifest),
           avb_extension_manifest_get_summary (manifest));
  show_permissions (manifest);
  g_print ("%u files, %" G_GUINT64_FORMAT " bytes, unpacked %" G_GUINT64_FORMAT "\nsha256 %s\n", avb_package_get_n_entries (package),
           avb_package_get_length (package), avb_package_get_unpacked (package), avb_package_get_sha256 (package));
  if (load_signature (arguments[0], package, &signature, &failure))
    {
      g_autofree char *fingerprint = avb_public_key_dup_fingerprint (&signature.key);

      g_print ("signed by the key %s\n", fingerprint);
      return AVX_OK;
    }
  if (failure == NULL)
    g_print ("not signed\n");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return *error != NULL ? AVX_FAILED : AVX_OK;
}

int
avx_unpack (char **arguments, const AvxOptions *options, GError **error)
{
  g_autoptr (AvbPackage) package = NULL;

  /* What is refused is refused before anything is written. */
  if ((package = avb_package_read (arguments[0], NULL, NULL, NULL, error)) == NULL)
    return AVX_FAILED;
  g_clear_object (&package);
  if (g_mkdir (arguments[1], 0755) != 0)
    return avx_fail (error, "%s: %s", arguments[1], g_strerror (errno));
  package = avb_package_read (arguments[0], arguments[1], NULL, NULL, error);
  if (package == NULL)
    return AVX_FAILED;
  g_print ("%s: %u files\n", arguments[1], avb_package_get_n_entries (package));
  return AVX_OK;
}

int
avx_key (char **arguments, const AvxOptions *options, GError **error)
{
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autofree char *text = avb_public_key_dup_text (avb_signing_key_get_public (key));
  g_autofree char *fingerprint = avb_public_key_dup_fingerprint (avb_signing_key_get_public (key));

  if (!avb_signing_key_save (key, arguments[0], error))
    return AVX_FAILED;
  g_print ("%s\nfingerprint %s\nKeep %s to yourself, and a copy of it: who has it is you.\n", text, fingerprint, arguments[0]);
  return AVX_OK;
}

/* What others can read is no secret. */
static AvbSigningKey *
load_key (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    avx_fail (error, "%s: %s", path, g_strerror (errno));
#ifndef G_OS_WIN32
  else if ((info.st_mode & 0077) != 0)
    avx_fail (error, "%s can be read by others, so it is no secret any more: make a new one, or chmod 600 if you know better", path);
#endif
  else
    return avb_signing_key_load (path, error);
  return NULL;
}

int
avx_sign (char **arguments, const AvxOptions *options, GError **error)
{
  g_autoptr (AvbPackage) package = NULL;
  g_autoptr (AvbSigningKey) key = NULL;
  g_autofree char *beside = g_strconcat (arguments[0], ".sig", NULL);
  g_autofree char *text = NULL;
  AvbPackageSignature signature;

  if (options->key == NULL)
    {
      avx_fail (error, "say with which key: --key FILE; “avx key FILE” makes one");
      return AVX_USAGE;
    }
  if ((package = avb_package_read (arguments[0], NULL, NULL, NULL, error)) == NULL || (key = load_key (options->key, error)) == NULL)
    return AVX_FAILED;
  avb_package_signature_make (&signature, key, avb_package_get_sha256 (package));
  text = avb_package_signature_dup_text (&signature);
  if (!g_file_set_contents (beside, text, -1, error))
    return AVX_FAILED;
  g_print ("%s\n", beside);
  return AVX_OK;
}

static gint64
get_now (void)
{
  const char *epoch = g_getenv ("SOURCE_DATE_EPOCH");

  return epoch != NULL && *epoch != '\0' ? g_ascii_strtoll (epoch, NULL, 10) : g_get_real_time () / G_USEC_PER_SEC;
}

int
avx_publish (char **arguments, const AvxOptions *options, GError **error)
{
  g_autoptr (MarketWork) work = NULL;
  gint64 now = get_now ();

  if (options->market == NULL || options->tree == NULL)
    {
      avx_fail (error, "say where: --market FOLDER (“avx-market init” makes one) and --tree FOLDER");
      return AVX_USAGE;
    }
  work = market_work_open (options->market, error);
  if (work == NULL)
    return AVX_FAILED;
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *beside = g_strconcat (arguments[i], ".sig", NULL);

      if (!g_file_test (beside, G_FILE_TEST_EXISTS))
        return avx_fail (error, "%s is not signed: avx sign %s --key FILE", arguments[i], arguments[i]);
      if (!market_work_add (work, arguments[i], NULL, now, error))
        return AVX_FAILED;
    }
  if (!market_work_build (work, options->tree, now, CATALOG_DAYS, TIMESTAMP_DAYS, error))
    return AVX_FAILED;
  g_print ("%s: %u published\n", options->tree, g_strv_length (arguments));
  return AVX_OK;
}
