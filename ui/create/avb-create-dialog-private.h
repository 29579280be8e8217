/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/create/avb-create-dialog.h"

#include "app/contributions/avb-template-draft.h"
#include "ui/create/avb-cloud-group.h"
#include "ui/create/avb-install-group.h"
#include "ui/create/avb-obstacle-list.h"

G_BEGIN_DECLS

struct _AvbCreateDialog {
  AdwDialog       parent_instance;

  AvbLibrary     *library;
  AvbConnection  *connection;
  GFile          *file;
  char           *url;         /* (nullable): to be downloaded first */
  AvbCatalogEntry *entry;      /* (nullable): that has it */
  AvbContribution *template;   /* (nullable): of an extension: what is made is what it says */
  AvbRecipeList  *recipes;     /* (nullable): where what it is made of is found */
  AvbOperation   *downloading; /* (nullable): under way */
  AvbDraft       *draft;
  DexFuture      *preparing;
  DexFuture      *asking;    /* whether the medium can be installed for the user */
  AvbOperation   *operation; /* of the creation under way */
  GError         *error;     /* why the medium was refused, or the last creation failed */
  GPtrArray      *bindings;
  char           *shown_problem;

  AdwBanner      *problem_banner;
  GtkStack       *stack;
  AdwStatusPage  *inspecting;
  AdwStatusPage  *refused;
  GtkWidget      *refused_choose;
  GtkWidget      *refused_details;
  AvbObstacleList *obstacles;
  AvbObstacleList *notes;
  AdwBin         *first_boot_bin;
  AvbInstallGroup *install_group; /* (nullable) */
  AvbCloudGroup   *cloud_group;   /* (nullable) */
  AdwEntryRow    *name;
  AdwActionRow   *system_row;
  AdwActionRow   *medium_row;
  AdwToggleGroup *size;
  GtkLabel       *summary;
  GtkLevelBar    *host_bar;
  GtkLabel       *host_label;
  AdwSpinRow     *cpus;
  AdwSpinRow     *memory;
  AdwSpinRow     *disk;
  AdwComboRow    *firmware;
  GtkAdjustment  *cpus_adjustment;
  GtkAdjustment  *memory_adjustment;
  GtkAdjustment  *disk_adjustment;
  GtkWidget      *copy_group;
  AdwSwitchRow   *copy;
  AdwStatusPage  *creating;
  AdwBin         *job_bin;
  AdwBin         *download_bin;
  GtkWidget      *buttons;
  GtkWidget      *create_start;
  GtkWidget      *install;
};

/* avb-create-form.c: has the rows of the form show the draft, and change it. */
void avb_create_dialog_bind_form (AvbCreateDialog *self);

/* avb-create-prepare.c: looks at the file, or at the host without one, and shows the form or why there is none. */
void avb_create_dialog_prepare        (AvbCreateDialog *self);
void avb_create_dialog_start_template (AvbCreateDialog *self);
/* No sheet can be shown of this: `error` says why. */
void avb_create_dialog_refuse         (AvbCreateDialog *self);

/* avb-create-download.c: downloads `url`, then prepares. */
void avb_create_dialog_start_download (AvbCreateDialog *self);

/* avb-create-making.c: makes the machine of the form, and starts it if @start. */
void avb_create_dialog_create (AvbCreateDialog *self, gboolean start);

/* avb-create-dialog.c */
void avb_create_dialog_show           (AvbCreateDialog *self, const char *page);
void avb_create_dialog_update_problem (AvbCreateDialog *self);
void avb_create_dialog_bind_draft     (AvbCreateDialog *self);

G_END_DECLS
