/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-manifest.h"
#include "app/extensions/avb-installed.h"

G_BEGIN_DECLS

/**
 * AvbExtensionVersion:
 *
 * A folder with a version, and what was decided about it.
 */
typedef struct {
  char       *folder; /* "1.0.0", or "1.0.0~2" if that was taken */
  char       *version;
  char       *sha256;
  char       *previous; /* (nullable): the folder that a roll-back goes to */
  char       *revoked;  /* (nullable): the reason */
  GListStore *granted;
} AvbExtensionVersion;

AvbExtensionVersion *avb_extension_version_new  (const char *folder, const char *version, const char *sha256);
void                 avb_extension_version_free (AvbExtensionVersion *self);

/**
 * AvbExtensionState:
 *
 * What is known of an extension beside its files: state.json in its folder, and the file `current`, which names the folder
 * of the version that runs. To write `current` is what makes a change true; what it does not lead to is left over. Worker
 * threads.
 */
typedef struct {
  char       *id;
  char       *source;
  char       *publisher_key; /* (nullable) */
  char       *revoked;       /* (nullable): the reason, for each version */
  gboolean    enabled;
  GHashTable *versions; /* folder → AvbExtensionVersion */
  char       *current;  /* (nullable): not installed, though the user's data may be there */
} AvbExtensionState;

AvbExtensionState *avb_extension_state_new  (const char *id);
void               avb_extension_state_free (AvbExtensionState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbExtensionState, avb_extension_state_free)

/* Reads both files in @dir; (nullable): %AVB_ERROR_NOT_FOUND if there is none, %AVB_ERROR_INVALID. */
AvbExtensionState *avb_extension_state_load (const char *dir, const char *id, GError **error);

/* Writes state.json, or `current`, in one step each. */
gboolean avb_extension_state_save (AvbExtensionState *self, const char *dir, GError **error);
gboolean avb_extension_state_flip (AvbExtensionState *self, const char *dir, const char *folder, GError **error);

/* (nullable) */
AvbExtensionVersion *avb_extension_state_get_current  (AvbExtensionState *self);
AvbExtensionVersion *avb_extension_state_get_previous (AvbExtensionState *self);

/* Whether a folder is that of the current or the previous version. */
gboolean avb_extension_state_uses (AvbExtensionState *self, const char *folder);

/* What the window is told: everything of the version that runs. */
typedef struct {
  char                 *id;
  char                 *version;
  char                 *previous_version;
  char                 *dir;
  char                 *source;
  char                 *publisher_key;
  char                 *sha256;
  char                 *revoked;
  gboolean              enabled;
  GListStore           *granted;
  AvbExtensionManifest *manifest;
} AvbInstalledFacts;

void avb_installed_facts_free (AvbInstalledFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbInstalledFacts, avb_installed_facts_free)

/* @facts: (transfer full) */
AvbInstalled *avb_installed_new       (AvbInstalledFacts *facts);
void          avb_installed_set_facts (AvbInstalled *self, AvbInstalledFacts *facts);

G_END_DECLS
