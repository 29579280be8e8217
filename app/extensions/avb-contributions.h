/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension.h"

G_BEGIN_DECLS

/**
 * AvbContributionKind:
 *
 * What extensions add to the program; see avb_contributes_check() for the words of manifests.
 */
typedef enum {
  AVB_CONTRIBUTION_RECIPE,
  AVB_CONTRIBUTION_TEMPLATE,
  AVB_CONTRIBUTION_ACTION,
  AVB_CONTRIBUTION_MONITOR,
  AVB_CONTRIBUTION_STORAGE,
  AVB_CONTRIBUTION_NETWORK,
  AVB_CONTRIBUTION_CONSOLE_TOOL,
  AVB_CONTRIBUTION_LAB_CHECK,
  AVB_N_CONTRIBUTION_KINDS,
} AvbContributionKind;

#define AVB_TYPE_CONTRIBUTION_KIND (avb_contribution_kind_get_type ())
GType avb_contribution_kind_get_type (void);

/**
 * AvbContribution:
 *
 * One thing that an extension adds. Immutable. Its texts are the author's: text, not markup.
 *
 * Properties, read-only: `extension` (#AvbExtension), `kind` (#AvbContributionKind), `id` (string: within its kind and
 * extension), `title` (string), `description` (string, nullable), `icon` (string, nullable: path of a file).
 */
#define AVB_TYPE_CONTRIBUTION (avb_contribution_get_type ())
G_DECLARE_FINAL_TYPE (AvbContribution, avb_contribution, AVB, CONTRIBUTION, GObject)

AvbExtension        *avb_contribution_get_extension   (AvbContribution *self);
AvbContributionKind  avb_contribution_get_kind        (AvbContribution *self);
const char          *avb_contribution_get_id          (AvbContribution *self);
const char          *avb_contribution_get_title       (AvbContribution *self);
const char          *avb_contribution_get_description (AvbContribution *self); /* (nullable) */
const char          *avb_contribution_get_icon        (AvbContribution *self); /* (nullable) */
/* (transfer none): all that the manifest says of it, checked by avb_contributes_check_kind() */
JsonObject          *avb_contribution_get_data        (AvbContribution *self);

/* Whether the manifest says that storage or network of this kind can do @operation: "list", "create", … */
gboolean             avb_contribution_has_operation   (AvbContribution *self, const char *operation);

/**
 * AvbContributions:
 *
 * What all extensions that may run add now. Main thread.
 *
 * Properties, read-only, each a #GListModel of #AvbContribution, sorted by title, the same object for good: `recipes`,
 * `templates`, `actions`, `monitors`, `storage-targets`, `network-attachments`, `console-tools`, `lab-checks`.
 */
#define AVB_TYPE_CONTRIBUTIONS (avb_contributions_get_type ())
G_DECLARE_FINAL_TYPE (AvbContributions, avb_contributions, AVB, CONTRIBUTIONS, GObject)

/* @extensions: list of #AvbExtension */
AvbContributions *avb_contributions_new (GListModel *extensions);

/* (transfer none) */
GListModel      *avb_contributions_get  (AvbContributions *self, AvbContributionKind kind);
/* (transfer full) (nullable) */
AvbContribution *avb_contributions_find (AvbContributions   *self,
                                         AvbContributionKind kind,
                                         const char         *extension,
                                         const char         *id);

G_END_DECLS
