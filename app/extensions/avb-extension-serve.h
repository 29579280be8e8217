/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/* What extensions ask of the host. */

/* A request of @extension, checked and done. (transfer full) (nullable): NULL: there is no such method */
DexFuture *avb_extension_serve (AvbExtensionHost *host, AvbExtension *extension, const char *method, JsonNode *params);

/* Those about machines, after the check. @params: (transfer none) */
DexFuture *avb_extension_serve_machine (AvbLibrary *library, const char *method, JsonObject *params);
/* The id of the permission that a change of a machine needs, by its params */
const char *avb_extension_permission_for_action (JsonObject *params);

/* --- of the host, for the above --- */

AvbLibrary *avb_extension_host_get_library (AvbExtensionHost *self);
/* Takes what the policy says now. Whoever must end because of it ends soon, not within this: it may be what calls. */
void        avb_extension_host_renew_policy (AvbExtensionHost *self);
/* Resolves to a #JsonNode (boxed); %AVB_ERROR_BUSY */
DexFuture  *avb_extension_host_ask         (AvbExtensionHost *self, AvbExtension *extension, JsonObject *params);
/* `host/kv.…`, `host/secret.…`. @method: after "host/" */
DexFuture  *avb_extension_host_keep        (AvbExtensionHost *self, AvbExtension *extension, const char *method, JsonObject *params);

G_END_DECLS
