/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-host.h"
#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

/**
 * AvbProgramRig:
 *
 * What the program has below its window: a library with one connection, the marketplace that comes with the program and is
 * trusted by the root in it, a host for what is installed from there. In a fiber.
 */
typedef struct {
  char             *folder;
  AvbLibrary       *library;
  AvbConnection    *connection; /* borrowed */
  AvbMarketplace   *marketplace;
  AvbExtensionHost *host;
} AvbProgramRig;

AvbProgramRig *avb_program_rig_new  (const char *uri);
void           avb_program_rig_free (AvbProgramRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbProgramRig, avb_program_rig_free)

/* The program ends, and is there again: what is installed stays, and so do machines. Nothing of it is known before the
 * start. */
void avb_program_rig_end     (AvbProgramRig *self);
void avb_program_rig_prepare (AvbProgramRig *self);
void avb_program_rig_start   (AvbProgramRig *self);

/* Installs org.alphavbox.@name with all that it asks for. (transfer full) */
AvbExtension    *avb_program_rig_install    (AvbProgramRig *self, const char *name);
/* Waits for it. (transfer full) */
AvbContribution *avb_program_rig_contribution (AvbProgramRig       *self,
                                               AvbContributionKind  kind,
                                               const char          *name,
                                               const char          *id);
void             avb_program_rig_set_enabled (AvbProgramRig *self, const char *name, gboolean enabled);

G_END_DECLS
