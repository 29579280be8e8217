/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-process.h"
#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * AvbExtensionRig:
 *
 * One of the program's own extensions, from its package, in its sandbox; the test is its host: it answers for the machines
 * of a connection, keeps what is to be kept, and says yes to what the user is asked. In a fiber.
 */
typedef struct {
  AvbExtensionProcess *process;
  AvbConnection       *connection; /* (nullable) */
  char                *folder;
  char                *data_dir;
  char                *runtime_dir;
  GHashTable          *kept;       /* key → JsonNode */
  GHashTable          *samples;    /* monitor → JsonObject: the last one */
  GPtrArray           *events;     /* of JsonObject */
  GPtrArray           *asked;      /* titles of questions */
  GPtrArray           *actions;    /* "save", … */
} AvbExtensionRig;

/* @name: "host-health"; @permissions: NULL-terminated, nullable */
AvbExtensionRig *avb_extension_rig_new  (const char *name, AvbConnection *connection, const char *const *permissions);
/* Before the first call. */
void             avb_extension_rig_keep (AvbExtensionRig *self, const char *key, const char *json);
void             avb_extension_rig_free (AvbExtensionRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbExtensionRig, avb_extension_rig_free)

/* The result; the test fails if there is none. @params: JSON with ' for ". (transfer full) */
JsonObject *avb_extension_rig_call   (AvbExtensionRig *self, const char *method, const char *params, ...) G_GNUC_PRINTF (3, 4);
/* The message of the error that must come. (transfer full) */
char       *avb_extension_rig_refuse (AvbExtensionRig *self, const char *method, const char *params, ...) G_GNUC_PRINTF (3, 4);
/* Of this computer: "/run/avb/x.sock" lies in the rig's own folder. (transfer full) */
char       *avb_extension_rig_path   (AvbExtensionRig *self, const char *inner);

G_END_DECLS
