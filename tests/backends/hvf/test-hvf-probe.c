/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/hvf/avb-hvf-backend.h"
#include "backends/hvf/avb-hvf-probe.h"
#include "tests/avb-test.h"

#define QEMU "/opt/homebrew/bin/qemu-system-aarch64"
#define MAY AVB_HVF_MAY_VIRTUALIZE
#define HEAD                                                                                        \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                      \
  "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"https://www.apple.com/DTDs/PropertyList-1.0.dtd\">"
#define PLIST(text) HEAD "<plist version=\"1.0\">" text "</plist>"

static const struct {
  const char   *name;
  AvbHvfFacts   facts;
  AvbHvfVerdict verdict;
} decisions[] = {
  /* is_macos, processor, translated, support, is_guest, qemu, signature, entitlements, daemon */
  { "apple", { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE }, AVB_HVF_WORKS },
  { "intel", { TRUE, AVB_HVF_PROCESSOR_INTEL, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE }, AVB_HVF_WORKS },
  { "networking too",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY | AVB_HVF_MAY_NETWORK, TRUE },
    AVB_HVF_WORKS },
  { "nested and given",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_YES, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_WORKS },
  { "not asked whether nested",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_UNKNOWN, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_WORKS },
  { "linux", { 0 }, AVB_HVF_ELSEWHERE },
  { "linux with all else",
    { FALSE, AVB_HVF_PROCESSOR_INTEL, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_ELSEWHERE },
  { "no daemon",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, FALSE },
    AVB_HVF_NO_DAEMON },
  { "nothing installed",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, NULL, AVB_HVF_UNKNOWN, 0, FALSE },
    AVB_HVF_NO_DAEMON },
  { "no QEMU",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, NULL, AVB_HVF_UNKNOWN, 0, TRUE },
    AVB_HVF_NO_QEMU },
  { "Rosetta",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, TRUE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_TRANSLATED },
  { "Rosetta without support",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, TRUE, AVB_HVF_NO, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_TRANSLATED },
  { "a machine",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_NO, AVB_HVF_YES, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_NESTED },
  { "old Intel",
    { TRUE, AVB_HVF_PROCESSOR_INTEL, FALSE, AVB_HVF_NO, AVB_HVF_NO, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_UNSUPPORTED },
  { "old Intel, old macOS",
    { TRUE, AVB_HVF_PROCESSOR_INTEL, FALSE, AVB_HVF_NO, AVB_HVF_UNKNOWN, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_UNSUPPORTED },
  { "not entitled",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, 0, TRUE },
    AVB_HVF_NOT_ENTITLED },
  { "entitled to something else",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_YES, AVB_HVF_MAY_NETWORK, TRUE },
    AVB_HVF_NOT_ENTITLED },
  { "no answer of codesign",
    { TRUE, AVB_HVF_PROCESSOR_APPLE, FALSE, AVB_HVF_YES, AVB_HVF_NO, QEMU, AVB_HVF_UNKNOWN, 0, TRUE },
    AVB_HVF_UNTOLD },
  { "no answer of the system",
    { TRUE, AVB_HVF_PROCESSOR_INTEL, FALSE, AVB_HVF_UNKNOWN, AVB_HVF_UNKNOWN, QEMU, AVB_HVF_YES, MAY, TRUE },
    AVB_HVF_UNTOLD },
};

static void
test_decisions (void)
{
  gboolean seen[AVB_HVF_UNTOLD + 1] = { FALSE };

  for (gsize i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      g_test_message ("%s", decisions[i].name);
      g_assert_cmpint (avb_hvf_decide (&decisions[i].facts), ==, decisions[i].verdict);
      seen[decisions[i].verdict] = TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (seen); i++)
    g_assert_true (seen[i]);
}

/* One sentence each, and one of its own. */
static void
test_sentences (void)
{
  g_autoptr (GHashTable) reasons = g_hash_table_new (g_str_hash, g_str_equal);

  for (AvbHvfVerdict verdict = AVB_HVF_WORKS; verdict <= AVB_HVF_UNTOLD; verdict++)
    {
      const char *reason = avb_hvf_verdict_get_reason (verdict);
      const char *remedy = avb_hvf_verdict_get_remedy (verdict);

      g_assert_true ((reason == NULL) == (verdict == AVB_HVF_WORKS));
      g_assert_true (remedy == NULL || reason != NULL);
      if (reason == NULL)
        continue;
      g_assert_true (g_str_has_suffix (reason, "."));
      g_assert_true (g_hash_table_add (reasons, (gpointer) reason));
      g_assert_true ((remedy == NULL) == (verdict == AVB_HVF_ELSEWHERE || verdict == AVB_HVF_UNSUPPORTED));
    }
}

static void
accept (const char *text, AvbHvfEntitlements expected)
{
  AvbHvfEntitlements got = AVB_HVF_MAY_NETWORK;
  g_autoptr (GError) error = NULL;

  g_assert_true (avb_hvf_entitlements_parse (text, strlen (text), &got, &error));
  g_assert_no_error (error);
  g_assert_cmpint (got, ==, expected);
}

static void
test_entitlements (void)
{
  accept ("", AVB_HVF_MAY_NOTHING);
  accept (" \n", AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict/>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>com.apple.security.hypervisor</key><true/></dict>"), MAY);
  accept ("\n" PLIST ("\n<dict>\n\t<key>com.apple.security.hypervisor</key>\n\t<true/>\n</dict>\n") "\n", MAY);
  accept (PLIST ("<dict><key>com.apple.security.hypervisor</key><false/></dict>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>com.apple.security.hypervisor</key><string>true</string></dict>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>a</key><array><string>x</string></array><key>com.apple.vm.networking</key><true/>"
                 "<key>com.apple.security.hypervisor</key><true/></dict>"), MAY | AVB_HVF_MAY_NETWORK);
  /* Only the program's own, and only what is a key of it. */
  accept (PLIST ("<dict><key>a</key><dict><key>com.apple.security.hypervisor</key><true/></dict></dict>"),
          AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>a</key><string>com.apple.security.hypervisor</string><true/></dict>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>com.apple.security.hypervisor</key><key>b</key><true/></dict>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><key>com.apple.security.hypervisor.more</key><true/></dict>"), AVB_HVF_MAY_NOTHING);
  accept (PLIST ("<dict><true/><key>com.apple.security.hypervisor</key></dict>"), AVB_HVF_MAY_NOTHING);
  /* Taken back. */
  accept (PLIST ("<dict><key>com.apple.security.hypervisor</key><true/>"
                 "<key>com.apple.security.hypervisor</key><false/></dict>"), AVB_HVF_MAY_NOTHING);
}

static void
refuse (const char *text, gsize length)
{
  AvbHvfEntitlements got = MAY;
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_hvf_entitlements_parse (text, length, &got, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpint (got, ==, AVB_HVF_MAY_NOTHING);
}

static void
test_hostile (void)
{
  static const char *const texts[] = {
    "Executable=/opt/homebrew/bin/qemu",
    "\xfa\xde\x71\x71",
    "<plist>",
    "<plist><dict></plist>",
    "<plist/>",
    "<dict><key>com.apple.security.hypervisor</key><true/></dict>",
    "<plist><array><key>com.apple.security.hypervisor</key><true/></array></plist>",
    "<plist><dict/><dict><key>com.apple.security.hypervisor</key><true/></dict></plist>",
    "<plist><dict><key>\xff</key><true/></dict></plist>",
    "<!DOCTYPE p [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><plist><dict><key>&e;</key><true/></dict></plist>",
    PLIST ("<dict><key>com.apple.security.hypervisor</key><true/></dict>") "<plist><dict/></plist>x",
  };
  static const char whole[] = PLIST ("<dict><key>com.apple.security.hypervisor</key><true/></dict>");
  g_autoptr (GString) large = g_string_new ("<plist><dict>");
  g_autoptr (GString) deep = g_string_new ("<plist><dict>");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("%zu", i);
      refuse (texts[i], strlen (texts[i]));
    }
  refuse ("<plist>\0<dict/></plist>", 23);
  for (gsize cut = 1; cut < sizeof whole - 1; cut++)
    refuse (whole, cut);
  while (large->len < 100 * 1024)
    g_string_append (large, "<key>a</key><true/>");
  g_string_append (large, "</dict></plist>");
  refuse (large->str, large->len);
  for (guint i = 0; i < 40; i++)
    g_string_append (deep, "<a>");
  refuse (deep->str, deep->len);
}

static char *
make_program (const char *folder, const char *name, const char *script)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
  return path;
}

/* Programs in codesign's place: one that answers, one that says too much, one that says nothing for ever. */
static void
test_codesign (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *good = make_program (
      folder, "good",
      "[ \"$1 $2 $3 $4 $5\" = '-d --entitlements - --xml /q e mu' ] || exit 1\n"
      "echo Executable >&2\ncat <<'E'\n" PLIST ("<dict><key>com.apple.security.hypervisor</key><true/></dict>") "\nE\n");
  g_autofree char *flood = make_program (folder, "flood", "exec yes '<plist>'\n");
  g_autofree char *silent = make_program (folder, "silent", "exec sleep 600\n");
  g_autofree char *unsigned_program = make_program (folder, "unsigned", "echo not signed at all >&2; exit 1\n");
  AvbHvfEntitlements got;
  GError *error = NULL;

  g_assert_true (avb_hvf_entitlements_read (good, "/q e mu", &got, &error));
  g_assert_no_error (error);
  g_assert_cmpint (got, ==, MAY);
  g_assert_true (avb_hvf_entitlements_read (unsigned_program, "/q", &got, &error));
  g_assert_cmpint (got, ==, AVB_HVF_MAY_NOTHING);
  g_assert_false (avb_hvf_entitlements_read (flood, "/q", &got, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (avb_hvf_entitlements_read (silent, "/q", &got, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (avb_hvf_entitlements_read ("/nonexistent/codesign", "/q", &got, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  avb_test_remove_folder (folder);
}

#ifndef __APPLE__

/* Elsewhere it says so, in words. */
static DexFuture *
elsewhere_fiber (gpointer data)
{
  g_autoptr (AvbBackend) backend = avb_hvf_backend_new ();

  g_assert_cmpstr (avb_backend_get_id (backend), ==, "hvf");
  g_assert_true (avb_backend_handles_uri (backend, "qemu:///session"));
  g_assert_false (avb_backend_handles_uri (backend, "hyperv://user@host"));
  avb_test_await_error (avb_backend_probe (backend), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  return NULL;
}

#endif

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/HvfProbe/decisions", test_decisions);
  g_test_add_func ("/Avb/HvfProbe/sentences", test_sentences);
  g_test_add_func ("/Avb/HvfProbe/entitlements", test_entitlements);
  g_test_add_func ("/Avb/HvfProbe/hostile", test_hostile);
  g_test_add_func ("/Avb/HvfProbe/codesign", test_codesign);
#ifndef __APPLE__
  avb_test_add_fiber ("/Avb/HvfProbe/elsewhere", elsewhere_fiber);
#endif
  return g_test_run ();
}
