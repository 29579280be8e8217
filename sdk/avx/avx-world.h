/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvxWorld:
 *
 * A program that is made up, for `avx run`: machines that change their state when they are told to, kept values, answers of
 * a user. Grants and roles are heeded as the program heeds them. Main thread.
 *
 * It is read of a file, an object; all members may be left out: `machines` (as `host/machine.get` tells of them, each also
 * with `stats`), `fetch` (answers of `host/http.fetch` by address), `exec` (the answer of `host/guest.exec`), `answer` (that of
 * `host/ui.ask`), `kv` and `secrets` (values by key).
 */
typedef struct _AvxWorld AvxWorld;

/* @path: (nullable): else three machines; @granted: of #AvbPermission; @role: "viewer", … */
AvxWorld  *avx_world_new  (const char *path, GListModel *granted, const char *role, GError **error);
void       avx_world_free (AvxWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvxWorld, avx_world_free)

/* Resolves to a #JsonNode (boxed): the answer to `host/…`, or rejects. */
DexFuture *avx_world_answer (AvxWorld *self, const char *method, JsonNode *params) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
