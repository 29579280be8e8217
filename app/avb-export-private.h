/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-export.h"

G_BEGIN_DECLS

/* Where the files of an export come into being. Thread: any, one at a time. */
typedef struct _AvbExportFolder AvbExportFolder;

/* Makes a hidden folder in @parent. (transfer full) (nullable) */
AvbExportFolder *avb_export_folder_new  (const char *parent, GError **error);
/* Removes it and all that is in it. */
void             avb_export_folder_free (AvbExportFolder *self);
/* (transfer full) */
char            *avb_export_folder_path (AvbExportFolder *self, const char *name);
/* Syncs all files of @names and moves them to the parent, where none of them may be. If one cannot be, none is there. */
gboolean         avb_export_folder_publish (AvbExportFolder *self, GPtrArray *names, GError **error);

/* An error with @code of errno while @path was written or read. (transfer full) */
GError *avb_export_error_new (int code, const char *path);

/* What is left to do in a thread once the disks are written. */
typedef struct {
  AvbExportFolder *folder;  /* borrowed */
  AvbMachineSpec  *spec;    /* not used by others meanwhile */
  AvbExportFormat  format;
  const char      *stem;    /* of the files' names */
  GPtrArray       *names;   /* of the files: of the disks, then of what is to be published */
  AvbOperation    *operation;
  double           start;   /* the fraction of the whole work that is done before this */
  gboolean         checksum;
} AvbExportPack;

/* Replaces the disks' files by those that are to be published. Thread: a worker's. */
gboolean avb_export_pack (AvbExportPack *pack, GError **error);

G_END_DECLS
