/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-limits.h"
#include "tests/ui/avb-ui-test.h"
#include "ui/extensions/avb-extension-set.h"
#include "ui/extensions/avb-extensions-pane.h"

G_BEGIN_DECLS

/* A window with extensions, and a marketplace made for it (tests/ui/make-marketplace) as if it came with the program. */
typedef struct {
  AvbUiTest        ui;
  const char      *uri;    /* (nullable): of the host: NULL: libvirt's test driver */
  char            *folder;
  char            *market;
  AvbExtensionSet *set;
  GtkWidget       *root; /* the window */
} ExtensionRig;

/* @steps: of make-marketplace, NULL-terminated; @policy: (nullable): what policy.conf says */
void extension_rig_set_up    (ExtensionRig *self, const char *policy, ...) G_GNUC_NULL_TERMINATED;
/* With a marketplace of the caller's. */
void extension_rig_set_up_at (ExtensionRig *self, const AvbMarketplaceSetup *setup);
void extension_rig_tear_down (ExtensionRig *self);
/* Something changed there: NULL-terminated steps; and the program looks. */
void extension_rig_change    (ExtensionRig *self, ...) G_GNUC_NULL_TERMINATED;

AvbMarketplace *extension_rig_marketplace (ExtensionRig *self);
/* Extensions are named by their ID, or by what follows "org.example." in it. */

/* (nullable) (transfer none) */
AvbInstalled   *extension_rig_installed   (ExtensionRig *self, const char *name);
/* Shows its page. */
void            extension_rig_open        (ExtensionRig *self, const char *name);
/* …and installs it, without what is optional. */
void            extension_rig_install     (ExtensionRig *self, const char *name);
/* Goes to "browse", "installed" or "updates". (transfer none) */
GtkWidget      *extension_rig_show        (ExtensionRig *self, const char *view);

G_END_DECLS
