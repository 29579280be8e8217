/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * From the start of the program to its first frame and to the complete list, its memory and its CPU when idle,
 * beside virt-manager and GNOME Boxes with the same machines. virt-manager shows a test:///FILE; Boxes shows only
 * qemu:///session, so machines are defined there for it, and ours looks at the same.
 */

#include "config.h"

#include "avb-measure.h"
#include "avb-peer.h"
#include "avb-report.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <string.h>

/* Idle CPU takes its time: it is measured in the first runs only. */
#define IDLE_RUNS 2

static char *program, *json_path;
static int n_runs = 5, idle_seconds = 20;
static gboolean small, large;

/* The test driver's machines run unless told otherwise, and graphs of running ones never hold still. */
#define OFF "<test:runstate xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>5</test:runstate>"

typedef struct {
  GArray *first_frame, *complete, *memory, *idle;
} Runs;

static void
runs_init (Runs *runs)
{
  runs->first_frame = g_array_new (FALSE, FALSE, sizeof (double));
  runs->complete = g_array_new (FALSE, FALSE, sizeof (double));
  runs->memory = g_array_new (FALSE, FALSE, sizeof (double));
  runs->idle = g_array_new (FALSE, FALSE, sizeof (double));
}

static void
runs_clear (Runs *runs)
{
  g_array_unref (runs->first_frame);
  g_array_unref (runs->complete);
  g_array_unref (runs->memory);
  g_array_unref (runs->idle);
}

static void
runs_add (Runs *runs, const AvbStart *start)
{
  g_array_append_val (runs->first_frame, start->first_frame);
  g_array_append_val (runs->complete, start->complete);
  g_array_append_val (runs->memory, start->memory);
  if (runs->idle->len < IDLE_RUNS)
    g_array_append_val (runs->idle, start->idle);
}

/* In turn, so that what else this computer does meets both. The first round only warms up. */
static gboolean
compare (AvbScreen *screen, AvbReport *report, guint n_machines, const char *const *ours, const char *const *theirs,
         const char *peer)
{
  g_autofree char *test_case = NULL;
  g_autoptr (GError) error = NULL;
  /* Boxes shows an empty window for some 20 s before it shows 1,000 machines. */
  const guint still = n_machines <= 100 ? 4 : g_str_equal (peer, "gnome-boxes") ? 25 : 8;
  Runs our_runs, their_runs;
  AvbStart start;
  gboolean ok = TRUE;

  runs_init (&our_runs);
  runs_init (&their_runs);
  for (int i = 0; ok && i <= n_runs; i++) {
    g_printerr ("%u machines, beside %s: %s %d of %d\n", n_machines, peer, i == 0 ? "warm-up" : "run", i, n_runs);
    ok = avb_measure_start (screen, ours, still, i > 0 && i <= IDLE_RUNS ? idle_seconds : 0, &start, &error);
    if (ok && i > 0)
      runs_add (&our_runs, &start);
    ok = ok && avb_measure_start (screen, theirs, still, i > 0 && i <= IDLE_RUNS ? idle_seconds : 0, &start, &error);
    if (ok && i > 0)
      runs_add (&their_runs, &start);
  }
  if (ok) {
    test_case = g_strdup_printf ("first frame %u machines", n_machines);
    avb_report_add (report, test_case, "time", "s", our_runs.first_frame, peer, their_runs.first_frame);
    g_free (test_case);
    test_case = g_strdup_printf ("full list %u machines", n_machines);
    avb_report_add (report, test_case, "time", "s", our_runs.complete, peer, their_runs.complete);
    g_free (test_case);
    test_case = g_strdup_printf ("%u machines", n_machines);
    avb_report_add (report, test_case, "memory", "MiB", our_runs.memory, peer, their_runs.memory);
    g_free (test_case);
    test_case = g_strdup_printf ("idle %u machines", n_machines);
    avb_report_add (report, test_case, "cpu", "%", our_runs.idle, peer, their_runs.idle);
  } else {
    g_printerr ("%s\n", error->message);
  }
  runs_clear (&our_runs);
  runs_clear (&their_runs);
  return ok;
}

/* The hardware that an ordinary desktop machine has: virt-install's, in short. */
#define DEVICES \
  "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/>" \
  "<source file='/var/lib/libvirt/images/machine-%04u.qcow2'/><target dev='vda' bus='virtio'/></disk>" \
  "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/></disk>" \
  "<interface type='user'><model type='virtio'/></interface><serial type='pty'/><console type='pty'/>" \
  "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" \
  "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>" \
  "<input type='tablet' bus='usb'/><graphics type='spice' autoport='yes'/><sound model='ich9'/>" \
  "<video><model type='virtio'/></video>" \
  "<memballoon model='virtio'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices>"

static char *
make_domain (guint number, const char *type)
{
  return g_strdup_printf ("<domain type='%s'><name>machine-%04u</name><memory unit='MiB'>2048</memory><vcpu>2</vcpu>"
                          "<os><type arch='x86_64' machine='%s'>hvm</type></os><features><acpi/><apic/></features>"
                          "<clock offset='utc'/>" DEVICES "%s</domain>",
                          type, number, strcmp (type, "test") == 0 ? "pc" : "q35", number,
                          strcmp (type, "test") == 0 ? OFF : "");
}

static char *
write_test_file (guint n_machines, GError **error)
{
  g_autofree char *name = g_strdup_printf ("machines-%u.xml", n_machines);
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), name, NULL);
  g_autoptr (GString) text = g_string_new ("<node><cpu><mhz>2000</mhz><model>x86_64</model><active>8</active><nodes>1</nodes>"
                                           "<sockets>1</sockets><cores>8</cores><threads>1</threads></cpu>"
                                           "<memory>33554432</memory>");

  for (guint i = 0; i < n_machines; i++) {
    g_autofree char *domain = make_domain (i, "test");

    g_string_append (text, domain);
  }
  g_string_append (text, "</node>\n");
  if (!g_file_set_contents (path, text->str, -1, error))
    return NULL;
  return g_strconcat ("test://", path, NULL);
}

/* Brings the number of machines of the private session to @n_machines, which is not less than it was. */
static gboolean
define_in_session (virConnectPtr connection, guint n_machines)
{
  for (guint i = virConnectNumOfDefinedDomains (connection); i < n_machines; i++) {
    g_autofree char *xml = make_domain (i, "qemu");
    virDomainPtr domain = virDomainDefineXML (connection, xml);

    if (domain == NULL) {
      g_printerr ("%s\n", virGetLastErrorMessage ());
      return FALSE;
    }
    virDomainFree (domain);
  }
  return TRUE;
}

static gboolean
run_all (AvbReport *report)
{
  const guint counts[] = { 0, 10, 1000 };
  g_autoptr (AvbScreen) screen = avb_screen_new ();
  virConnectPtr connection = NULL;
  gboolean ok = TRUE;

  avb_peer_skip_tutorial_of_boxes ();
  for (int i = 0; connection == NULL && i < 20; i++) {
    connection = virConnectOpen ("qemu:///session");
    if (connection == NULL)
      g_usleep (500000);
  }
  for (guint i = large ? 2 : 0; ok && i < (small ? 2 : 3); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *uri = write_test_file (counts[i], &error);
    const char *ours[] = { program, "--connect", uri, NULL };
    const char *manager[] = { "virt-manager", "--no-fork", "--connect", uri, NULL };
    const char *ours_session[] = { program, "--connect", "qemu:///session", NULL };
    /* Without its tutorial: env becomes the program. */
    const char *boxes[] = { "env", "GSETTINGS_BACKEND=keyfile", "gnome-boxes", NULL };

    if (uri == NULL) {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
    ok = compare (screen, report, counts[i], ours, manager, "virt-manager");
    if (ok && connection != NULL && define_in_session (connection, counts[i]))
      ok = compare (screen, report, counts[i], ours_session, boxes, "gnome-boxes");
  }
  if (connection != NULL)
    virConnectClose (connection);
  return ok;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "program", 0, 0, G_OPTION_ARG_FILENAME, &program, "Ours", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "Where the results go too", "FILE" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "Counted runs (5)", "N" },
    { "idle", 0, 0, G_OPTION_ARG_INT, &idle_seconds, "Seconds over which idle CPU is measured (20)", "SECONDS" },
    { "small", 0, 0, G_OPTION_ARG_NONE, &small, "Without the 1,000 machines", NULL },
    { "large", 0, 0, G_OPTION_ARG_NONE, &large, "Only the 1,000 machines", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (AvbReport) report = avb_report_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || program == NULL || n_runs < 1) {
    g_printerr ("%s\n", error != NULL ? error->message : "bench-start needs --program");
    return 2;
  }
  ok = run_all (report);
  if (json_path != NULL && !avb_report_save (report, json_path, &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  return ok ? 0 : 1;
}
