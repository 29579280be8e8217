/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Descriptions of appliances, as their makers write them, and as somebody writes them who means harm. Each of the files in
 * $AVB_OVF says in a comment what has to come out: "expect: name=…; drives=…", or "refuse: words of the reason". */

#include "config.h"

#include "app/avb-ovf.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"

static guint n_read;
static guint n_refused;

static char *
describe_drives (const AvbOvf *ovf)
{
  static const char *const devices[] = { "disk", "cdrom", "floppy" };
  static const char *const buses[] = { "virtio", "sata", "scsi", "usb", "ide", "fdc" };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ovf->drives->len; i++)
    {
      const AvbOvfDrive *drive = ovf->drives->pdata[i];

      g_string_append_printf (text, "%s%s:%s:%s%s", i > 0 ? "," : "", devices[drive->device], buses[drive->bus],
                              drive->file != NULL ? drive->file : "-", drive->gzip ? ":gzip" : "");
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static char *
describe_interfaces (const AvbOvf *ovf)
{
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (ovf->spec);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < interfaces->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", ((AvbInterfaceSpec *) interfaces->pdata[i])->model);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* What is, in the words of the file. */
static char *
dup_fact (const AvbOvf *ovf, const char *key)
{
  static const char *const firmware[] = { "bios", "uefi", "uefi-secure" };
  AvbMachineSpec *spec = ovf->spec;
  guint64 capacity = 0;

  if (g_str_equal (key, "name"))
    return g_strdup (avb_machine_spec_get_name (spec));
  if (g_str_equal (key, "os"))
    return g_strdup (avb_machine_spec_get_os_id (spec) != NULL ? avb_machine_spec_get_os_id (spec) : "-");
  if (g_str_equal (key, "arch"))
    return g_strdup (avb_machine_spec_get_architecture (spec) != NULL ? avb_machine_spec_get_architecture (spec) : "-");
  if (g_str_equal (key, "cpus"))
    return g_strdup_printf ("%u", avb_machine_spec_get_cpus (spec));
  if (g_str_equal (key, "memory"))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, avb_machine_spec_get_memory_mib (spec));
  if (g_str_equal (key, "firmware"))
    return g_strdup (firmware[avb_machine_spec_get_firmware (spec)]);
  if (g_str_equal (key, "tpm"))
    return g_strdup (avb_machine_spec_get_tpm (spec) ? "yes" : "no");
  if (g_str_equal (key, "description"))
    return g_strdup (avb_machine_spec_get_description (spec));
  if (g_str_equal (key, "drives"))
    return describe_drives (ovf);
  if (g_str_equal (key, "nics"))
    return describe_interfaces (ovf);
  for (guint i = 0; i < ovf->drives->len; i++)
    capacity += ((AvbOvfDrive *) ovf->drives->pdata[i])->capacity;
  g_assert_cmpstr (key, ==, "capacity");
  return g_strdup_printf ("%" G_GUINT64_FORMAT, capacity);
}

/* UTF-16 and Latin-1 for the eyes of this test. */
static char *
dup_readable (const char *text, gsize length)
{
  const char *encoding = g_str_has_prefix (text, "\xff\xfe")   ? "UTF-16LE"
                         : g_str_has_prefix (text, "\xfe\xff") ? "UTF-16BE"
                                                               : NULL;
  g_autoptr (GError) error = NULL;
  char *readable;

  if (encoding == NULL && g_utf8_validate (text, length, NULL))
    return g_strndup (text, length);
  if (encoding == NULL)
    return g_convert (text, length, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  readable = g_convert (text + 2, length - 2, "UTF-8", encoding, NULL, NULL, &error);
  g_assert_no_error (error);
  return readable;
}

static char *
dup_between (const char *text, const char *begin)
{
  const char *start = strstr (text, begin);
  const char *end = start != NULL ? strstr (start, "-->") : NULL;

  return end != NULL ? g_strstrip (g_strndup (start + strlen (begin), end - start - strlen (begin))) : NULL;
}

static void
check_facts (const AvbOvf *ovf, const char *expected)
{
  g_auto (GStrv) facts = g_strsplit (expected, ";", -1);

  for (guint i = 0; facts[i] != NULL; i++)
    {
      g_auto (GStrv) fact = g_strsplit (g_strstrip (facts[i]), "=", 2);
      g_autofree char *is = NULL;

      g_assert_cmpuint (g_strv_length (fact), ==, 2);
      is = dup_fact (ovf, fact[0]);
      g_assert_cmpstr (is, ==, fact[1]);
    }
}

/* "these words | or these" */
static gboolean
says_one_of (const char *message, const char *reasons)
{
  g_auto (GStrv) alternatives = g_strsplit (reasons, " | ", -1);
  gboolean found = FALSE;

  for (guint i = 0; alternatives[i] != NULL; i++)
    found |= strstr (message, alternatives[i]) != NULL;
  return found;
}

static void
is_read_or_refused (gconstpointer data)
{
  const char *path = data;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *text = NULL;
  g_autofree char *readable = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *reason = NULL;
  g_autoptr (AvbOvf) ovf = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  readable = dup_readable (text, length);
  expected = dup_between (readable, "<!-- expect:");
  reason = dup_between (readable, "<!-- refuse:");
  g_assert_true ((expected != NULL) != (reason != NULL));
  ovf = avb_ovf_parse (text, length, name, &error);
  if (expected != NULL)
    {
      g_assert_no_error (error);
      check_facts (ovf, expected);
      n_read++;
      return;
    }
  g_assert_null (ovf);
  g_assert_true (error->domain == AVB_ERROR);
  if (!says_one_of (error->message, reason))
    g_error ("%s: not “%s”, but “%s”", name, reason, error->message);
  n_refused++;
}

/* What takes a program to write. */
static void
floods_are_refused (void)
{
  g_autoptr (GString) text = g_string_new ("<Envelope><VirtualSystem><VirtualHardwareSection>");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append (text, "<Item><ResourceType>17</ResourceType></Item>");
  g_string_append (text, "</VirtualHardwareSection></VirtualSystem></Envelope>");
  g_assert_null (avb_ovf_parse (text->str, text->len, "flood", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, "<a/>     ");
  g_assert_null (avb_ovf_parse (text->str, text->len, "flood", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);

  g_string_truncate (text, 0);
  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "<Envelope>");
  g_assert_null (avb_ovf_parse (text->str, text->len, "deep", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_null (avb_ovf_parse ("", 0, "nothing", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

/* @head, a million elements, @tail: just within the length that is read. */
static AvbOvf *
parse_million (const char *head, const char *tail, GError **error)
{
  g_autoptr (GString) text = g_string_new (head);

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, "<a/>");
  g_string_append (text, tail);
  g_assert_cmpuint (text->len, <, AVB_OVF_MAX_LENGTH);
  return avb_ovf_parse (text->str, text->len, "million", error);
}

static void
millions_are_read_or_refused (void)
{
  static const char head[] = "<Envelope><VirtualSystem><Name>m</Name><VirtualHardwareSection>";
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbOvf) ovf = parse_million (head, "</VirtualHardwareSection></VirtualSystem></Envelope>", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (avb_machine_spec_get_name (ovf->spec), ==, "m");
  g_assert_null (parse_million ("<Envelope>", "</Envelope>", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);

  /* As deep as XML may be here, and collections all the way down. */
  for (guint i = 0; i < 200; i++)
    g_string_append (deep, i == 0 ? "<Envelope>" : "<VirtualSystemCollection>");
  g_string_append (deep, "<VirtualSystem><VirtualHardwareSection/></VirtualSystem>");
  for (guint i = 200; i > 0; i--)
    g_string_append (deep, i == 1 ? "</Envelope>" : "</VirtualSystemCollection>");
  g_assert_null (avb_ovf_parse (deep->str, deep->len, "deep", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

static void
any_cut_is_refused_or_read (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("AVB_OVF"), "virtualbox.ovf", NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize i = 0; i < length; i += 7)
    {
      g_autofree char *cut = g_memdup2 (text, i + 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbOvf) ovf = avb_ovf_parse (cut, i, "cut", &error);

      g_assert_true ((ovf != NULL) == (error == NULL));
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  int result;

  avb_test_init (&argc, &argv);
  folder = g_dir_open (g_getenv ("AVB_OVF"), 0, NULL);
  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (name, ".ovf"))
      {
        g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".ovf"));
        g_autofree char *test = g_strconcat ("/Avb/Ovf/", stem, NULL);

        g_ptr_array_add (paths, g_build_filename (g_getenv ("AVB_OVF"), name, NULL));
        g_test_add_data_func (test, paths->pdata[paths->len - 1], is_read_or_refused);
      }
  g_test_add_func ("/Avb/Ovf/floods-are-refused", floods_are_refused);
  g_test_add_func ("/Avb/Ovf/millions-are-read-or-refused", millions_are_read_or_refused);
  g_test_add_func ("/Avb/Ovf/any-cut-is-refused-or-read", any_cut_is_refused_or_read);
  result = g_test_run ();
  g_test_message ("%u descriptions were read as their makers meant them, %u refused with a reason", n_read, n_refused);
  return result;
}
