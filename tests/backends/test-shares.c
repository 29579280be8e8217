/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-text-console.h"
#include "backends/libvirt/avb-domain-xml.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Folders that a machine shares: what is written into definitions, and a guest that uses them. */

static const AvbDomainTraits traits = { .architecture = "x86_64", .spice = TRUE };

static void
test_tags (void)
{
  static const struct {
    const char *path;
    const char *tag;
  } made[] = {
    { "/home/me/Documents", "Documents" },
    { "/srv/My Files (new)/", "My-Files-new" },
    { "/srv/-rf", "rf" },
    { "/srv/Übung & Co", "Ubung-Co" },
    { "/srv/文書", "share" },
    { "/", "share" },
    { "/srv/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
  };
  static const char *const refused[]
      = { "",    "-a",   ".a", "a b",  "a/b",
          "a,b", "a\nb", "ü",  "$(a)", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
  g_autoptr (GPtrArray) shares
      = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_share_spec_free);
  g_autofree char *second = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *tag = avb_share_tag_make (made[i].path, NULL);

      g_assert_cmpstr (tag, ==, made[i].tag);
      g_assert_true (avb_share_tag_is_valid (tag));
    }
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (avb_share_tag_is_valid (refused[i]));
  g_ptr_array_add (shares, avb_share_spec_new ("/a/docs", NULL));
  second = avb_share_tag_make ("/b/docs", shares);
  g_assert_cmpstr (second, ==, "docs-2");
}

static AvbDomainXml *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return xml;
}

static char *
apply (AvbDomainXml *xml, AvbMachineSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;

  avb_domain_xml_apply_spec (xml, spec, &traits, &error);
  g_assert_no_error (error);
  read = avb_domain_xml_read_spec (xml);
  g_assert_true (avb_machine_spec_equal (read, spec));
  return avb_domain_xml_to_string (xml);
}

static void
test_round_trip (void)
{
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("shares", NULL);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GError) error = NULL;
  AvbShareSpec *share = avb_share_spec_new ("/srv/<a> & 'b'", "docs");

  g_assert_true (share->read_only);
  avb_machine_spec_add_share (spec, share);
  share = avb_share_spec_new ("/srv/c", NULL);
  share->read_only = FALSE;
  avb_machine_spec_add_share (spec, share);
  g_assert_true (avb_machine_spec_validate (spec, &error));
  g_assert_no_error (error);
  xml = avb_domain_xml_new (spec, &traits, &error);
  g_assert_no_error (error);
  g_assert_true (avb_domain_memory_is_shared (avb_domain_xml_get_root (xml)));
  read = avb_domain_xml_read_spec (xml);
  g_assert_true (avb_machine_spec_equal (spec, read));
  share->kind = AVB_SHARE_CHANNEL;
  g_assert_false (avb_machine_spec_validate (spec, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

/* What others set up around a share stays; what is no share of ours is not touched. */
static void
test_edit (void)
{
  g_autoptr (AvbDomainXml) xml = parse (
      "<domain type='kvm'><name>n</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os/><devices>"
      "<filesystem type='mount' accessmode='passthrough'><driver type='virtiofs' queue='1024'/>"
      "<binary path='/opt/virtiofsd' xattr='on'/><source dir='/a'/><target dir='one'/></filesystem>"
      "<filesystem type='mount'><source dir='/p'/><target dir='ninep'/></filesystem>"
      "<filesystem type='mount'><driver type='virtiofs'/><source socket='/s'/><target dir='sock'/>"
      "</filesystem></devices></domain>");
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
  GPtrArray       *shares = avb_machine_spec_get_shares (spec);
  AvbShareSpec    *share = avb_shares_find (shares, "one");
  g_autofree char *text = NULL;

  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_false (share->read_only);
  share->read_only = TRUE;
  text = apply (xml, spec);
  g_assert_nonnull (strstr (text, "<binary path=\"/opt/virtiofsd\" xattr=\"on\"/>"));
  g_assert_nonnull (strstr (text, "<readonly/>"));
  g_assert_null (strstr (text, "memfd"));
  share->read_only = FALSE;
  g_free (text);
  text = apply (xml, spec);
  g_assert_null (strstr (text, "<readonly/>"));

  avb_machine_spec_add_share (spec, avb_share_spec_new ("/b", NULL));
  g_free (text);
  text = apply (xml, spec);
  g_assert_nonnull (strstr (text, "<source type=\"memfd\"/>"));
  g_assert_nonnull (strstr (text, "<access mode=\"shared\"/>"));
  g_ptr_array_set_size (shares, 0);
  g_free (text);
  text = apply (xml, spec);
  g_assert_null (strstr (text, "/opt/virtiofsd"));
  g_assert_nonnull (strstr (text, "ninep"));
  g_assert_nonnull (strstr (text, "sock"));
}

static void
test_memory (void)
{
  static const struct {
    const char *backing;
    gboolean    hugepages;
  } kinds[] = {
    { "", FALSE },
    { "<memoryBacking><source type='anonymous'/><access mode='private'/></memoryBacking>", FALSE },
    { "<memoryBacking><hugepages/><locked/></memoryBacking>", TRUE },
    { "<cpu><numa><cell id='0' cpus='0' memory='65536' memAccess='private'/></numa></cpu>", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *definition = g_strdup_printf (
          "<domain type='kvm'><name>n</name><memory>65536</memory>%s<vcpu>1</vcpu></domain>",
          kinds[i].backing);
      g_autoptr (AvbDomainXml) xml = parse (definition);
      g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
      g_autofree char *text = NULL;

      g_assert_false (avb_domain_memory_is_shared (avb_domain_xml_get_root (xml)));
      avb_machine_spec_add_share (spec, avb_share_spec_new ("/b", NULL));
      text = apply (xml, spec);
      g_assert_true (avb_domain_memory_is_shared (avb_domain_xml_get_root (xml)));
      g_assert_cmpint (strstr (text, "hugepages") != NULL, ==, kinds[i].hugepages);
      g_assert_cmpint (strstr (text, "memfd") == NULL, ==, kinds[i].hugepages);
    }
}

/* --- With a guest --- */

typedef struct {
  int      fd;
  guint    count;
  GString *text;
} Shell;

static void
shell_read (Shell *self)
{
  char   buffer[4096];
  gssize n = read (self->fd, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (self->text, buffer, n);
  else
    g_assert_true (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static gboolean
shell_has (Shell *self, const char *text)
{
  shell_read (self);
  return strstr (self->text->str, text) != NULL;
}

/* What @command writes, from its beginning. */
static const char *
shell_run (Shell *self, const char *command)
{
  guint            number = ++self->count;
  g_autofree char *line
      = g_strdup_printf ("echo BEG''IN-%u; %s; echo EN''D-%u\n", number, command, number);
  g_autofree char *begin = g_strdup_printf ("BEGIN-%u\r\n", number);
  g_autofree char *end = g_strdup_printf ("END-%u\r\n", number);
  gsize            written = 0;

  g_string_truncate (self->text, 0);
  while (written < strlen (line))
    {
      gssize n = write (self->fd, line + written, strlen (line) - written);

      g_assert_true (n > 0 || errno == EAGAIN);
      written += MAX (n, 0);
      avb_test_pass_time ();
    }
  avb_test_until_true (shell_has (self, end));
  g_test_message ("%s", self->text->str);
  return strstr (self->text->str, begin) + strlen (begin);
}

static Shell *
shell_open (AvbMachine *machine)
{
  Shell *self = g_new0 (Shell, 1);
  g_autoptr (GPtrArray) consoles = avb_test_await_boxed (avb_machine_list_text_consoles (machine));
  const AvbTextConsole *console = consoles->pdata[0];
  g_autoptr (GError) error = NULL;

  self->text = g_string_new (NULL);
  self->fd = dex_await_int (avb_machine_open_text_console (machine, console->name, FALSE), &error);
  g_assert_no_error (error);
  avb_test_until_true (shell_has (self, "guest#"));
  return self;
}

static void
shell_close (Shell *self)
{
  close (self->fd);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static AvbApplied
set_share (AvbMachine *machine, const char *path, const char *tag, gboolean read_only)
{
  g_autoptr (AvbShareSpec) share = avb_share_spec_new (path, tag);
  g_autoptr (GError) error = NULL;
  int applied;

  share->read_only = read_only;
  applied = dex_await_int (avb_machine_set_share (machine, share), &error);
  g_assert_no_error (error);
  return applied;
}

/* -1: there is none */
static int
presence_of (AvbMachine *machine, const char *tag)
{
  g_autoptr (GPtrArray) shares = avb_test_await_boxed (avb_machine_list_shares (machine));
  const AvbShareSpec *share = avb_shares_find (shares, tag);

  return share != NULL ? (int) share->presence : -1;
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
file_exists (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static AvbMachineSpec *
make_spec (const char *iso)
{
  AvbMachineSpec *spec = avb_session_test_spec ("shares", NULL);
  AvbDiskSpec    *disk = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, iso, "raw");

  disk->boot_order = 1;
  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_set_memory_mib (spec, 192);
  return spec;
}

static void
use_in_guest (AvbMachine *machine, const char *docs, const char *drop)
{
  Shell *shell = shell_open (machine);

  shell_run (shell, "mkdir -p /docs /drop; mount -t virtiofs docs /docs; cat /docs/hello");
  g_assert_nonnull (strstr (shell->text->str, "from the host"));
  shell_run (shell, "echo x > /docs/new || echo REF''USED");
  g_assert_nonnull (strstr (shell->text->str, "REFUSED"));
  g_assert_false (file_exists (docs, "new"));

  /* Its memory is set up for it: the next one comes while it runs. */
  g_assert_cmpint (set_share (machine, drop, "drop", FALSE), ==, AVB_APPLIED_NOW);
  shell_run (shell,
             "until mount -t virtiofs drop /drop 2>/dev/null; do sleep 1; done;"
             " echo y > /drop/new; sync");
  g_assert_true (file_exists (drop, "new"));
  g_assert_cmpint (presence_of (machine, "drop"), ==, AVB_SHARE_PRESENT);

  /* What the guest has is not changed under its feet. */
  g_assert_cmpint (set_share (machine, docs, "docs", FALSE), ==, AVB_APPLIED_AT_NEXT_START);
  g_assert_cmpint (presence_of (machine, "docs"), ==, AVB_SHARE_AT_NEXT_START);
  shell_run (shell, "echo x > /docs/new || echo REF''USED");
  g_assert_nonnull (strstr (shell->text->str, "REFUSED"));

  shell_run (shell, "umount /drop");
  avb_test_await (avb_machine_remove_share (machine, "drop"));
  avb_test_until_true (presence_of (machine, "drop") == -1);
  avb_test_await_error (avb_machine_remove_share (machine, "drop"), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  shell_close (shell);
}

static DexFuture *
guest_fiber (gpointer data)
{
  const char *iso = g_getenv ("AVB_TEST_ISO");
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autofree char *docs = avb_test_make_folder ();
  g_autofree char *drop = avb_test_make_folder ();
  g_autoptr (AvbShareSpec) missing = avb_share_spec_new ("/nowhere/at/all", NULL);
  const char *reason;

  avb_session_test_wait_capabilities (connection);
  reason = avb_capabilities_get_reason (avb_connection_get_capabilities (connection),
                                        AVB_FEATURE_SHARED_FOLDERS);
  if (iso == NULL || reason != NULL)
    {
      g_test_skip (reason != NULL ? reason : "There is no guest to test with.");
      avb_test_await (avb_connection_close (connection));
      return NULL;
    }
  write_file (docs, "hello", "from the host\n");
  spec = make_spec (iso);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await_error (avb_machine_set_share (machine, missing), AVB_ERROR, AVB_ERROR_INVALID);
  g_set_str (&missing->tag, "no spaces");
  avb_test_await_error (avb_machine_set_share (machine, missing), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (presence_of (machine, "at-all"), ==, -1);

  g_assert_cmpint (set_share (machine, docs, "docs", TRUE), ==, AVB_APPLIED_NOW);
  g_assert_cmpint (presence_of (machine, "docs"), ==, AVB_SHARE_PRESENT);
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  use_in_guest (machine, docs, drop);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  g_assert_cmpint (presence_of (machine, "docs"), ==, AVB_SHARE_PRESENT);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_true (file_exists (docs, "hello"));
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (docs);
  avb_test_remove_folder (drop);
  return NULL;
}

/* The first share of a machine that runs waits for its memory to be set up. */
static DexFuture *
first_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("first", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autofree char *folder = avb_test_make_folder ();
  const char      *reason;

  avb_session_test_wait_capabilities (connection);
  reason = avb_capabilities_get_reason (avb_connection_get_capabilities (connection),
                                        AVB_FEATURE_SHARED_FOLDERS);
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  if (reason == NULL)
    {
      g_assert_cmpint (set_share (machine, folder, "first", TRUE), ==, AVB_APPLIED_AT_NEXT_START);
      g_assert_cmpint (presence_of (machine, "first"), ==, AVB_SHARE_AT_NEXT_START);
    }
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
test_driver_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  g_autoptr (AvbMachine) machine
      = g_list_model_get_item (avb_connection_get_machines (connection), 0);
  g_autoptr (AvbShareSpec) share = avb_share_spec_new ("/tmp", NULL);
  g_autoptr (GPtrArray) shares = avb_test_await_boxed (avb_machine_list_shares (machine));

  g_assert_cmpuint (shares->len, ==, 0);
  avb_test_await_error (avb_machine_set_share (machine, share), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Shares/tags", test_tags);
  g_test_add_func ("/Avb/Shares/round-trip", test_round_trip);
  g_test_add_func ("/Avb/Shares/edit", test_edit);
  g_test_add_func ("/Avb/Shares/memory", test_memory);
  avb_test_add_fiber ("/Avb/Shares/test-driver", test_driver_fiber);
  avb_test_add_fiber ("/Avb/Shares/first", first_fiber);
  avb_test_add_fiber ("/Avb/Shares/guest", guest_fiber);

  return g_test_run ();
}
