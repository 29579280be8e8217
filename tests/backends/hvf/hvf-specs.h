/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-domain-xml.h"

G_BEGIN_DECLS

/* A machine, and the Mac that it is made for. */
typedef struct {
  const char *name;         /* of the file in golden/, without its ending */
  const char *architecture; /* of the Mac */
  gboolean    spice;
  gboolean    autoselect;   /* libvirt finds the firmware by itself */
  gboolean    privileged;   /* its networks may be used */
  void      (*fill) (AvbMachineSpec *spec);
} HvfCase;

extern const HvfCase hvf_cases[];
extern const guint   hvf_n_cases;

/* (transfer full) */
AvbMachineSpec *hvf_case_make_spec   (const HvfCase *test);
/* Its strings are constant. */
AvbDomainTraits hvf_case_make_traits (const HvfCase *test);

G_END_DECLS
