/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-process.h"

G_BEGIN_DECLS

/* `initialize` (sdk/protocol/messages.schema.json): the first words that are changed with an extension. */

/* (transfer full): its parameters: what we speak, who it is, what it may do, and where it finds its folders */
JsonNode *avb_extension_greeting_new   (const AvbProcessSpec *spec);
/* @answer: not trusted. %AVB_ERROR_NOT_SUPPORTED: another version of the protocol; %AVB_ERROR_INVALID */
gboolean  avb_extension_greeting_check (JsonNode *answer, GError **error);

G_END_DECLS
