/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/hvf/avb-hvf-entitlements.h"

G_BEGIN_DECLS

typedef enum {
  AVB_HVF_PROCESSOR_UNKNOWN,
  AVB_HVF_PROCESSOR_APPLE,
  AVB_HVF_PROCESSOR_INTEL,
} AvbHvfProcessor;

/* What a question has for an answer, where there may be none. */
typedef enum {
  AVB_HVF_UNKNOWN,
  AVB_HVF_NO,
  AVB_HVF_YES,
} AvbHvfAnswer;

/**
 * AvbHvfFacts:
 *
 * What is known of a computer. A plain value; strings are borrowed.
 */
typedef struct {
  gboolean           is_macos;
  AvbHvfProcessor    processor;
  gboolean           translated;   /* this program is one for Intel, run by Rosetta */
  AvbHvfAnswer       support;      /* sysctl kern.hv_support */
  AvbHvfAnswer       is_guest;     /* sysctl kern.hv_vmm_present: this Mac is itself a machine */
  const char        *qemu;         /* (nullable): the QEMU for machines like this computer */
  AvbHvfAnswer       signature;    /* whether its entitlements are known */
  AvbHvfEntitlements entitlements;
  gboolean           daemon;       /* libvirt's, or what starts it, is there */
} AvbHvfFacts;

/**
 * AvbHvfVerdict:
 * @AVB_HVF_WORKS: machines run on the processor itself, by all that can be known without trying.
 * @AVB_HVF_ELSEWHERE: this is no Mac.
 * @AVB_HVF_NO_DAEMON: libvirt is not installed.
 * @AVB_HVF_NO_QEMU: QEMU is not installed.
 * @AVB_HVF_TRANSLATED: all of it is for Intel, and this is not.
 * @AVB_HVF_NESTED: this Mac is a virtual machine whose host gives it no virtualization.
 * @AVB_HVF_UNSUPPORTED: the processor has no virtualization.
 * @AVB_HVF_NOT_ENTITLED: QEMU is not signed for it.
 * @AVB_HVF_UNTOLD: macOS does not tell whether it is; what is not known is not relied on.
 */
typedef enum {
  AVB_HVF_WORKS,
  AVB_HVF_ELSEWHERE,
  AVB_HVF_NO_DAEMON,
  AVB_HVF_NO_QEMU,
  AVB_HVF_TRANSLATED,
  AVB_HVF_NESTED,
  AVB_HVF_UNSUPPORTED,
  AVB_HVF_NOT_ENTITLED,
  AVB_HVF_UNTOLD,
} AvbHvfVerdict;

AvbHvfVerdict avb_hvf_decide (const AvbHvfFacts *facts);
/* With these there are no machines at all; with the others they are emulated. */
gboolean      avb_hvf_verdict_is_fatal (AvbHvfVerdict verdict);
/* (transfer none) (nullable): why, and what would mend it, in a translated sentence; %NULL if it works, and where nothing
 * can mend it */
const char   *avb_hvf_verdict_get_reason (AvbHvfVerdict verdict);
const char   *avb_hvf_verdict_get_remedy (AvbHvfVerdict verdict);

/* Where Homebrew's programs are, and those of MacPorts: an application that was started from the Finder has not got them in
 * its path. (nullable) (transfer full) */
char         *avb_hvf_find_program (const char *name);

/* Looks at this computer. Resolves to an int: #AvbHvfVerdict; never rejects. */
DexFuture    *avb_hvf_probe_run (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
