/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What cloud-init is told: keys that are keys, user-data that is user-data, and values that mean nothing but themselves. */

#include "config.h"

#include "app/avb-cloud-init.h"

#include <string.h>
#include <yaml.h>

#include "app/avb-first-boot-check.h"
#include "app/avb-ssh-key.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"

/* Made by ssh-keygen for this test; their private halves are gone. */
#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIEbHbyZwDY/IA+gtaecDsevzJN7TXi9mUiLxBrK1E+kG"

static char *folder;

static void
test_keys (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbSshKey) key = avb_ssh_key_parse ("# mine\n ssh-ed25519 " ED25519 "  ada@laptop \n\n", &error);
  g_autoptr (AvbSshKey) plain = avb_ssh_key_parse ("ssh-ed25519\t" ED25519, &error);
  g_autoptr (AvbSshKey) strange = avb_ssh_key_parse ("ssh-ed25519 " ED25519 " Ada \xd8\xa3\xd8\xaf\xd8\xa7 \x1b[2J", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (key->line, ==, "ssh-ed25519 " ED25519 " ada@laptop");
  g_assert_cmpstr (key->type, ==, "ssh-ed25519");
  g_assert_cmpstr (key->comment, ==, "ada@laptop");
  g_assert_cmpstr (plain->line, ==, "ssh-ed25519 " ED25519);
  g_assert_cmpstr (plain->comment, ==, "");
  g_assert_cmpstr (key->fingerprint, ==, plain->fingerprint);
  g_assert_true (g_str_has_prefix (key->fingerprint, "SHA256:"));
  g_assert_null (strchr (strange->line, '\x1b'));
}

/* OpenSSH says the same of it. */
static void
test_fingerprint (void)
{
  g_autofree char *path = avb_fixture_path (folder, "rsa");
  g_autofree char *public = g_strconcat (path, ".pub", NULL);
  g_autofree char *text = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbSshKey) key = NULL;
  const char *const arguments[] = { "ssh-keygen", "-l", "-f", public, NULL };

  avb_fixture_run ("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "ada", "-f", path, NULL);
  g_file_get_contents (public, &text, NULL, &error);
  g_assert_no_error (error);
  key = avb_ssh_key_parse (text, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (output, key->fingerprint));
}

static void
test_no_keys (void)
{
  static const struct {
    const char *text;
    const char *words;
  } bad[] = {
    { "", "not one public" },
    { "hello", "does not begin like" },
    { "ssh-ed25519", "damaged" },
    { "ssh-ed25519 AAAA", "damaged" },
    { "ssh-rsa " ED25519, "damaged" },
    { "ssh-ed25519 A" ED25519, "damaged" },
    { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbHbyZwDY/IA+gtaecDsevzJN7TXi9mUiLxBrK1E+k= x", "damaged" },
    { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/////0bHbyZwDY/IA+gtaecDsevzJN7TXi9mUiLxBrK1E+kG x", "damaged" },
    { "ssh-dss AAAAB3NzaC1kc3M= x", "DSA" },
    { "command=\"rm -rf /\" ssh-ed25519 " ED25519, "does not begin like" },
    { "ssh-ed25519 " ED25519 "\nssh-ed25519 " ED25519 "\n", "not one public" },
    { "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n", "private key" },
    { "ssh-ed25519 " ED25519 " \xff\xfe", "not one public" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (avb_ssh_key_parse (bad[i].text, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_test_message ("%s: %s", bad[i].text, error->message);
      g_assert_nonnull (strstr (error->message, bad[i].words));
    }
}

static DexFuture *
finds_own_keys (gpointer data)
{
  g_autofree char *ssh = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autoptr (GPtrArray) none = avb_test_await_boxed (avb_ssh_key_find_own ());
  g_autoptr (GPtrArray) keys = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  g_mkdir_with_parents (ssh, 0700);
  g_free (avb_fixture_write (ssh, "id_ed25519.pub", "ssh-ed25519 " ED25519 " ada\n", -1));
  g_free (avb_fixture_write (ssh, "id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\n", -1));
  g_free (avb_fixture_write (ssh, "broken.pub", "ssh-ed25519 AAAA\n", -1));
  g_free (avb_fixture_write (ssh, "known_hosts", "host ssh-ed25519 " ED25519 "\n", -1));
  keys = avb_test_await_boxed (avb_ssh_key_find_own ());
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (((AvbSshKey *) keys->pdata[0])->comment, ==, "ada");
  return NULL;
}

static void
test_user_data (void)
{
  static const char *const good[] = {
    "#cloud-config\npackages: [vim]\n",
    "#cloud-config\n{\"packages\": [\"vim\"]}\n",
    "#!/bin/sh\necho : [\n",
    "#include\nhttps://example.org/\n",
    "#cloud-config-archive\n- type: text/cloud-config\n",
    "## template: jinja\n#cloud-config\nfoo: {{ v1 }}\n",
    "Content-Type: multipart/mixed; boundary=\"x\"\n\n--x--\n",
  };
  static const struct {
    const char *text;
    const char *words;
  } bad[] = {
    { "", "first line" },
    { "packages: [vim]\n", "first line" },
    { " #cloud-config\n", "first line" },
    { "#cloud-config\n", "not a list of settings" },
    { "#cloud-config\n- one\n", "not a list of settings" },
    { "#cloud-config\njust words\n", "not a list of settings" },
    { "#cloud-config\na: 1\n b: 2\n", "Line 3" },
    { "#cloud-config\na: [1, 2\n", "Line" },
    { "#cloud-config\na: \"\\q\"\n", "Line 2" },
    { "#cloud-config\n\ta: 1\n", "Line 2" },
    { "#cloud-config\na: \xff\n", "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (avb_cloud_init_check_user_data (good[i], strlen (good[i]), &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (avb_cloud_init_check_user_data (bad[i].text, strlen (bad[i].text), &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_test_message ("%s: %s", bad[i].text, error->message);
      g_assert_nonnull (strstr (error->message, bad[i].words));
    }
}

/* Deep, long, and a zero in the middle. */
static void
test_user_data_that_means_harm (void)
{
  g_autoptr (GString) deep = g_string_new ("#cloud-config\na: ");
  g_autoptr (GString) large = g_string_new ("#cloud-config\n");
  static const char zero[] = "#cloud-config\na: 1\0b: 2\n";
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_c (deep, '[');
  g_assert_false (avb_cloud_init_check_user_data (deep->str, deep->len, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  while (large->len <= AVB_CLOUD_INIT_MAX_USER_DATA)
    g_string_append_printf (large, "k%" G_GSIZE_FORMAT ": 1\n", large->len);
  g_assert_false (avb_cloud_init_check_user_data (large->str, large->len, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (avb_cloud_init_check_user_data (zero, sizeof zero - 1, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

static DexFuture *
loads_user_data (gpointer data)
{
  g_autofree char *path = avb_fixture_write (folder, "user-data", "#cloud-config\npackages: [vim]\n", -1);
  g_autofree char *image = avb_fixture_make_disk (folder, "disk.qcow2", "qcow2", NULL);
  g_autofree char *text = avb_test_await_string (avb_cloud_init_load_user_data (path));
  g_autofree char *missing = avb_fixture_path (folder, "missing");

  g_assert_cmpstr (text, ==, "#cloud-config\npackages: [vim]\n");
  avb_test_await_error (avb_cloud_init_load_user_data (image), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (avb_cloud_init_load_user_data (folder), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_await_error (avb_cloud_init_load_user_data ("/dev/zero"), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_await_error (avb_cloud_init_load_user_data (missing), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  return NULL;
}

/* All of the document's scalars, in their order, each in a line. */
static char *
read_scalars (const char *text)
{
  yaml_parser_t parser;
  yaml_event_t event;
  gboolean more = TRUE;
  GString *found = g_string_new (NULL);

  yaml_parser_initialize (&parser);
  yaml_parser_set_input_string (&parser, (const guchar *) text, strlen (text));
  while (more)
    {
      g_assert_true (yaml_parser_parse (&parser, &event));
      more = event.type != YAML_STREAM_END_EVENT;
      if (event.type == YAML_SCALAR_EVENT)
        g_string_append_printf (found, "%s\n", (const char *) event.data.scalar.value);
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&parser);
  return g_string_free_and_steal (found);
}

static void
test_writes_wishes (void)
{
  g_autoptr (AvbFirstBoot) wishes = avb_first_boot_new ();
  const char *keys[] = { "ssh-ed25519 " ED25519 " a: {b}, 'c' #d", NULL };
  const char *packages[] = { "vim", "g++", NULL };
  g_autofree char *text = NULL;
  g_autofree char *scalars = NULL;

  g_object_set (wishes, "user", "no", "full-name", "Ада 🙂", "password", "secret", "ssh-keys", keys, "packages",
                packages, NULL);
  g_assert_null (avb_cloud_init_find_problem (wishes));
  g_object_set (wishes, "full-name", "Ада 🙂 - {x}: [y] # & * ! | > % @ `", NULL);
  text = avb_cloud_init_make_user_data (wishes, "$6$salt$hash");
  g_assert_true (g_str_has_prefix (text, "#cloud-config\n"));
  g_assert_null (strstr (text, "secret"));
  g_assert_true (avb_cloud_init_check_user_data (text, strlen (text), NULL));
  scalars = read_scalars (text);
  g_assert_cmpstr (scalars, ==,
                   "user\nname\nno\ngecos\nАда 🙂 - {x}: [y] # & * ! | > % @ `\nlock_passwd\nfalse\n"
                   "ssh_authorized_keys\nssh-ed25519 " ED25519 " a: {b}, 'c' #d\n"
                   "password\n$6$salt$hash\nchpasswd\nexpire\nfalse\nssh_pwauth\nfalse\npackages\nvim\ng++\n");
}

static void
test_own_user_data_wins (void)
{
  g_autoptr (AvbFirstBoot) wishes = avb_first_boot_new ();
  g_autofree char *text = NULL;

  /* Nobody could log in otherwise, but it is the user's own affair. */
  g_object_set (wishes, "user-data", "#!/bin/sh\ntrue\n", NULL);
  g_assert_null (avb_cloud_init_find_problem (wishes));
  text = avb_cloud_init_make_user_data (wishes, NULL);
  g_assert_cmpstr (text, ==, "#!/bin/sh\ntrue\n");
}

static void
expect_problem (const char *property, const char *value, const char *words)
{
  g_autoptr (AvbFirstBoot) wishes = avb_first_boot_new ();
  const char *list[] = { value, NULL };
  g_autofree char *problem = NULL;

  g_object_set (wishes, "user", "ada", "password", "secret", NULL);
  g_assert_null (avb_cloud_init_find_problem (wishes));
  if (g_str_equal (property, "ssh-keys") || g_str_equal (property, "packages"))
    g_object_set (wishes, property, list, NULL);
  else
    g_object_set (wishes, property, value, NULL);
  problem = avb_cloud_init_find_problem (wishes);
  g_assert_nonnull (problem);
  g_test_message ("%s “%s”: %s", property, value, problem);
  g_assert_nonnull (strstr (problem, words));
}

static void
test_problems (void)
{
  expect_problem ("user", NULL, "user name");
  expect_problem ("user", "Ada", "small letters");
  expect_problem ("user", "root", "for itself");
  expect_problem ("user", "a\nb", "small letters");
  expect_problem ("full-name", "a:b", "full name");
  expect_problem ("password", NULL, "password or an SSH key");
  expect_problem ("password", "a\nb", "cannot be typed");
  expect_problem ("host-name", "-x", "computer name");
  expect_problem ("host-name", "a.b", "computer name");
  expect_problem ("ssh-keys", "hello", "SSH key");
  expect_problem ("packages", "--help", "not the name of a package");
  expect_problem ("packages", "vim; reboot", "not the name of a package");
  expect_problem ("user-data", "hello", "first line");
}

static void
test_host_names (void)
{
  static const struct {
    const char *machine;
    const char *host;
  } names[] = {
    { "Debian 13", "debian-13" },       { "--a--b--", "a-b" }, { "\xd8\xa3\xd8\xaf\xd8\xa7", "machine" },
    { "13 monkeys", "machine" },        { "", "machine" },     { "a very long name for a machine", "a-very-long-nam" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = avb_first_boot_make_host_name (names[i].machine, 15);

      g_assert_cmpstr (name, ==, names[i].host);
      g_assert_true (avb_first_boot_is_host_name (name, TRUE));
    }
}

/* A shell takes the script, and it does nothing where there is no such port. */
static void
test_vendor_data (void)
{
  g_autofree char *script = avb_cloud_init_make_vendor_data ();
  g_autofree char *path = avb_fixture_write (folder, "vendor-data", script, -1);

  g_assert_true (avb_cloud_init_check_user_data (script, strlen (script), NULL));
  avb_fixture_run ("sh", "-n", path, NULL);
  avb_fixture_run ("sh", path, NULL);
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  g_test_add_func ("/Avb/CloudInit/keys", test_keys);
  g_test_add_func ("/Avb/CloudInit/fingerprint", test_fingerprint);
  g_test_add_func ("/Avb/CloudInit/no-keys", test_no_keys);
  avb_test_add_fiber ("/Avb/CloudInit/finds-own-keys", finds_own_keys);
  g_test_add_func ("/Avb/CloudInit/user-data", test_user_data);
  g_test_add_func ("/Avb/CloudInit/user-data-that-means-harm", test_user_data_that_means_harm);
  avb_test_add_fiber ("/Avb/CloudInit/loads-user-data", loads_user_data);
  g_test_add_func ("/Avb/CloudInit/writes-wishes", test_writes_wishes);
  g_test_add_func ("/Avb/CloudInit/own-user-data-wins", test_own_user_data_wins);
  g_test_add_func ("/Avb/CloudInit/problems", test_problems);
  g_test_add_func ("/Avb/CloudInit/host-names", test_host_names);
  g_test_add_func ("/Avb/CloudInit/vendor-data", test_vendor_data);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
