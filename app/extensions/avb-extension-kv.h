/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

#define AVB_EXTENSION_KV_MAX_KEY 128
#define AVB_EXTENSION_KV_MAX_KEYS 1000
#define AVB_EXTENSION_KV_MAX_VALUE (64 * 1024)
#define AVB_EXTENSION_KV_MAX_SIZE (1024 * 1024)
#define AVB_EXTENSION_KV_MAX_SECRETS 64

/**
 * AvbExtensionKv:
 *
 * What one extension has the program keep: values by key, in a file; and the names of its secrets, which themselves are in
 * the keyring. Main thread, one after the other.
 */
#define AVB_TYPE_EXTENSION_KV (avb_extension_kv_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionKv, avb_extension_kv, AVB, EXTENSION_KV, GObject)

AvbExtensionKv *avb_extension_kv_new (const char *id, const char *path);

/* Answers `host/kv.…` and `host/secret.…`. @method: after "host/". Resolves to a #JsonNode (boxed); %AVB_ERROR_INVALID,
 * %AVB_ERROR_NO_SPACE, %AVB_ERROR_NOT_SUPPORTED for a method that is none of them. */
DexFuture *avb_extension_kv_serve (AvbExtensionKv *self, const char *method, JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
