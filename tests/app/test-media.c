/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Media as they are sold and downloaded: each group of $AVB_MEDIA/media.ini is the head of one, in a file that is as long,
 * and says what has to come out. Which systems are known depends on osinfo-db, of the build root or of the host. */

#include "config.h"

#include "app/avb-medium.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"

#define SECTOR 2048
#define CATALOGUE 24
#define HEAD (32 * SECTOR)

static GKeyFile *media;
static char *folder;
static guint n_read;
static guint n_refused;

static char *
dup_value (const char *name, const char *key)
{
  char *value = g_key_file_get_value (media, name, key, NULL);

  return value != NULL ? value : g_strdup ("");
}

static guint64
get_number (const char *name, const char *key, guint64 preset)
{
  return g_key_file_has_key (media, name, key, NULL) ? g_key_file_get_uint64 (media, name, key, NULL) : preset;
}

/* What C would make of it, over the spaces of a field of the descriptor. */
static void
put_field (guint8 *field, gsize length, const char *name, const char *key)
{
  g_autofree char *value = dup_value (name, key);
  gsize at = 0;

  memset (field, ' ', length);
  for (const char *c = value; *c != '\0'; c++)
    {
      guint byte = (guint8) *c;

      if (*c == '\\' && g_ascii_isdigit (c[1]))
        {
          byte = (c[1] - '0') * 64 + (c[2] - '0') * 8 + (c[3] - '0');
          c += 3;
        }
      else if (*c == '\\')
        byte = *++c == 'n' ? '\n' : '\t';
      g_assert_cmpuint (at, <, length);
      field[at++] = byte;
    }
}

static void
put_both_ways (guint8 *to, guint64 value, gsize bytes)
{
  for (gsize i = 0; i < bytes; i++)
    to[i] = to[2 * bytes - 1 - i] = value >> (8 * i);
}

/* ECMA-119, 8.4 */
static void
put_primary (guint8 *sector, const char *name)
{
  guint64 block = get_number (name, "block-size", SECTOR);
  guint64 size = get_number (name, "size", 0);

  memcpy (sector, "\x01" "CD001\x01", 7);
  put_field (sector + 8, 32, name, "system");
  put_field (sector + 40, 32, name, "volume");
  put_field (sector + 318, 128, name, "publisher");
  put_field (sector + 574, 128, name, "application");
  put_both_ways (sector + 80, block > 0 ? size / block : 0, 4);
  put_both_ways (sector + 128, block, 2);
}

/* "El Torito" 1.0, 2: the validation entry, the first entry, and a section where there are two. */
static void
put_catalogue (guint8 *catalogue, gboolean bios, gboolean uefi)
{
  guint16 sum = 0;

  catalogue[0] = 1;
  catalogue[1] = bios ? 0 : 0xef;
  catalogue[30] = 0x55;
  catalogue[31] = 0xaa;
  for (guint i = 0; i < 32; i += 2)
    sum += catalogue[i] | catalogue[i + 1] << 8;
  catalogue[28] = (guint16) -sum & 0xff;
  catalogue[29] = (guint16) -sum >> 8;
  catalogue[32] = 0x88;
  if (!bios || !uefi)
    return;
  catalogue[64] = 0x91;
  catalogue[65] = 0xef;
  catalogue[66] = 1;
  catalogue[96] = 0x88;
}

static void
put_boot_record (guint8 *head, guint sector, const char *boot)
{
  guint8 *record = head + (gsize) sector * SECTOR;

  memcpy (record, "\x00" "CD001\x01" "EL TORITO SPECIFICATION", 30);
  record[71] = CATALOGUE;
  put_catalogue (head + CATALOGUE * SECTOR, strstr (boot, "bios") != NULL, strstr (boot, "uefi") != NULL);
}

/* ECMA-167, 2/8.3: what tells of UDF. A boot record is looked for in sector 17 whatever stands in the others. */
static void
put_udf (guint8 *head, guint first, gboolean skip_17)
{
  static const char *const names[] = { "BEA01", "NSR02", "TEA01" };

  for (guint i = 0, sector = first; i < G_N_ELEMENTS (names); i++, sector++)
    {
      if (skip_17 && sector == 17)
        sector++;
      memcpy (head + (gsize) sector * SECTOR + 1, names[i], 5);
      head[(gsize) sector * SECTOR + 6] = 1;
    }
}

static char *
make_medium (const char *name)
{
  g_autofree guint8 *head = g_malloc0 (HEAD);
  g_autofree char *boot = dup_value (name, "boot");
  g_autofree char *udf = dup_value (name, "udf");
  g_autofree char *file_name = g_strconcat (name, ".iso", NULL);
  guint64 size = get_number (name, "file-size", get_number (name, "size", 0));
  guint next = 17;
  char *path;

  if (!g_str_equal (udf, "only"))
    put_primary (head + 16 * SECTOR, name);
  if (*boot != '\0')
    put_boot_record (head, next++, boot);
  if (!g_str_equal (udf, "only"))
    memcpy (head + (gsize) next++ * SECTOR, "\xff" "CD001\x01", 7);
  if (*udf != '\0')
    put_udf (head, g_str_equal (udf, "only") ? 16 : next, *boot != '\0');

  path = avb_fixture_write (folder, file_name, head, HEAD);
  g_assert_cmpint (truncate (path, size), ==, 0);
  return path;
}

static gboolean
is_one_of (const char *is, const char *expected)
{
  g_auto (GStrv) alternatives = g_strsplit (expected, "|", -1);

  return g_strv_contains ((const char *const *) alternatives, is != NULL ? is : "-");
}

static void
check (const char *name, const char *key, const char *is)
{
  g_autofree char *expected = g_key_file_get_value (media, name, key, NULL);

  if (expected != NULL && !is_one_of (is, expected))
    g_error ("%s: %s is “%s”, not “%s”", name, key, is, expected);
}

static void
check_medium (const char *name, AvbMedium *medium)
{
  g_autofree char *boot = dup_value (name, "boot");
  const char *label = avb_medium_get_label (medium);

  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_ISO);
  check (name, "os", avb_medium_get_os_id (medium));
  check (name, "arch", avb_medium_get_architecture (medium));
  check (name, "live", avb_medium_get_live (medium) ? "yes" : "no");
  check (name, "label", label);
  g_assert_cmpint (avb_medium_get_boots_bios (medium), ==, strstr (boot, "bios") != NULL);
  g_assert_cmpint (avb_medium_get_boots_uefi (medium), ==, strstr (boot, "uefi") != NULL);
  g_assert_cmpint (avb_medium_get_bootable (medium), ==, *boot != '\0');

  g_assert_true (g_utf8_validate (label, -1, NULL));
  g_assert_cmpint (*label, !=, '\0');
  for (const char *c = label; *c != '\0'; c = g_utf8_next_char (c))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (c)));
}

static DexFuture *
look (gpointer data)
{
  const char *name = data;
  g_autofree char *path = make_medium (name);
  g_autofree char *words = g_key_file_get_value (media, name, "refuse", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMedium) medium = dex_await_object (avb_medium_inspect (file), &error);

  g_assert_cmpint (g_unlink (path), ==, 0);
  if (words == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (g_key_file_has_key (media, name, "os", NULL));
      check_medium (name, medium);
      n_read++;
      return NULL;
    }
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  if (strstr (error->message, words) == NULL)
    g_error ("%s: “%s” does not say “%s”", name, error->message, words);
  n_refused++;
  return NULL;
}

static void
is_what_it_is (gconstpointer data)
{
  avb_test_run_fiber (look, (gpointer) data);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  int result;

  avb_test_init (&argc, &argv);
  media = g_key_file_new ();
  path = g_build_filename (g_getenv ("AVB_MEDIA"), "media.ini", NULL);
  g_key_file_load_from_file (media, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  folder = avb_test_make_folder ();
  names = g_key_file_get_groups (media, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *test = g_strconcat ("/Avb/Media/", names[i], NULL);

      g_test_add_data_func (test, names[i], is_what_it_is);
    }
  result = g_test_run ();
  g_test_message ("%u media were known for what they are, %u refused with a reason", n_read, n_refused);
  avb_test_remove_folder (folder);
  g_free (folder);
  g_key_file_unref (media);
  return result;
}
