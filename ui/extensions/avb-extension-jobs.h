/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/extensions/avb-extension-set.h"

G_BEGIN_DECLS

/**
 * AvbExtensionJobs:
 *
 * What the user does with extensions: each asks what it has to ask, is a job of the library while it goes on, and tells how it
 * ended. @widget is any widget of the window that is asked.
 *
 * Signals: `changed` (string, nullable: the ID of an extension; %NULL: any): something about it is another than before.
 */
#define AVB_TYPE_EXTENSION_JOBS (avb_extension_jobs_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionJobs, avb_extension_jobs, AVB, EXTENSION_JOBS, GObject)

AvbExtensionJobs *avb_extension_jobs_new (AvbExtensionSet *set);

AvbExtensionSet  *avb_extension_jobs_get_set         (AvbExtensionJobs *self);
AvbMarketplace   *avb_extension_jobs_get_marketplace (AvbExtensionJobs *self);
/* Ends all signals of this and of what it is about that were connected with @object: for a widget that is disposed of, which others
 * may hold for a while longer. */
void              avb_extension_jobs_disconnect      (AvbExtensionJobs *self, gpointer object);
/* (nullable) (transfer none): what goes on with an extension */
AvbOperation     *avb_extension_jobs_find            (AvbExtensionJobs *self, const char *id);
/* (nullable) (transfer none) */
AvbInstalled     *avb_extension_jobs_find_installed  (AvbExtensionJobs *self, const char *id);

/* Asks for the permissions first. @version: (nullable): the best one for this computer */
void avb_extension_jobs_install      (AvbExtensionJobs *self, GtkWidget *widget, AvbMarketEntry *entry,
                                      AvbMarketVersion *version);
/* A file: looks into it first, and says that nobody vouches for it. */
void avb_extension_jobs_install_file (AvbExtensionJobs *self, GtkWidget *widget, GFile *file);
/* Asks where the new version may do more than the old one. */
void avb_extension_jobs_update       (AvbExtensionJobs *self, GtkWidget *widget, AvbMarketUpdate *update);
/* Those that ask for nothing new. */
void avb_extension_jobs_update_all   (AvbExtensionJobs *self, GtkWidget *widget);
void avb_extension_jobs_roll_back    (AvbExtensionJobs *self, GtkWidget *widget, const char *id);
/* Asks, also whether what it stored shall go. */
void avb_extension_jobs_remove       (AvbExtensionJobs *self, GtkWidget *widget, const char *id);
void avb_extension_jobs_set_enabled  (AvbExtensionJobs *self, GtkWidget *widget, const char *id, gboolean enabled);
void avb_extension_jobs_try_again    (AvbExtensionJobs *self, GtkWidget *widget, const char *id);
void avb_extension_jobs_refresh      (AvbExtensionJobs *self, GtkWidget *widget);

G_END_DECLS
