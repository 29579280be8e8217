/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hvf/avb-hvf-probe.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"

#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

AvbHvfVerdict
avb_hvf_decide (const AvbHvfFacts *facts)
{
  g_return_val_if_fail (facts != NULL, AVB_HVF_ELSEWHERE);

  if (!facts->is_macos)
    return AVB_HVF_ELSEWHERE;
  if (!facts->daemon)
    return AVB_HVF_NO_DAEMON;
  if (facts->qemu == NULL)
    return AVB_HVF_NO_QEMU;
  if (facts->translated)
    return AVB_HVF_TRANSLATED;
  if (facts->support == AVB_HVF_NO && facts->is_guest == AVB_HVF_YES)
    return AVB_HVF_NESTED;
  if (facts->support == AVB_HVF_NO)
    return AVB_HVF_UNSUPPORTED;
  if (facts->support == AVB_HVF_UNKNOWN || facts->signature != AVB_HVF_YES)
    return AVB_HVF_UNTOLD;
  return (facts->entitlements & AVB_HVF_MAY_VIRTUALIZE) != 0 ? AVB_HVF_WORKS : AVB_HVF_NOT_ENTITLED;
}

gboolean
avb_hvf_verdict_is_fatal (AvbHvfVerdict verdict)
{
  return verdict == AVB_HVF_ELSEWHERE || verdict == AVB_HVF_NO_DAEMON || verdict == AVB_HVF_NO_QEMU;
}

const char *
avb_hvf_verdict_get_reason (AvbHvfVerdict verdict)
{
  switch (verdict)
    {
    case AVB_HVF_ELSEWHERE:
      return _ ("Hypervisor.framework is a part of macOS, and this is another system.");
    case AVB_HVF_NO_DAEMON:
      return _ ("libvirt is not installed.");
    case AVB_HVF_NO_QEMU:
      return _ ("QEMU is not installed.");
    case AVB_HVF_TRANSLATED:
      return _ (
          "Machines are emulated and slow: Alpha VBox and QEMU are those for Intel processors.");
    case AVB_HVF_NESTED:
      return _ ("Machines are emulated and slow: this Mac is itself a virtual machine without "
                "virtualization.");
    case AVB_HVF_UNSUPPORTED:
      return _ (
          "Machines are emulated and slow: the processor of this Mac offers no virtualization.");
    case AVB_HVF_NOT_ENTITLED:
      return _ ("Machines are emulated and slow: QEMU is not signed for the use of "
                "Hypervisor.framework.");
    case AVB_HVF_UNTOLD:
      return _ ("Machines are emulated and slow: macOS does not tell whether QEMU may use "
                "Hypervisor.framework.");
    case AVB_HVF_WORKS:
    default:
      return NULL;
    }
}

const char *
avb_hvf_verdict_get_remedy (AvbHvfVerdict verdict)
{
  switch (verdict)
    {
    case AVB_HVF_NO_DAEMON:
      return _ ("Install it with Homebrew: brew install libvirt");
    case AVB_HVF_NO_QEMU:
      return _ ("Install it with Homebrew: brew install qemu");
    case AVB_HVF_TRANSLATED:
      return _ ("Install Homebrew for Apple silicon in /opt/homebrew, and Alpha VBox with it.");
    case AVB_HVF_NESTED:
      return _ ("Switch on nested virtualization on the computer that runs this Mac.");
    case AVB_HVF_NOT_ENTITLED:
    case AVB_HVF_UNTOLD:
      return _ ("Install QEMU again, which signs it: brew reinstall qemu");
    case AVB_HVF_WORKS:
    case AVB_HVF_ELSEWHERE:
    case AVB_HVF_UNSUPPORTED:
    default:
      return NULL;
    }
}

/* --- This computer. --- */

char *
avb_hvf_find_program (const char *name)
{
  static const char *const folders[]
      = { "/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/local/bin",
          "/usr/local/sbin",   "/opt/local/bin",     "/opt/local/sbin" };
  char *found = g_find_program_in_path (name);

  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i], name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        found = g_steal_pointer (&path);
    }
  return found;
}

#ifdef __APPLE__

/* Names that this macOS does not know are no answer. */
static AvbHvfAnswer
ask_system (const char *name)
{
  int    value = 0;
  size_t size = sizeof value;

  if (sysctlbyname (name, &value, &size, NULL, 0) != 0 || size != sizeof value)
    return AVB_HVF_UNKNOWN;
  return value != 0 ? AVB_HVF_YES : AVB_HVF_NO;
}

static void
ask_macos (AvbHvfFacts *facts)
{
  facts->is_macos = TRUE;
  facts->translated = ask_system ("sysctl.proc_translated") == AVB_HVF_YES;
  facts->processor = facts->translated || ask_system ("hw.optional.arm64") == AVB_HVF_YES
                         ? AVB_HVF_PROCESSOR_APPLE
                         : AVB_HVF_PROCESSOR_INTEL;
  facts->support = ask_system ("kern.hv_support");
  facts->is_guest = ask_system ("kern.hv_vmm_present");
}

#else

static void
ask_macos (AvbHvfFacts *facts)
{
}

#endif

/* Whoever connects to the session starts it, if it is installed. */
static gboolean
has_daemon (void)
{
  static const char *const names[] = { "virtqemud", "libvirtd" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = avb_hvf_find_program (names[i]);

      if (path != NULL)
        return TRUE;
    }
  return FALSE;
}

static DexFuture *
probe_thread (gpointer data)
{
  AvbHvfFacts      facts = { 0 };
  g_autofree char *qemu = NULL;
  g_autoptr (GError) error = NULL;

  ask_macos (&facts);
  if (facts.is_macos)
    {
      facts.daemon = has_daemon ();
      qemu = avb_hvf_find_program (facts.processor == AVB_HVF_PROCESSOR_INTEL
                                       ? "qemu-system-x86_64"
                                       : "qemu-system-aarch64");
      facts.qemu = qemu;
    }
  if (qemu != NULL)
    {
      facts.signature = avb_hvf_entitlements_read (NULL, qemu, &facts.entitlements, &error)
                            ? AVB_HVF_YES
                            : AVB_HVF_UNKNOWN;
      if (error != NULL)
        g_info ("%s: %s", qemu, error->message);
    }
  return dex_future_new_for_int ((int) avb_hvf_decide (&facts));
}

DexFuture *
avb_hvf_probe_run (void)
{
  return avb_blocking_run_long (probe_thread, NULL, NULL);
}
