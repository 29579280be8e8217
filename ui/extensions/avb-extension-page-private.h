/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/extensions/avb-extension-page.h"
#include "ui/extensions/avb-extension-panels.h"
#include "ui/extensions/avb-gallery.h"

G_BEGIN_DECLS

struct _AvbExtensionPage {
  AdwNavigationPage    parent_instance;

  AvbExtensionJobs    *jobs;
  char                *id;
  AvbMarketEntry      *entry;     /* (nullable) */
  AvbInstalled        *installed; /* (nullable) */
  AvbOperation        *operation; /* (nullable): what goes on */
  GPtrArray           *permission_rows;
  GPtrArray           *detail_rows;
  GPtrArray           *version_rows;
  GtkWidget           *icon;
  AvbGallery          *gallery;
  AvbExtensionPanels  *panels;
  char                *shown;     /* which texts are shown: they change with the version only */

  GtkStack            *stack;
  GtkWidget           *menu_button;
  AdwBin              *icon_bin;
  GtkLabel            *name;
  GtkLabel            *publisher;
  GtkLabel            *summary;
  GtkWidget           *state_box;
  GtkImage            *state_icon;
  GtkLabel            *state_title;
  GtkLabel            *state_reason;
  GtkWidget           *enable;
  GtkWidget           *try_again;
  GtkWidget           *state_log;
  GtkWidget           *progress_box;
  GtkProgressBar      *progress;
  GtkLabel            *progress_status;
  AdwBin              *panels_bin;
  AdwPreferencesGroup *permissions;
  GtkLabel            *compatibility;
  GtkWidget           *install;
  GtkButton           *update;
  GtkWidget           *remove;
  AdwBin              *gallery_bin;
  GtkLabel            *description;
  AdwPreferencesGroup *news;
  GtkLabel            *changelog;
  AdwPreferencesGroup *details;
  GtkWidget           *versions_group;
  AdwExpanderRow      *versions;
};

/* The manifest that the page is about: of what is installed, else of what would be. (nullable) (transfer none) */
AvbExtensionManifest *avb_extension_page_get_manifest (AvbExtensionPage *self);

/* Texts, pictures and facts, which only another version changes. */
void avb_extension_page_fill (AvbExtensionPage *self);

G_END_DECLS
