/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-process.h"
#include "app/extensions/avb-extension.h"

G_BEGIN_DECLS

/* What the host is to its extensions. @data lives longer than they do. */
typedef struct {
  DexFuture *(*request) (AvbExtension *extension, const char *method, JsonNode *params, gpointer data);
  void       (*notify)  (AvbExtension *extension, const char *method, JsonNode *params, gpointer data);
  /* Before anything is started or called: it may find that it is blocked now. */
  void       (*prepare) (AvbExtension *extension, gpointer data);
} AvbExtensionFuncs;

AvbExtension *avb_extension_new (AvbInstalled            *installed,
                                 const char              *data_dir,
                                 const char              *runtime_dir,
                                 const AvbExtensionFuncs *funcs,
                                 gpointer                 data);

/* Why a policy forbids it; nullable. */
void avb_extension_set_blocked     (AvbExtension *self, const char *reason);
/* Why no code can be locked in here; nullable. */
void avb_extension_set_unsupported (AvbExtension *self, const char *reason);
void avb_extension_set_role        (AvbExtension *self, const char *role);
/* Whether it may use this computer's network: see the permission network.unrestricted. */
void avb_extension_set_network     (AvbExtension *self, gboolean network);
/* (nullable) */
AvbExtensionProcess *avb_extension_get_process (AvbExtension *self);

G_END_DECLS
