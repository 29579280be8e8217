/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension.h"
#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/**
 * AvbExtensionQuestion:
 *
 * What an extension asks the user, `host/ui.ask`. Answered once; what comes later does nothing. Main thread. Whoever shows it
 * shows above it which extension asks.
 *
 * Properties, read-only: `extension` (#AvbExtension), `title`, `text` (string, nullable), `accept` (string, nullable: what the
 * button says), `destructive` (boolean), `controls` (#GListModel of #AvbPanelNode: switches, entries and combos; perhaps empty),
 * `answered` (boolean, notifying: also when the extension does not want to know any more).
 */
#define AVB_TYPE_EXTENSION_QUESTION (avb_extension_question_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionQuestion, avb_extension_question, AVB, EXTENSION_QUESTION, GObject)

/* @params: of `host/ui.ask`, not trusted. (transfer full) (nullable): %AVB_ERROR_INVALID */
AvbExtensionQuestion *avb_extension_question_new (AvbExtension *extension, JsonObject *params, GError **error);

AvbExtension *avb_extension_question_get_extension   (AvbExtensionQuestion *self);
const char   *avb_extension_question_get_title       (AvbExtensionQuestion *self);
const char   *avb_extension_question_get_text        (AvbExtensionQuestion *self); /* (nullable) */
const char   *avb_extension_question_get_accept      (AvbExtensionQuestion *self); /* (nullable) */
gboolean      avb_extension_question_get_destructive (AvbExtensionQuestion *self);
GListModel   *avb_extension_question_get_controls    (AvbExtensionQuestion *self);
gboolean      avb_extension_question_get_answered    (AvbExtensionQuestion *self);

/* What the user chose is what avb_panel_node_set_…() put into the controls. */
void          avb_extension_question_answer (AvbExtensionQuestion *self, gboolean accepted);
/* Resolves to a #JsonNode (boxed): {accepted, values}. */
DexFuture    *avb_extension_question_await  (AvbExtensionQuestion *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
