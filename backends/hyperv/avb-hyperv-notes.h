/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What Hyper-V has no field for is kept in the notes of the machine (Msvm_VirtualSystemSettingData.Notes), which everybody
 * sees and may edit in Hyper-V Manager: a block of lines between two marks, after the user's own notes. Everything around
 * the block is the user's and stays as it is; a block that was damaged counts as the user's text. */

/**
 * AvbHypervNotes:
 *
 * Notes that were read. `description` (nullable) is the user's text, with line feeds and without control characters;
 * `words` are the lines of the block, key to value: "os", "extras", "graphics", "disks", "nics", a setting of the
 * machine behind %AVB_HYPERV_NOTES_SETTING, and %AVB_HYPERV_NOTES_MAKING as long as the machine is not whole.
 */
typedef struct {
  char       *description;
  GHashTable *words;
} AvbHypervNotes;

#define AVB_HYPERV_NOTES_SETTING "set."
#define AVB_HYPERV_NOTES_MAKING "making"

AvbHypervNotes *avb_hyperv_notes_new   (void);
AvbHypervNotes *avb_hyperv_notes_parse (const char *text); /* (nullable), hostile */
void            avb_hyperv_notes_free  (AvbHypervNotes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbHypervNotes, avb_hyperv_notes_free)

/* @value: (nullable): takes the word away */
void        avb_hyperv_notes_set (AvbHypervNotes *self, const char *key, const char *value);
const char *avb_hyperv_notes_get (AvbHypervNotes *self, const char *key); /* (nullable) */
/* (transfer full): a table of strings */
GHashTable *avb_hyperv_notes_dup_settings (AvbHypervNotes *self);

/* @text (nullable): as it was; the user's part of it is touched only where the description is another one.
 * (transfer full): the text itself, byte for byte, where nothing differs */
char *avb_hyperv_notes_merge (const char *text, AvbHypervNotes *notes);

G_END_DECLS
