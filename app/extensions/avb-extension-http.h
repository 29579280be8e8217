/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

/* What is done for extensions that may contact a host: they have no network of their own. */

/**
 * avb_extension_http_fetch:
 * @params: of `host/http.fetch`, not trusted
 * @granted: patterns of hosts, as the permission network.fetch has them at this moment; copied
 *
 * By https only, to hosts of @granted only, also after redirects, and to no address of this computer or a private network,
 * whatever the name says: checked on the connection that was made, before anything is sent. No cookies, no passwords, no
 * cache. At most 2 MiB, at most 30 s.
 *
 * Returns: (transfer full): resolves to a #JsonNode (boxed); %AVB_ERROR_PERMISSION for an address that is not allowed,
 *   %AVB_ERROR_INVALID, %AVB_ERROR_UNAVAILABLE
 */
DexFuture *avb_extension_http_fetch (JsonObject *params, const char *const *granted) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): "example.org" or "example.org:8443" of an https address; %AVB_ERROR_INVALID */
char *avb_extension_http_dup_host (const char *url, GError **error);

/* Whether @address is one of the world's, not of this computer or of a private network. */
gboolean avb_extension_http_is_public (GInetAddress *address);

/* For tests, which have servers on this computer: @database (nullable): who is trusted; NULL and FALSE at the end. */
void avb_extension_http_set_for_test (GTlsDatabase *database, gboolean allow_private);

G_END_DECLS
