/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/contributions/avb-monitor-list.h"
#include "app/contributions/avb-recipe-list.h"
#include "app/contributions/avb-served-disks.h"
#include "app/extensions/avb-extension-host.h"
#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

/**
 * AvbExtensionSet:
 *
 * Everything about extensions that there is one of in the program: what is installed, what runs, what it adds, and where more
 * is to be had. Main thread.
 */
#define AVB_TYPE_EXTENSION_SET (avb_extension_set_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionSet, avb_extension_set, AVB, EXTENSION_SET, GObject)

/* @root: (nullable): of what is installed; @setup: (nullable): of the marketplaces. NULL: the user's own */
AvbExtensionSet  *avb_extension_set_new   (AvbLibrary *library, const char *root, const AvbMarketplaceSetup *setup);
/* Reads what is installed and what marketplaces had last, then starts what wants to be started. Resolves to %TRUE. */
DexFuture        *avb_extension_set_start (AvbExtensionSet *self) G_GNUC_WARN_UNUSED_RESULT;
/* Somebody looks at what there is: asks the marketplaces, unless that was done since the start. Resolves to %TRUE. */
DexFuture        *avb_extension_set_look  (AvbExtensionSet *self) G_GNUC_WARN_UNUSED_RESULT;
/* At the end of the program. Resolves to %TRUE. */
DexFuture        *avb_extension_set_stop  (AvbExtensionSet *self) G_GNUC_WARN_UNUSED_RESULT;

AvbLibrary       *avb_extension_set_get_library      (AvbExtensionSet *self);
AvbExtensionHost *avb_extension_set_get_host         (AvbExtensionSet *self);
AvbMarketplace   *avb_extension_set_get_marketplace  (AvbExtensionSet *self);
AvbRecipeList    *avb_extension_set_get_recipes      (AvbExtensionSet *self);
AvbMonitorList   *avb_extension_set_get_monitors     (AvbExtensionSet *self);
AvbServedDisks   *avb_extension_set_get_served_disks (AvbExtensionSet *self);
/* (transfer none): of #AvbContribution */
GListModel       *avb_extension_set_get_contributions (AvbExtensionSet *self, AvbContributionKind kind);

G_END_DECLS
