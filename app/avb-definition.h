/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-creation.h"

G_BEGIN_DECLS

/* The largest definition that is read: real ones have some KiB. */
#define AVB_DEFINITION_MAX_LENGTH (1024 * 1024)

/**
 * AvbDefinition:
 *
 * A machine that a file describes in the hypervisor's own language, as a connection understands it, with its disks looked
 * at. Immutable once it was read.
 */
struct _AvbDefinition {
  AvbMachineSpec *spec;    /* what it would be here, but for the files of its disks */
  GPtrArray      *images;  /* (element-type AvbMedium): what was found for each disk of @spec, nullable */
  char           *problem; /* (nullable), translated: why its disks cannot be taken, the first of them */
  guint64         length;  /* bytes to copy */
  gboolean        writable;  /* all its disks, by the user */
  gboolean        reachable; /* and by the hypervisor, where they are */
};

/* Whether a file that begins like this, with a zero at its end, is worth to be read as one. */
gboolean avb_definition_is_likely (const char *head);

/* Resolves to its text, a #GBytes (boxed), or rejects with %AVB_ERROR_INVALID, … @name: for messages. */
DexFuture *avb_definition_load (const char *path, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): what the machine is called; well-formed XML without a document type, or %AVB_ERROR_INVALID */
char *avb_definition_find_name (GBytes *text, const char *name, GError **error);

/**
 * avb_definition_read:
 *
 * In a fiber. Disks are looked for where the definition says, and else beside its file. One that is missing or that is refused
 * is a problem of the definition, not an error; a drive whose disc is missing is empty.
 *
 * Returns: (nullable) (transfer full): %NULL with an error of avb_connection_read_definition()
 */
AvbDefinition *avb_definition_read (AvbConnection *connection, AvbMedium *medium, GError **error);
void           avb_definition_free (AvbDefinition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbDefinition, avb_definition_free)

/* Takes over what the sheet shows. @max_cpus: of this computer */
void avb_definition_fill (AvbDefinition *self, AvbMachineSpec *spec, guint max_cpus);

/* (transfer full) (nullable), translated: what makes it impossible as it is wished at the moment */
char *avb_definition_find_problem (AvbDefinition *self, AvbDraft *draft, AvbMend *mend);

/* In the creation's fiber: all drives, in the order of the definition. */
gboolean avb_creation_import_definition (AvbCreation *self, AvbDefinition *definition, GError **error);

G_END_DECLS
