/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbKvmVerdict:
 * @AVB_KVM_WORKS: 64-bit guests run.
 * @AVB_KVM_MISSING: there is no device.
 * @AVB_KVM_NOT_PERMITTED: the user may not open it.
 * @AVB_KVM_BROKEN: it opens, but a 64-bit guest dies in it, as on many nested hosts.
 * @AVB_KVM_BUSY: another hypervisor has the processor's virtualization now; it may give it back at any time.
 * @AVB_KVM_UNTESTED: the self-test could not be started; what is not proven is not relied on.
 */
typedef enum {
  AVB_KVM_WORKS,
  AVB_KVM_MISSING,
  AVB_KVM_NOT_PERMITTED,
  AVB_KVM_BROKEN,
  AVB_KVM_BUSY,
  AVB_KVM_UNTESTED,
} AvbKvmVerdict;

/**
 * AvbKvmProbe:
 *
 * What avb_kvm_probe_run() found. A boxed value.
 */
typedef struct {
  AvbKvmVerdict verdict;
  char         *details; /* (nullable) what the self-test said, untranslated */
} AvbKvmProbe;

#define AVB_TYPE_KVM_PROBE (avb_kvm_probe_get_type ())
GType        avb_kvm_probe_get_type (void);
AvbKvmProbe *avb_kvm_probe_copy     (const AvbKvmProbe *probe);
void         avb_kvm_probe_free     (AvbKvmProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbKvmProbe, avb_kvm_probe_free)

/**
 * avb_kvm_probe_run:
 * @device: (nullable): %NULL for /dev/kvm
 * @helper: (nullable): the self-test program; %NULL for the installed one
 * @cache: (nullable): a file that keeps the self-test's verdict until the next boot; %NULL for the
 *   one in the user's cache folder
 *
 * Whether KVM really runs guests on this computer. The self-test is a process of its own with a
 * limit of some seconds; it runs once per boot and device, and again while the device is busy.
 *
 * Returns: (transfer full): resolves to an #AvbKvmProbe (boxed); never rejects
 */
DexFuture *avb_kvm_probe_run (const char *device,
                              const char *helper,
                              const char *cache) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_kvm_probe_dup_reason:
 *
 * Returns: (transfer full) (nullable): why guests are emulated, in a translated sentence; %NULL if
 *   KVM works
 */
char *avb_kvm_probe_dup_reason (const AvbKvmProbe *probe);

/* What would mend it, likewise. */
char *avb_kvm_probe_dup_remedy (const AvbKvmProbe *probe);

G_END_DECLS
