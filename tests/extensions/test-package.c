/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a package may be: all that is refused leaves nothing on the disk. */

#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-package.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/extensions/avb-avx.h"

static char *place; /* of this test program */
static const char *program;

static char *
in_place (const char *name)
{
  return g_build_filename (place, name, NULL);
}

static void
assert_lists (const char *folder, const char *expected)
{
  g_autofree char *found = avb_avx_list (folder);

  g_assert_cmpstr (found, ==, expected);
}

/* Both looks at @path refuse it, and nothing was written anywhere. */
static void
refused (const char *path, const char *what)
{
  g_autofree char *before = avb_avx_list (place);
  g_autofree char *into = in_place ("into");
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;

  if (dex_await (avb_package_unpack (path, into, NULL, NULL), &error))
    g_error ("This was unpacked: %s", what);
  if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID))
    g_error ("%s: %s", what, error->message);
  after = avb_avx_list (place);
  g_assert_cmpstr (after, ==, before);
  g_test_message ("%s: %s (%s)", what, error->message, avb_error_get_details (error));
  if (dex_await (avb_package_inspect (path), NULL))
    g_error ("This was taken: %s", what);
}

static void
refused_tar (AvbTar *tar, const char *what)
{
  g_autofree char *path = avb_tar_save (tar, place, "tried.avx");

  refused (path, what);
  g_assert_no_errno (g_unlink (path));
}

static void
taken (const char *path, const char *expected)
{
  g_autofree char *into = in_place ("into");
  g_autoptr (AvbPackage) package = avb_test_await_object (avb_package_unpack (path, into, NULL, NULL));

  assert_lists (into, expected);
  avb_test_remove_folder (into);
}

/* --- the writer --- */

static void
make_source (const char *folder, gboolean other_way)
{
  static const char *const names[] = { "lib/b", "lib/a", "bin/tool", "z", "Älter", "a" };
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", "\"icon\":\"a\"");
  g_autofree char *lib = g_build_filename (folder, "lib", NULL);
  g_autofree char *bin = g_build_filename (folder, "bin", NULL);
  g_autofree char *empty = g_build_filename (folder, "empty", NULL);
  g_autofree char *tool = g_build_filename (folder, "bin", "tool", NULL);

  g_assert_no_errno (g_mkdir (lib, other_way ? 0700 : 0755));
  g_assert_no_errno (g_mkdir (bin, 0755));
  g_assert_no_errno (g_mkdir (empty, 0755));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *name = names[other_way ? G_N_ELEMENTS (names) - 1 - i : i];
      g_autofree char *path = avb_avx_write (folder, name, name, strlen (name));
      const struct timespec times[] = { { other_way ? 1000 : 0, 5 }, { other_way ? 99 : 7, 5 } };

      g_assert_no_errno (g_chmod (path, other_way ? 0600 : 0664));
      g_assert_no_errno (utimensat (AT_FDCWD, path, times, 0));
    }
  g_assert_no_errno (g_chmod (tool, other_way ? 0700 : 0775));
  g_free (avb_avx_write (folder, "manifest.json", manifest, strlen (manifest)));
  g_free (avb_avx_write (folder, ".hidden", "x", 1));
}

#define SOURCE_LIST "a\nbin/\nbin/tool\nempty/\nlib/\nlib/a\nlib/b\nmanifest.json\nz\nÄlter"

static char *
pack (gboolean other_way, const char *name)
{
  g_autofree char *source = avb_test_make_folder ();
  g_autoptr (GError) error = NULL;
  char *path = in_place (name);

  make_source (source, other_way);
  avb_package_write (source, path, &error);
  g_assert_no_error (error);
  avb_test_remove_folder (source);
  return path;
}

static DexFuture *
there_and_back (gpointer data)
{
  g_autofree char *path = pack (FALSE, "whole.avx");
  g_autofree char *into = in_place ("into");
  g_autofree char *tool = in_place ("into/bin/tool");
  g_autofree char *plain = in_place ("into/lib/a");
  g_autofree char *text = NULL;
  mode_t mask = umask (077);
  g_autoptr (AvbPackage) looked = avb_test_await_object (avb_package_inspect (path));
  g_autoptr (AvbPackage) package = avb_test_await_object (avb_package_unpack (path, into, NULL, NULL));
  struct stat info;

  umask (mask);
  assert_lists (into, SOURCE_LIST);
  g_assert_no_errno (stat (tool, &info));
  g_assert_cmpint (info.st_mode & 07777, ==, 0755);
  g_assert_no_errno (stat (plain, &info));
  g_assert_cmpint (info.st_mode & 07777, ==, 0644);
  g_assert_true (g_file_get_contents (plain, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "lib/a");
  g_assert_cmpuint (avb_package_get_n_entries (package), ==, 10);
  g_assert_cmpuint (avb_package_get_unpacked (package), ==, avb_package_get_unpacked (looked));
  g_assert_cmpstr (avb_package_get_sha256 (package), ==, avb_package_get_sha256 (looked));
  g_assert_cmpuint (avb_package_get_length (package), >, 0);
  g_assert_cmpstr (avb_extension_manifest_get_id (avb_package_get_manifest (package)), ==, "org.example.test");
  avb_test_await_error (avb_package_unpack (path, into, NULL, NULL), AVB_ERROR, AVB_ERROR_EXISTS);
  assert_lists (into, SOURCE_LIST);
  avb_test_remove_folder (into);
  return NULL;
}

static void
same_bytes (void)
{
  g_autofree char *first = pack (FALSE, "first.avx");
  g_autofree char *second = pack (TRUE, "second.avx");
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  gsize n;
  gsize m;

  g_assert_true (g_file_get_contents (first, &one, &n, NULL));
  g_assert_true (g_file_get_contents (second, &two, &m, NULL));
  g_assert_cmpmem (one, n, two, m);
}

/* As others read it. */
static void
order_and_owners (void)
{
  static const char *const expected[] = { "manifest.json", "a", "bin/", "bin/tool", "empty/", "lib/", "lib/a", "lib/b", "z", "Älter" };
  g_autofree char *path = pack (TRUE, "order.avx");
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  guint i = 0;

  archive_read_support_filter_all (archive);
  archive_read_support_format_all (archive);
  g_assert_cmpint (archive_read_open_filename (archive, path, 65536), ==, ARCHIVE_OK);
  for (; archive_read_next_header (archive, &entry) == ARCHIVE_OK; i++)
    {
      gboolean folder = archive_entry_filetype (entry) == AE_IFDIR;

      g_assert_cmpstr (archive_entry_pathname_utf8 (entry), ==, expected[i]);
      g_assert_cmpint (archive_entry_mtime (entry), ==, 0);
      g_assert_cmpint (archive_entry_uid (entry), ==, 0);
      g_assert_cmpint (archive_entry_gid (entry), ==, 0);
      g_assert_true (archive_entry_uname (entry) == NULL || *archive_entry_uname (entry) == '\0');
      g_assert_cmpint (archive_entry_perm (entry), ==, folder || i == 3 ? 0755 : 0644);
    }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (expected));
  g_assert_cmpstr (archive_filter_name (archive, 0), ==, "zstd");
  archive_read_free (archive);
}

/* What the reader would refuse is not written. */
static void
writer_refuses (void)
{
  static const struct {
    const char *name;
    char        kind; /* file, link, fifo, folder */
  } rows[] = {
    { "link", 'l' },     { "fifo", 'p' },   { "con.txt", 'f' }, { "back\\slash", 'f' }, { "dot.", 'f' },  { "a:b", 'f' },
    { "Payload", 'f' },  { "li\nne", 'f' }, { "\xff", 'f' },    { " space", 'f' },      { "PAYLOAD", 'd' }, { "a\u0308", 'f' },
    { "bidi\u202e", 'f' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *source = avb_test_make_folder ();
      g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", NULL);
      g_autofree char *path = g_build_filename (source, rows[i].name, NULL);
      g_autofree char *before = avb_avx_list (place);
      g_autofree char *out = in_place ("refused.avx");
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      g_free (avb_avx_write (source, "manifest.json", manifest, strlen (manifest)));
      g_free (avb_avx_write (source, "payload", "x", 1));
      if (rows[i].kind == 'l')
        g_assert_no_errno (symlink ("/etc/passwd", path));
      else if (rows[i].kind == 'p')
        g_assert_no_errno (mkfifo (path, 0600));
      else if (rows[i].kind == 'd')
        g_assert_no_errno (g_mkdir (path, 0700));
      else
        g_free (avb_avx_write (source, rows[i].name, "x", 1));
      g_assert_false (avb_package_write (source, out, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      after = avb_avx_list (place);
      g_assert_cmpstr (after, ==, before);
      avb_test_remove_folder (source);
    }
}

static void
writer_needs_files (void)
{
  g_autofree char *source = avb_test_make_folder ();
  g_autofree char *out = in_place ("needs.avx");
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", "\"icon\":\"gone.png\"");
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_package_write (source, out, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_free (avb_avx_write (source, "manifest.json", manifest, strlen (manifest)));
  g_assert_false (avb_package_write (source, out, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpstr (avb_error_get_details (error), ==, "gone.png");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  avb_test_remove_folder (source);
}

/* --- names --- */

static const char *const bad_names[] = {
  "../evil", "a/../evil", "a/../../evil", "..", ".", "./a", "a/.", "a/./b", "a//b", "/evil", "//evil", "/", "a/..",
  "C:evil", "C:\\evil", "c:/evil", "a\\b", "..\\evil", "\\\\host\\share", "a/b\\..\\c", "file:stream", "a?", "a*", "a<b", "a|b",
  "a\"b", "line\nbreak", "tab\tname", "bell\a", "esc\033[2J", "del\177", "\302\205next", "dot.", "a./b", "a.../b", "space ",
  " space", "a /b", "...", "con", "CON", "nul.txt", "a/aux", "com1", "LPT9.tar.gz", "com¹", "conin$", "prn .txt",
  "bidi\u202egpj.exe", "bidi\u2066x", "mark\u200fx", "mark\u200ex", "zero\u200bwidth", "zero\u200dwidth", "bom\ufeffx",
  "line\u2028x", "par\u2029x", "private\ue000x", "tag\U000e0041",
  "\xff\xfe", "over\xc0\xaflong", "cut\xc3", "surrogate\xed\xa0\x80", "~\x80",
};

/* Not in the normal form. Of an extended header, libarchive makes it: then it is another name, and a good one. */
static const char *const decomposed_names[] = { "decomposeda\u0308", "hangul\u1100\u1161", "\u212bngstr\u00f6m" };

static DexFuture *
names_in_normal_form (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (decomposed_names); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();

      avb_tar_add_manifest (tar);
      avb_tar_add (tar, decomposed_names[i], "evil", -1);
      avb_tar_end (tar);
      refused_tar (tar, decomposed_names[i]);
    }
  return NULL;
}

static DexFuture *
names (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_names); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();
      g_autoptr (AvbTar) pax = avb_tar_new ();
      g_autoptr (AvbTar) folder = avb_tar_new ();
      g_autofree char *shown = g_strescape (bad_names[i], NULL);

      avb_tar_add_manifest (tar);
      avb_tar_add (tar, bad_names[i], "evil", -1);
      avb_tar_end (tar);
      refused_tar (tar, shown);

      avb_tar_add_manifest (pax);
      avb_tar_add_key (pax, "path", bad_names[i], strlen (bad_names[i]));
      avb_tar_add (pax, "harmless", "evil", -1);
      avb_tar_end (pax);
      refused_tar (pax, shown);

      avb_tar_add_manifest (folder);
      folder->type = '5';
      folder->mode = 0755;
      avb_tar_add (folder, bad_names[i], NULL, 0);
      avb_tar_end (folder);
      refused_tar (folder, shown);
    }
  return NULL;
}

static DexFuture *
good_names (gpointer data)
{
  g_autoptr (AvbTar) tar = avb_tar_new ();
  g_autofree char *path = NULL;

  avb_tar_add_manifest (tar);
  avb_tar_add (tar, "a.b.c", "x", -1);
  avb_tar_add (tar, "dir with space/файл.txt", "x", -1);
  avb_tar_add (tar, "console", "x", -1);
  avb_tar_add (tar, "com10", "x", -1);
  avb_tar_add (tar, "日本", "x", -1);
  avb_tar_add_key (tar, "path", "über/ärger", strlen ("über/ärger"));
  avb_tar_add (tar, "x", "x", -1);
  avb_tar_end (tar);
  path = avb_tar_save (tar, place, "good.avx");
  taken (path, "a.b.c\ncom10\nconsole\ndir with space/\ndir with space/файл.txt\nmanifest.json\nüber/\nüber/ärger\n日本");
  return NULL;
}

static DexFuture *
long_names (gpointer data)
{
  g_autofree char *part = g_strnfill (80, 'x');
  g_autofree char *longest = g_strdup_printf ("%s/%s/%s", part, part, part);
  g_autoptr (GString) deep = g_string_new ("d");
  g_autoptr (AvbTar) tar = avb_tar_new ();
  g_autoptr (AvbTar) other = avb_tar_new ();

  avb_tar_add_manifest (tar);
  avb_tar_add_key (tar, "path", longest, strlen (longest));
  avb_tar_add (tar, "x", "x", -1);
  avb_tar_end (tar);
  refused_tar (tar, "a name of 242 bytes");
  for (guint i = 0; i < AVB_PACKAGE_NAME_MAX_DEPTH; i++)
    g_string_append (deep, "/d");
  avb_tar_add_manifest (other);
  avb_tar_add (other, deep->str, "x", -1);
  avb_tar_end (other);
  refused_tar (other, "17 levels");
  return NULL;
}

static DexFuture *
twins (gpointer data)
{
  static const char *const pairs[][2] = {
    { "a", "a" },           { "name", "NAME" },      { "straße", "STRASSE" },     { "Ä", "ä" },       { "dir/a", "DIR/b" },
    { "dir/x", "dir" },     { "dir", "dir/x" },      { "Dir", "dir/x" },          { "ﬁle", "file" },  { "manifest.json", "x" },
    { "MANIFEST.JSON", "x" }, { "\u03c3", "\u03c2" }, { "K", "\u212a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();
      g_autofree char *what = g_strdup_printf ("%s and %s", pairs[i][0], pairs[i][1]);

      avb_tar_add_manifest (tar);
      avb_tar_add (tar, pairs[i][0], "1", -1);
      avb_tar_add (tar, pairs[i][1], "2", -1);
      avb_tar_end (tar);
      refused_tar (tar, what);
    }
  return NULL;
}

/* --- kinds --- */

static DexFuture *
kinds (gpointer data)
{
  static const struct {
    char        type;
    const char *link;
    const char *what;
  } rows[] = {
    { '1', "manifest.json", "hard link" },
    { '1', "/etc/passwd", "hard link out" },
    { '2', "/etc", "symbolic link" },
    { '2', "manifest.json", "symbolic link within" },
    { '3', NULL, "character device" },
    { '4', NULL, "block device" },
    { '6', NULL, "FIFO" },
    { '7', NULL, "contiguous" },
    { 'L', NULL, "GNU long name" },
    { 'K', NULL, "GNU long link" },
    { 'S', NULL, "GNU sparse" },
    { 'V', NULL, "GNU volume" },
    { 'M', NULL, "GNU continued" },
    { 'D', NULL, "GNU dump" },
    { 'g', NULL, "global header" },
    { 'X', NULL, "Solaris header" },
    { 'A', NULL, "Solaris ACL" },
    { 'Z', NULL, "unknown" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();

      avb_tar_add_manifest (tar);
      tar->type = rows[i].type;
      tar->link = rows[i].link;
      avb_tar_add (tar, "thing", NULL, 0);
      tar->type = '0';
      tar->link = NULL;
      avb_tar_add (tar, "thing/passwd", "evil", -1);
      avb_tar_end (tar);
      refused_tar (tar, rows[i].what);
    }
  return NULL;
}

static DexFuture *
rights_of_others (gpointer data)
{
  static const guint modes[] = { 04755, 02755, 01755, 06777, 07000 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    for (guint folder = 0; folder < 2; folder++)
      {
        g_autoptr (AvbTar) tar = avb_tar_new ();
        g_autofree char *what = g_strdup_printf ("mode %o", modes[i]);

        avb_tar_add_manifest (tar);
        tar->mode = modes[i];
        tar->type = folder ? '5' : '0';
        avb_tar_add (tar, "thing", NULL, 0);
        avb_tar_end (tar);
        refused_tar (tar, what);
      }
  return NULL;
}

/* Whatever else the mode says. */
static DexFuture *
modes (gpointer data)
{
  g_autoptr (AvbTar) tar = avb_tar_new ();
  g_autofree char *into = in_place ("into");
  g_autofree char *open = in_place ("into/open");
  g_autofree char *shut = in_place ("into/shut");
  g_autofree char *path = NULL;
  g_autoptr (AvbPackage) package = NULL;
  struct stat info;

  avb_tar_add_manifest (tar);
  tar->mode = 0777;
  avb_tar_add (tar, "open", "x", -1);
  tar->mode = 0;
  avb_tar_add (tar, "shut", "x", -1);
  avb_tar_end (tar);
  path = avb_tar_save (tar, place, "modes.avx");
  package = avb_test_await_object (avb_package_unpack (path, into, NULL, NULL));
  g_assert_no_errno (stat (open, &info));
  g_assert_cmpint (info.st_mode & 07777, ==, 0755);
  g_assert_no_errno (stat (shut, &info));
  g_assert_cmpint (info.st_mode & 07777, ==, 0644);
  g_assert_cmpint (info.st_uid, ==, getuid ());
  avb_test_remove_folder (into);
  return NULL;
}

static DexFuture *
manifest_is_first (gpointer data)
{
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", NULL);
  g_autoptr (AvbTar) second = avb_tar_new ();
  g_autoptr (AvbTar) none = avb_tar_new ();
  g_autoptr (AvbTar) empty = avb_tar_new ();
  g_autoptr (AvbTar) folder = avb_tar_new ();
  g_autoptr (AvbTar) link = avb_tar_new ();
  g_autoptr (AvbTar) dotted = avb_tar_new ();
  g_autoptr (AvbTar) broken = avb_tar_new ();

  avb_tar_add (second, "a", "x", -1);
  avb_tar_add_manifest (second);
  avb_tar_end (second);
  refused_tar (second, "second");
  avb_tar_add (none, "a", "x", -1);
  avb_tar_end (none);
  refused_tar (none, "none");
  avb_tar_end (empty);
  refused_tar (empty, "empty");
  folder->type = '5';
  avb_tar_add (folder, "manifest.json", NULL, 0);
  avb_tar_end (folder);
  refused_tar (folder, "a folder");
  link->type = '2';
  link->link = "x";
  avb_tar_add (link, "manifest.json", NULL, 0);
  avb_tar_end (link);
  refused_tar (link, "a link");
  avb_tar_add (dotted, "./manifest.json", manifest, -1);
  avb_tar_end (dotted);
  refused_tar (dotted, "with a dot");
  avb_tar_add (broken, "manifest.json", "{\"schema\":1}", -1);
  avb_tar_end (broken);
  refused_tar (broken, "not a manifest");
  return NULL;
}

static DexFuture *
named_files_are_there (gpointer data)
{
  static const char *const more[] = {
    "\"icon\":\"gone\"", "\"screenshots\":[\"gone\"]", "\"contributes\":{\"recipes\":{\"file\":\"gone\"}}",
    "\"contributes\":{\"templates\":{\"file\":\"gone\"}}", "\"platforms\":{\"linux-any\":{\"exec\":\"gone\"}}",
    "\"platforms\":{\"windows-x86_64\":{\"exec\":\"gone\"}}", "\"icon\":\"Payload\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", more[i]);
      g_autoptr (AvbTar) tar = avb_tar_new ();

      avb_tar_add (tar, "manifest.json", manifest, -1);
      avb_tar_add (tar, "payload", "x", -1);
      avb_tar_end (tar);
      refused_tar (tar, more[i]);
    }
  return NULL;
}

/* --- bombs --- */

/* A package of @size zeros, made without having them all. */
static char *
make_bomb (guint64 size)
{
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", NULL);
  g_autofree char *zeros = g_malloc0 (1 << 20);
  char *path = in_place ("bomb.avx");
  struct archive *archive = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();

  archive_write_add_filter_zstd (archive);
  archive_write_set_format_ustar (archive);
  g_assert_cmpint (archive_write_open_filename (archive, path), ==, ARCHIVE_OK);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_pathname (entry, "manifest.json");
  archive_entry_set_size (entry, (la_int64_t) strlen (manifest));
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  archive_write_data (archive, manifest, strlen (manifest));
  for (guint part = 0; size > 0; part++)
    {
      guint64 length = MIN (size, G_GUINT64_CONSTANT (256) << 20);
      g_autofree char *name = g_strdup_printf ("zeros-%u", part);

      archive_entry_set_pathname (entry, name);
      archive_entry_set_size (entry, (la_int64_t) length);
      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      for (guint64 done = 0; done < length; done += 1 << 20)
        g_assert_cmpint (archive_write_data (archive, zeros, 1 << 20), ==, 1 << 20);
      size -= length;
    }
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  archive_entry_free (entry);
  return path;
}

static DexFuture *
bomb_of_bytes (gpointer data)
{
  g_autofree char *path = make_bomb (AVB_PACKAGE_MAX_UNPACKED + (G_GUINT64_CONSTANT (64) << 20));
  struct stat info;

  g_assert_no_errno (stat (path, &info));
  g_assert_cmpint (info.st_size, <, 1 << 20);
  refused (path, "bomb of bytes");
  g_assert_no_errno (g_unlink (path));
  return NULL;
}

/* What is known to be smaller. */
static DexFuture *
bomb_beyond_declared (gpointer data)
{
  g_autofree char *path = make_bomb (8 << 20);
  const AvbPackageExpect less = { NULL, 4 << 20 };
  const AvbPackageExpect enough = { NULL, 9 << 20 };
  g_autofree char *into = in_place ("into");
  g_autoptr (AvbPackage) package = NULL;

  avb_test_await_error (avb_package_unpack (path, into, &less, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_false (g_file_test (into, G_FILE_TEST_EXISTS));
  package = avb_test_await_object (avb_package_unpack (path, into, &enough, NULL));
  avb_test_remove_folder (into);
  g_assert_no_errno (g_unlink (path));
  return NULL;
}

static DexFuture *
claims_much (gpointer data)
{
  static const gint64 sizes[] = { (gint64) AVB_PACKAGE_MAX_UNPACKED, G_GINT64_CONSTANT (1) << 32, (G_GINT64_CONSTANT (1) << 33) - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();

      avb_tar_add_manifest (tar);
      tar->claimed = sizes[i];
      avb_tar_add (tar, "large", "x", -1);
      avb_tar_end (tar);
      refused_tar (tar, "a size that is not there");
    }
  return NULL;
}

static DexFuture *
bomb_of_entries (gpointer data)
{
  g_autoptr (AvbTar) files = avb_tar_new ();
  g_autoptr (AvbTar) folders = avb_tar_new ();

  avb_tar_add_manifest (files);
  avb_tar_add_manifest (folders);
  for (guint i = 0; i < AVB_PACKAGE_MAX_ENTRIES; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u", i);

      avb_tar_add (files, name, NULL, 0);
    }
  /* Each makes fifteen folders. */
  for (guint i = 0; i < AVB_PACKAGE_MAX_ENTRIES / 15; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/a/a/a/a/a/a/a/a/a/a/a/a/a/a/f", i);

      avb_tar_add (folders, name, NULL, 0);
    }
  avb_tar_end (files);
  avb_tar_end (folders);
  refused_tar (files, "10,001 files");
  refused_tar (folders, "folders of names");
  return NULL;
}

static DexFuture *
long_manifest (gpointer data)
{
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", NULL);
  g_autofree char *filler = g_strnfill (AVB_EXTENSION_MANIFEST_MAX, ' ');
  g_autofree char *longer = g_strconcat (manifest, filler, NULL);
  g_autoptr (AvbTar) tar = avb_tar_new ();

  avb_tar_add (tar, "manifest.json", longer, -1);
  avb_tar_end (tar);
  refused_tar (tar, "a long manifest");
  return NULL;
}

static DexFuture *
too_long (gpointer data)
{
  g_autofree char *path = in_place ("huge.avx");
  g_autofd int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_no_errno (ftruncate (fd, (off_t) AVB_PACKAGE_MAX_LENGTH + 1));
  refused (path, "257 MiB");
  g_assert_no_errno (g_unlink (path));
  return NULL;
}

/* --- compression --- */

static DexFuture *
one_compression (gpointer data)
{
  static const char *const filters[] = { "gzip", "xz", "bzip2", "lz4" };
  g_autoptr (AvbTar) tar = avb_tar_new ();
  g_autoptr (GBytes) once = NULL;
  g_autoptr (GBytes) twice = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *nested = NULL;

  avb_tar_add_manifest (tar);
  avb_tar_end (tar);
  plain = avb_avx_write (place, "plain.avx", tar->bytes->data, tar->bytes->len);
  refused (plain, "not compressed");
  once = avb_avx_compress (tar->bytes->data, tar->bytes->len, "zstd");
  twice = avb_avx_compress (g_bytes_get_data (once, NULL), g_bytes_get_size (once), "zstd");
  nested = avb_avx_write (place, "nested.avx", g_bytes_get_data (twice, NULL), g_bytes_get_size (twice));
  refused (nested, "twice compressed");
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GBytes) other = avb_avx_compress (tar->bytes->data, tar->bytes->len, filters[i]);
      g_autoptr (GBytes) within = avb_avx_compress (g_bytes_get_data (other, NULL), g_bytes_get_size (other), "zstd");
      g_autofree char *path = avb_avx_write (place, "other.avx", g_bytes_get_data (other, NULL), g_bytes_get_size (other));
      g_autofree char *inner = avb_avx_write (place, "inner.avx", g_bytes_get_data (within, NULL), g_bytes_get_size (within));

      refused (path, filters[i]);
      refused (inner, filters[i]);
    }
  return NULL;
}

/* --- damage --- */

static GBytes *
make_good (void)
{
  g_autoptr (AvbTar) tar = avb_tar_new ();

  avb_tar_add_manifest (tar);
  tar->mode = 0755;
  avb_tar_add (tar, "bin/tool", "#!/bin/sh\necho a tool, and some text to be compressed\n", -1);
  avb_tar_end (tar);
  return avb_avx_compress (tar->bytes->data, tar->bytes->len, "zstd");
}

static DexFuture *
truncated (gpointer data)
{
  g_autoptr (GBytes) good = make_good ();
  gsize length = g_bytes_get_size (good);

  for (gsize i = 0; i < length; i += i < 32 ? 1 : 7)
    {
      g_autofree char *path = avb_avx_write (place, "cut.avx", g_bytes_get_data (good, NULL), i);

      refused (path, "cut");
    }
  return NULL;
}

/* Whatever comes of it: a whole package, or nothing. */
static DexFuture *
bits_flipped (gpointer data)
{
  g_autoptr (GBytes) good = make_good ();
  gsize length = g_bytes_get_size (good);
  g_autofree char *into = in_place ("into");
  g_autofree char *copy = g_memdup2 (g_bytes_get_data (good, NULL), length);
  guint n_taken = 0;

  for (gsize i = 0; i < length * 8; i += 3)
    {
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;

      copy[i / 8] ^= (char) (1 << (i % 8));
      path = avb_avx_write (place, "flip.avx", copy, length);
      copy[i / 8] ^= (char) (1 << (i % 8));
      if (dex_await (avb_package_unpack (path, into, NULL, NULL), &error))
        {
          n_taken++;
          g_assert_true (g_file_test (into, G_FILE_TEST_IS_DIR));
          avb_test_remove_folder (into);
          continue;
        }
      g_assert_true (error->domain == AVB_ERROR);
      g_assert_false (g_file_test (into, G_FILE_TEST_EXISTS));
    }
  g_test_message ("%u of %" G_GSIZE_FORMAT " were taken", n_taken, length * 8 / 3);
  return NULL;
}

static DexFuture *
something_behind (gpointer data)
{
  g_autoptr (AvbTar) junk = avb_tar_new ();
  g_autoptr (AvbTar) second = avb_tar_new ();
  g_autoptr (AvbTar) endless = avb_tar_new ();
  g_autoptr (AvbTar) half = avb_tar_new ();
  g_autoptr (AvbTar) padded = avb_tar_new ();
  static const guint8 zeros[512 * 18];
  g_autofree char *path = NULL;

  avb_tar_add_manifest (junk);
  avb_tar_end (junk);
  g_byte_array_append (junk->bytes, (const guint8 *) "junk", 4);
  refused_tar (junk, "junk behind the end");
  avb_tar_add_manifest (second);
  avb_tar_end (second);
  avb_tar_add (second, "hidden", "x", -1);
  avb_tar_end (second);
  refused_tar (second, "a second archive");
  avb_tar_add_manifest (endless);
  refused_tar (endless, "no end");
  avb_tar_add_manifest (half);
  g_byte_array_append (half->bytes, zeros, 512);
  refused_tar (half, "half an end");
  avb_tar_add_manifest (padded);
  avb_tar_end (padded);
  g_byte_array_append (padded->bytes, zeros, sizeof zeros);
  path = avb_tar_save (padded, place, "padded.avx");
  taken (path, "manifest.json");
  return NULL;
}

static DexFuture *
extended_headers (gpointer data)
{
  static const struct {
    const char *key;
    const char *value;
    gsize       length;
  } rows[] = {
    { "path", "a\0/../b", 7 },       { "path", "manifest.json\0", 14 }, { "path", "", 0 },       { "linkpath", "/etc", 4 },
    { "size", "1000000000000", 13 }, { "size", "0", 1 },                { "GNU.sparse.major", "1", 1 },
    { "GNU.sparse.name", "../x", 4 }, { "SCHILY.xattr.user.x", "1", 1 }, { "SCHILY.acl.access", "u::7", 4 },
    { "SCHILY.fflags", "x", 1 },     { "LIBARCHIVE.xattr.security.capability", "AQ", 2 }, { "hdrcharset", "BINARY", 6 },
    { "RHT.security.selinux", "x", 1 }, { "SUN.holesdata", "0", 1 }, { "unknown", "x", 1 },
  };
  static const char *const malformed[] = {
    "x", "99 path=a\n", "5 a=b\n6", "3 a\n", "10 path=abcd", "0 a=b\n", "-5 a=b\n", "9 path=ab\n\n", " 9 path=a\n",
  };
  g_autoptr (AvbTar) two = avb_tar_new ();
  g_autoptr (AvbTar) many = avb_tar_new ();
  g_autoptr (AvbTar) large = avb_tar_new ();
  g_autoptr (AvbTar) alone = avb_tar_new ();
  g_autofree char *filler = g_strnfill (64 * 1024, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();

      avb_tar_add_manifest (tar);
      avb_tar_add_key (tar, rows[i].key, rows[i].value, rows[i].length);
      avb_tar_add (tar, "x", "x", -1);
      avb_tar_end (tar);
      refused_tar (tar, rows[i].key);
    }
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (AvbTar) tar = avb_tar_new ();
      g_autofree char *shown = g_strescape (malformed[i], NULL);

      avb_tar_add_manifest (tar);
      avb_tar_add_pax (tar, malformed[i], strlen (malformed[i]));
      avb_tar_add (tar, "x", "x", -1);
      avb_tar_end (tar);
      refused_tar (tar, shown);
    }
  avb_tar_add_manifest (two);
  avb_tar_add_key (two, "path", "a", 1);
  avb_tar_add_key (two, "path", "b", 1);
  avb_tar_add (two, "x", "x", -1);
  avb_tar_end (two);
  refused_tar (two, "two in a row");
  avb_tar_add_manifest (many);
  for (guint i = 0; i < 100000; i++)
    avb_tar_add_key (many, "comment", "b", 1);
  avb_tar_end (many);
  refused_tar (many, "100,000 in a row");
  avb_tar_add_manifest (large);
  avb_tar_add_key (large, "comment", filler, 64 * 1024);
  avb_tar_add (large, "x", "x", -1);
  avb_tar_end (large);
  refused_tar (large, "a large one");
  avb_tar_add_manifest (alone);
  avb_tar_add_key (alone, "path", "a", 1);
  avb_tar_end (alone);
  refused_tar (alone, "one without a file");
  return NULL;
}

static DexFuture *
name_with_nul (gpointer data)
{
  g_autoptr (AvbTar) tar = avb_tar_new ();
  guint8 name[100] = { 0 };

  memcpy (name, "good\0/../../evil", 16);
  avb_tar_add_manifest (tar);
  avb_tar_add_raw (tar, name, "x", 1);
  avb_tar_end (tar);
  refused_tar (tar, "NUL in a name");
  return NULL;
}

/* --- around it --- */

static DexFuture *
not_the_expected (gpointer data)
{
  g_autofree char *path = pack (FALSE, "expected.avx");
  g_autoptr (AvbPackage) package = avb_test_await_object (avb_package_inspect (path));
  g_autofree char *into = in_place ("into");
  g_autofree char *other = g_strnfill (64, '0');
  const AvbPackageExpect wrong = { other, 0 };
  const AvbPackageExpect right = { avb_package_get_sha256 (package), 0 };
  g_autoptr (AvbPackage) unpacked = NULL;

  avb_test_await_error (avb_package_unpack (path, into, &wrong, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_false (g_file_test (into, G_FILE_TEST_EXISTS));
  unpacked = avb_test_await_object (avb_package_unpack (path, into, &right, NULL));
  avb_test_remove_folder (into);
  return NULL;
}

static DexFuture *
no_file (gpointer data)
{
  g_autofree char *fifo = in_place ("fifo.avx");
  g_autofree char *gone = in_place ("gone.avx");

  g_assert_no_errno (mkfifo (fifo, 0600));
  avb_test_await_error (avb_package_inspect (gone), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  refused (fifo, "FIFO");
  refused ("/dev/zero", "device");
  refused (place, "folder");
  g_assert_no_errno (g_unlink (fifo));
  return NULL;
}

static DexFuture *
cancelled (gpointer data)
{
  g_autofree char *path = pack (FALSE, "cancel.avx");
  g_autofree char *into = in_place ("into");
  g_autofree char *before = avb_avx_list (place);
  g_autofree char *after = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Unpacking");

  avb_operation_cancel (operation);
  avb_test_await_error (avb_package_unpack (path, into, NULL, operation), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  after = avb_avx_list (place);
  g_assert_cmpstr (after, ==, before);
  return NULL;
}

static DexFuture *
no_space (gpointer data)
{
  static const guint64 limits[] = { 0, 100, 4096, 100 * 1024, (1 << 20) - 1 };
  g_autofree char *path = make_bomb (1 << 20);
  g_autofree char *into = in_place ("into");
  g_autofree char *before = avb_avx_list (place);
  struct rlimit saved;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &saved));
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const struct rlimit small = { limits[i], saved.rlim_max };
      g_autofree char *after = NULL;

      g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
      avb_test_await_error (avb_package_unpack (path, into, NULL, NULL), AVB_ERROR, AVB_ERROR_NO_SPACE);
      g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &saved));
      after = avb_avx_list (place);
      g_assert_cmpstr (after, ==, before);
    }
  return NULL;
}

/* In a small file system of its own: `test --full FOLDER`. */
static DexFuture *
full_fiber (gpointer data)
{
  g_autofree char *into = g_build_filename (data, "into", NULL);
  g_autofree char *filler = g_build_filename (data, "filler", NULL);
  g_autofree char *path = avb_avx_make (data, "p.avx", "org.example.test", "1.0.0", NULL, "payload");
  g_autofree char *large = make_bomb (1 << 20);
  g_autofree char *zeros = g_malloc0 (1 << 20);
  g_autofd int fd = -1;

  avb_test_await_error (avb_package_unpack (large, into, NULL, NULL), AVB_ERROR, AVB_ERROR_NO_SPACE);
  assert_lists (data, "p.avx");
  fd = open (filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  while (write (fd, zeros, 4096) == 4096)
    ;
  g_assert_cmpint (errno, ==, ENOSPC);
  avb_test_await_error (avb_package_unpack (path, into, NULL, NULL), AVB_ERROR, AVB_ERROR_NO_SPACE);
  assert_lists (data, "filler\np.avx");
  return NULL;
}

static void
disk_is_full (void)
{
  g_autofree char *folder = in_place ("full");
  g_autofree char *line = NULL;
  const char *arguments[] = { "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", NULL, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_no_errno (g_mkdir (folder, 0700));
  line = g_strdup_printf ("mount -t tmpfs -o size=256k none '%s' && exec '%s' --full '%s'", folder, program, folder);
  arguments[6] = line;
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_rmdir (folder));
}

/* The user's language has nothing to do with names in a package. */
static void
any_locale (void)
{
  if (g_test_subprocess ())
    {
      setlocale (LC_ALL, "C");
      avb_test_run_fiber (good_names, NULL);
      avb_test_run_fiber (there_and_back, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* --- trees --- */

static void
tree_of_a_stranger (void)
{
  g_autofree char *tree = in_place ("tree");
  g_autofree char *outside = in_place ("outside");
  g_autofree char *precious = NULL;
  g_autofree char *shut = g_build_filename (tree, "shut", NULL);
  g_autofree char *link = g_build_filename (tree, "link", NULL);
  g_autofree char *fifo = g_build_filename (tree, "fifo", NULL);
  g_autoptr (GError) error = NULL;
  int cwd = open (".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_no_errno (g_mkdir (outside, 0700));
  precious = avb_avx_write (outside, "precious", "x", 1);
  g_assert_no_errno (g_mkdir_with_parents (shut, 0700));
  g_free (avb_avx_write (shut, "inner", "x", 1));
  g_assert_no_errno (g_chmod (shut, 0));
  g_assert_no_errno (symlink (outside, link));
  g_assert_no_errno (mkfifo (fifo, 0600));
  /* Deeper than names can be written, and than files can be open. */
  g_assert_no_errno (chdir (tree));
  for (guint i = 0; i < 3000; i++)
    {
      g_assert_no_errno (mkdir ("deeper", 0700));
      g_assert_no_errno (chdir ("deeper"));
    }
  g_assert_no_errno (fchdir (cwd));
  close (cwd);
  g_assert_true (avb_tree_remove (tree, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (tree, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (precious, G_FILE_TEST_EXISTS));
  g_assert_true (avb_tree_remove (tree, &error));
  g_assert_no_errno (symlink (outside, tree));
  g_assert_true (avb_tree_remove (tree, &error));
  g_assert_true (g_file_test (precious, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  int code;

  setlocale (LC_ALL, "");
  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--full"))
    {
      char *folder = argv[2];

      argc = 1;
      avb_test_init (&argc, &argv);
      place = avb_test_make_folder ();
      avb_test_run_fiber (full_fiber, folder);
      return 0;
    }
  avb_test_init (&argc, &argv);
  place = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Package/there-and-back", there_and_back);
  g_test_add_func ("/Avb/Package/same-bytes", same_bytes);
  g_test_add_func ("/Avb/Package/order-and-owners", order_and_owners);
  g_test_add_func ("/Avb/Package/writer-refuses", writer_refuses);
  g_test_add_func ("/Avb/Package/writer-needs-files", writer_needs_files);
  avb_test_add_fiber ("/Avb/Package/names", names);
  avb_test_add_fiber ("/Avb/Package/names-in-normal-form", names_in_normal_form);
  avb_test_add_fiber ("/Avb/Package/good-names", good_names);
  avb_test_add_fiber ("/Avb/Package/long-names", long_names);
  avb_test_add_fiber ("/Avb/Package/twins", twins);
  avb_test_add_fiber ("/Avb/Package/kinds", kinds);
  avb_test_add_fiber ("/Avb/Package/rights-of-others", rights_of_others);
  avb_test_add_fiber ("/Avb/Package/modes", modes);
  avb_test_add_fiber ("/Avb/Package/manifest-is-first", manifest_is_first);
  avb_test_add_fiber ("/Avb/Package/named-files-are-there", named_files_are_there);
  avb_test_add_fiber ("/Avb/Package/bomb-of-bytes", bomb_of_bytes);
  avb_test_add_fiber ("/Avb/Package/bomb-beyond-declared", bomb_beyond_declared);
  avb_test_add_fiber ("/Avb/Package/claims-much", claims_much);
  avb_test_add_fiber ("/Avb/Package/bomb-of-entries", bomb_of_entries);
  avb_test_add_fiber ("/Avb/Package/long-manifest", long_manifest);
  avb_test_add_fiber ("/Avb/Package/too-long", too_long);
  avb_test_add_fiber ("/Avb/Package/one-compression", one_compression);
  avb_test_add_fiber ("/Avb/Package/truncated", truncated);
  avb_test_add_fiber ("/Avb/Package/bits-flipped", bits_flipped);
  avb_test_add_fiber ("/Avb/Package/something-behind", something_behind);
  avb_test_add_fiber ("/Avb/Package/extended-headers", extended_headers);
  avb_test_add_fiber ("/Avb/Package/name-with-nul", name_with_nul);
  avb_test_add_fiber ("/Avb/Package/not-the-expected", not_the_expected);
  avb_test_add_fiber ("/Avb/Package/no-file", no_file);
  avb_test_add_fiber ("/Avb/Package/cancelled", cancelled);
  avb_test_add_fiber ("/Avb/Package/no-space", no_space);
  g_test_add_func ("/Avb/Package/disk-is-full", disk_is_full);
  g_test_add_func ("/Avb/Package/any-locale", any_locale);
  g_test_add_func ("/Avb/Tree/of-a-stranger", tree_of_a_stranger);
  code = g_test_run ();
  avb_test_remove_folder (place);
  g_free (place);
  return code;
}
