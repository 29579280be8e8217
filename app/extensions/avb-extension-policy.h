/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbExtensionPolicy:
 *
 * What whoever looks after this computer allows of extensions: a key file that only they can write, /etc/alpha-vbox/policy.conf.
 * All of it can be left out:
 *
 *   [policy]
 *   organization=Example School          who says so, for the user to ask
 *
 *   [extensions]
 *   allowed=org.example.*;org.other.x    only these IDs
 *   blocked=com.bad.*                    not these, also if they are allowed
 *   code=false                           content only
 *   local-files=false                    no packages from files
 *   network-unrestricted=true            the permission network.unrestricted may be granted; else it may not
 *   automatic-updates=false              forced on or off
 *
 *   [sources]
 *   allowed=builtin;https://x.example/   only these, and those that the policy has itself
 *   user=false                           users add none themselves
 *
 *   [source school]                      one that everybody here has
 *   title=School                         whatever it calls itself
 *   uri=file:///srv/extensions
 *   root=/etc/alpha-vbox/school.root.json
 *
 * A file that is there and cannot be read allows nothing: it fails closed. Immutable. Thread: any.
 */
#define AVB_TYPE_EXTENSION_POLICY (avb_extension_policy_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionPolicy, avb_extension_policy, AVB, EXTENSION_POLICY, GObject)

/* What is said for users' own packages in `sources.allowed`, and by avb_extension_policy_check_source() */
#define AVB_EXTENSION_SOURCE_BUILTIN "builtin"
#define AVB_EXTENSION_SOURCE_FILE "file"

typedef struct {
  char *name;
  char *title;
  char *uri;
  char *root; /* path */
} AvbPolicySource;

/* (transfer full): @path: (nullable): of the system. Blocks, but only for a small file. */
AvbExtensionPolicy *avb_extension_policy_new (const char *path);
/* (transfer none): of the system, read once. Main thread. */
AvbExtensionPolicy *avb_extension_policy_get_default (void);

/* (transfer full) (nullable): what the file says now; %NULL: still the same. Costs one look at the file's date: for before each
 * decision. */
AvbExtensionPolicy *avb_extension_policy_renew (AvbExtensionPolicy *self);

/* (nullable): for "by policy of …" */
const char *avb_extension_policy_get_organization (AvbExtensionPolicy *self);

/* Whether an extension may be installed and may run; else %AVB_ERROR_PERMISSION with a sentence that says whose policy it is. */
gboolean avb_extension_policy_check_id      (AvbExtensionPolicy *self, const char *id, gboolean code, GError **error);
/* @source: ID of a source, which is its address, "builtin" or "file"; @user: the user added it */
gboolean avb_extension_policy_check_source  (AvbExtensionPolicy *self, const char *source, gboolean user, GError **error);
/* Whether users may add sources at all. */
gboolean avb_extension_policy_check_user_sources (AvbExtensionPolicy *self, GError **error);
/* Whether the permission @id may be granted at all: network.unrestricted only if the policy says so. */
gboolean avb_extension_policy_check_permission (AvbExtensionPolicy *self, const char *id, GError **error);
/* TRUE: the policy decides, and has in *@automatic what */
gboolean avb_extension_policy_get_automatic (AvbExtensionPolicy *self, gboolean *automatic);
/* (element-type AvbPolicySource) (transfer none) */
GPtrArray *avb_extension_policy_get_sources (AvbExtensionPolicy *self);

G_END_DECLS
