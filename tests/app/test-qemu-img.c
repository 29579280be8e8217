/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-qemu-img.h"

#include <string.h>

#include "app/avb-text.h"
#include "backends/avb-error.h"

static const char plain[] =
    "{\"children\": [{\"name\": \"file\", \"info\": {}}], \"virtual-size\": 67108864, \"filename\": \"/image\","
    " \"format\": \"qcow2\", \"format-specific\": {\"type\": \"qcow2\", \"data\": {\"compat\": \"1.1\"}}}";

static void
accept (const char *json)
{
  g_autoptr (GError) error = NULL;
  guint64 capacity = 0;

  g_assert_true (avb_qemu_img_parse_info (json, strlen (json), "qcow2", "x", &capacity, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (capacity, ==, 67108864);
}

static void
refuse (const char *json, gsize length)
{
  g_autoptr (GError) error = NULL;
  guint64 capacity = 0;

  g_assert_false (avb_qemu_img_parse_info (json, length, "qcow2", "x", &capacity, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpuint (capacity, ==, 0);
}

static void
good_is_read (void)
{
  accept (plain);
  accept ("{\"virtual-size\": 67108864, \"format\": \"qcow2\", \"backing-filename\": null, \"encrypted\": false}");
}

static void
bad_is_refused (void)
{
  static const char *const cases[] = {
    "", " ", "null", "[]", "3", "{", "{}", "\xff\xfe", "{\"format\": \"qcow2\"}",
    "{\"virtual-size\": 1, \"format\": \"raw\"}",
    "{\"virtual-size\": 1, \"format\": 7}",
    "{\"virtual-size\": 0, \"format\": \"qcow2\"}",
    "{\"virtual-size\": -1, \"format\": \"qcow2\"}",
    "{\"virtual-size\": 1.5, \"format\": \"qcow2\"}",
    "{\"virtual-size\": \"1\", \"format\": \"qcow2\"}",
    "{\"virtual-size\": {}, \"format\": \"qcow2\"}",
    "{\"virtual-size\": 9223372036854775807, \"format\": \"qcow2\"}",
    "{\"virtual-size\": 99999999999999999999999, \"format\": \"qcow2\"}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"backing-filename\": \"/etc/passwd\"}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"backing-filename\": 4}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"full-backing-filename\": \"/etc/passwd\"}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"encrypted\": true}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"encrypted\": \"no\"}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"format-specific\": {\"data\": {\"encrypt\": {}}}}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"format-specific\": {\"data\": {\"data-file\": \"x\"}}}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"format-specific\": {\"data\": {\"extents\": [{}, {}]}}}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"children\": [{\"name\": \"data-file\"}]}",
    "{\"virtual-size\": 1, \"format\": \"qcow2\", \"children\": [4]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    refuse (cases[i], strlen (cases[i]));
  for (gsize length = 0; length < strlen (plain); length++)
    refuse (plain, length);
}

static void
depth_and_length_are_bounded (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"format\": \"qcow2\", \"virtual-size\": 1, \"x\": ");
  g_autofree char *braces = g_strnfill (200000, '[');
  g_autofree char *spaces = g_strnfill (2 * 1024 * 1024, ' ');
  g_autofree char *filled = g_strconcat (plain, spaces, NULL);

  g_string_append (deep, braces);
  refuse (deep->str, deep->len);
  refuse (filled, strlen (filled));
  /* Brackets in a string are none. */
  g_string_printf (deep,
                   "{\"format\": \"qcow2\", \"virtual-size\": 67108864, \"x\": \"\\\"%.*s\"}", 1000, braces);
  accept (deep->str);
}

static void
lines_are_made (void)
{
  static const struct {
    const char *text;
    guint       max;
    const char *line;
  } cases[] = {
    { NULL, 10, "" },
    { " a\n\tb ", 10, "a b" },
    { "a\xe2\x80\xae" "b", 10, "a b" },
    { "\x1b[31mred", 10, "[31mred" },
    { "12345678901", 10, "1234567890…" },
    { "1234567890", 10, "1234567890" },
    { "äöü", 2, "äö…" },
    { "<b>&", 10, "<b>&" },
    { "\xff", 10, "\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = avb_text_make_line (cases[i].text, cases[i].max);

      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

static void
machine_names_are_made (void)
{
  static const char *const cases[][2] = {
    { NULL, "Machine" }, { "", "Machine" },       { "..", "Machine" },          { "\n", "Machine" },
    { "/", "Machine" },  { "a/../b", "a-..-b" }, { "Debian 12", "Debian 12" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = avb_text_make_machine_name (cases[i][0]);

      g_assert_cmpstr (name, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Avb/QemuImg/good-is-read", good_is_read);
  g_test_add_func ("/Avb/QemuImg/bad-is-refused", bad_is_refused);
  g_test_add_func ("/Avb/QemuImg/depth-and-length-are-bounded", depth_and_length_are_bounded);
  g_test_add_func ("/Avb/Text/lines-are-made", lines_are_made);
  g_test_add_func ("/Avb/Text/machine-names-are-made", machine_names_are_made);
  return g_test_run ();
}
