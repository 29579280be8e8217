/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  AVB_RISK_LOW,
  AVB_RISK_MEDIUM,
  AVB_RISK_HIGH,
} AvbRisk;

#define AVB_TYPE_RISK (avb_risk_get_type ())
GType avb_risk_get_type (void);

/* What extensions can ask for. */
#define AVB_PERMISSION_MACHINES_READ "machines.read"
#define AVB_PERMISSION_MACHINES_CONTROL "machines.control"
#define AVB_PERMISSION_MACHINES_HARDWARE "machines.hardware"
#define AVB_PERMISSION_GUEST_EXEC "guest.exec"
#define AVB_PERMISSION_NETWORK_FETCH "network.fetch" /* arguments: hosts */
#define AVB_PERMISSION_STORAGE_SERVE "storage.serve"
#define AVB_PERMISSION_NETWORK_ATTACH "network.attach"
#define AVB_PERMISSION_NETWORK_UNRESTRICTED "network.unrestricted"
#define AVB_PERMISSION_SECRETS "secrets"

/**
 * AvbPermission:
 *
 * One thing that an extension asks for, or was granted. Immutable. Thread: any.
 *
 * Properties: `id`, `args` (strv, hosts of network.fetch: "example.org", "*.example.org", "example.org:8443"), `reason`
 * (string, nullable, the author's text in the user's language: hostile, no markup), `required` (boolean; others can be left
 * out when it is installed), `sentence` (string, translated, what the user is asked), `risk` (#AvbRisk).
 */
#define AVB_TYPE_PERMISSION (avb_permission_get_type ())
G_DECLARE_FINAL_TYPE (AvbPermission, avb_permission, AVB, PERMISSION, GObject)

/**
 * avb_permission_new:
 * @args: (nullable): hosts in any order; none but for network.fetch, which needs some
 * @reason: (nullable)
 *
 * Returns: (transfer full) (nullable): %AVB_ERROR_INVALID for an id that is not known, or arguments that are not for it
 */
AvbPermission *avb_permission_new (const char        *id,
                                   const char *const *args,
                                   const char        *reason,
                                   gboolean           required,
                                   GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* {id, args?, reason?, optional?} of a manifest. (transfer full) (nullable) */
AvbPermission *avb_permission_new_from_json (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* {id, args?}: what is written where grants are kept; (transfer full) */
JsonNode *avb_permission_to_json (AvbPermission *self);

const char        *avb_permission_get_id       (AvbPermission *self);
const char *const *avb_permission_get_args     (AvbPermission *self);
const char        *avb_permission_get_reason   (AvbPermission *self);
gboolean           avb_permission_get_required (AvbPermission *self);
AvbRisk            avb_permission_get_risk     (AvbPermission *self);
/* (transfer full): translated, e.g. "Start and stop machines" */
char              *avb_permission_dup_sentence (AvbPermission *self);

/* Same id and same arguments. */
gboolean avb_permission_equal (AvbPermission *a, AvbPermission *b);

/* Whether who was granted @self may do @id with @arg (nullable), e.g. "network.fetch" with "www.example.org" or, for a port
 * that is not 443, "www.example.org:8443". */
gboolean avb_permission_allows (AvbPermission *self, const char *id, const char *arg);

/* Whether everything that @other allows is allowed by one of @permissions, a list of #AvbPermission (nullable). */
gboolean avb_permissions_cover (GListModel *permissions, AvbPermission *other);
/* The same as a question of the moment; see avb_permission_allows(). */
gboolean avb_permissions_allow (GListModel *permissions, const char *id, const char *arg);

G_END_DECLS
