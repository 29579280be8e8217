/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/kvm/avb-kvm-probe.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-folders.h"
#include "backends/kvm/avb-kvm-self-test.h"

#define CACHE_GROUP "kvm"

/* What the cached verdict holds for: this boot, this device. */
typedef struct {
  char *device;
  char *helper;
  char *cache;
} Call;

G_DEFINE_BOXED_TYPE (AvbKvmProbe, avb_kvm_probe, avb_kvm_probe_copy, avb_kvm_probe_free)

static AvbKvmProbe *
avb_kvm_probe_new (AvbKvmVerdict verdict,
                   const char   *details)
{
  AvbKvmProbe *probe = g_new0 (AvbKvmProbe, 1);

  probe->verdict = verdict;
  probe->details = g_strdup (details);
  return probe;
}

static void
call_free (Call *call)
{
  g_free (call->device);
  g_free (call->helper);
  g_free (call->cache);
  g_free (call);
}

static char *
read_boot_id (void)
{
  g_autofree char *id = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &id, NULL, NULL))
    return NULL;
  return g_strdup (g_strstrip (id));
}

static AvbKvmProbe *
read_cache (Call       *call,
            const char *boot_id)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *cached_id = NULL;
  g_autofree char *device = NULL;
  g_autofree char *details = NULL;
  gboolean works;

  if (boot_id == NULL || !g_key_file_load_from_file (file, call->cache, G_KEY_FILE_NONE, NULL))
    return NULL;
  cached_id = g_key_file_get_string (file, CACHE_GROUP, "boot-id", NULL);
  device = g_key_file_get_string (file, CACHE_GROUP, "device", NULL);
  if (g_strcmp0 (cached_id, boot_id) != 0 || g_strcmp0 (device, call->device) != 0)
    return NULL;
  works = g_key_file_get_boolean (file, CACHE_GROUP, "works", NULL);
  details = g_key_file_get_string (file, CACHE_GROUP, "details", NULL);
  return avb_kvm_probe_new (works ? AVB_KVM_WORKS : AVB_KVM_BROKEN, details);
}

static void
write_cache (Call              *call,
             const char        *boot_id,
             const AvbKvmProbe *probe)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (call->cache);
  g_autoptr (GError) error = NULL;

  if (boot_id == NULL)
    return;
  g_key_file_set_string (file, CACHE_GROUP, "boot-id", boot_id);
  g_key_file_set_string (file, CACHE_GROUP, "device", call->device);
  g_key_file_set_boolean (file, CACHE_GROUP, "works", probe->verdict == AVB_KVM_WORKS);
  g_key_file_set_string (file, CACHE_GROUP, "details", probe->details != NULL ? probe->details : "");
  g_mkdir_with_parents (folder, 0700);
  if (!g_key_file_save_to_file (file, call->cache, &error))
    g_info ("The verdict on KVM is not kept: %s", error->message);
}

static AvbKvmProbe *
run_self_test (Call *call)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &error, call->helper, call->device, NULL);
  if (process == NULL ||
      !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error))
    return avb_kvm_probe_new (AVB_KVM_UNTESTED, error->message);
  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return avb_kvm_probe_new (AVB_KVM_WORKS, NULL);
  if (g_subprocess_get_if_exited (process) &&
      g_subprocess_get_exit_status (process) == AVB_KVM_SELF_TEST_BUSY)
    return avb_kvm_probe_new (AVB_KVM_BUSY, g_strstrip (output));
  if (g_subprocess_get_if_signaled (process))
    return avb_kvm_probe_new (AVB_KVM_BROKEN, "the self-test did not end");
  return avb_kvm_probe_new (AVB_KVM_BROKEN, g_strstrip (output));
}

static DexFuture *
probe_thread (gpointer data)
{
  Call *call = data;
  g_autoptr (AvbKvmProbe) probe = NULL;
  g_autofree char *boot_id = NULL;
  int fd = open (call->device, O_RDWR | O_CLOEXEC);

  if (fd < 0)
    {
      int code = errno;

      probe = avb_kvm_probe_new (code == EACCES || code == EPERM ? AVB_KVM_NOT_PERMITTED
                                                                 : AVB_KVM_MISSING,
                                 g_strerror (code));
      return dex_future_new_take_boxed (AVB_TYPE_KVM_PROBE, g_steal_pointer (&probe));
    }
  close (fd);

  boot_id = read_boot_id ();
  probe = read_cache (call, boot_id);
  if (probe == NULL)
    {
      probe = run_self_test (call);
      /* What may be otherwise in the next minute is not kept. */
      if (probe->verdict == AVB_KVM_WORKS || probe->verdict == AVB_KVM_BROKEN)
        write_cache (call, boot_id, probe);
    }
  return dex_future_new_take_boxed (AVB_TYPE_KVM_PROBE, g_steal_pointer (&probe));
}

/* A processor that is itself virtual needs another remedy. */
static gboolean
is_nested (void)
{
  g_autofree char *cpuinfo = NULL;

  return g_file_get_contents ("/proc/cpuinfo", &cpuinfo, NULL, NULL) &&
         g_regex_match_simple ("^flags\\s*:.*\\bhypervisor\\b", cpuinfo, G_REGEX_MULTILINE, 0);
}

AvbKvmProbe *
avb_kvm_probe_copy (const AvbKvmProbe *probe)
{
  return avb_kvm_probe_new (probe->verdict, probe->details);
}

void
avb_kvm_probe_free (AvbKvmProbe *probe)
{
  g_free (probe->details);
  g_free (probe);
}

DexFuture *
avb_kvm_probe_run (const char *device,
                   const char *helper,
                   const char *cache)
{
  Call *call = g_new0 (Call, 1);

  if (helper == NULL)
    helper = g_getenv ("ALPHA_VBOX_KVM_SELF_TEST"); /* not installed yet */
  call->device = g_strdup (device != NULL ? device : "/dev/kvm");
  call->helper = g_strdup (helper != NULL ? helper : AVB_LIBEXECDIR "/avb-kvm-self-test");
  call->cache = cache != NULL ? g_strdup (cache) : avb_folder_build (AVB_FOLDER_CACHE, "kvm.ini");
  return avb_blocking_run (probe_thread, call, (GDestroyNotify) call_free);
}

char *
avb_kvm_probe_dup_reason (const AvbKvmProbe *probe)
{
  g_return_val_if_fail (probe != NULL, NULL);

  switch (probe->verdict)
    {
    case AVB_KVM_MISSING:
      return g_strdup (_ ("Machines are emulated and slow: this computer offers no hardware "
                          "virtualization."));
    case AVB_KVM_NOT_PERMITTED:
      return g_strdup (_ ("Machines are emulated and slow: you are not permitted to use hardware "
                          "virtualization."));
    case AVB_KVM_BROKEN:
      return g_strdup (_ ("Machines are emulated and slow: hardware virtualization is there, but "
                          "fails to run a 64-bit guest."));
    case AVB_KVM_BUSY:
      return g_strdup (_ ("Machines are emulated and slow: another program (VirtualBox, VMware …) uses the processor’s "
                          "virtualization at the moment."));
    case AVB_KVM_UNTESTED:
      return g_strdup (_ ("Machines are emulated and slow: hardware virtualization could not be "
                          "tested."));
    case AVB_KVM_WORKS:
    default:
      return NULL;
    }
}

char *
avb_kvm_probe_dup_remedy (const AvbKvmProbe *probe)
{
  g_return_val_if_fail (probe != NULL, NULL);

  if (probe->verdict == AVB_KVM_WORKS)
    return NULL;
  if (probe->verdict == AVB_KVM_NOT_PERMITTED)
    return g_strdup (_ ("Ask an administrator to add you to the group “kvm”, then log in again."));
  if (probe->verdict == AVB_KVM_BUSY)
    return g_strdup (_ ("Close its machines, then try again."));
  if (probe->verdict == AVB_KVM_UNTESTED)
    return g_strdup (_ ("Install Alpha VBox again: a part of it is missing."));
  if (is_nested ())
    return g_strdup (_ ("This computer is itself a virtual machine: switch on nested "
                        "virtualization on the computer that runs it."));
  if (probe->verdict == AVB_KVM_MISSING)
    return g_strdup (_ ("Switch on virtualization (Intel VT-x or AMD-V) in the firmware settings "
                        "of this computer."));
  return g_strdup (_ ("Update the firmware and the kernel of this computer, and stop other "
                      "programs that use its virtualization."));
}
