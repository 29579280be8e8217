/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-machine-template.h"
#include "app/extensions/avb-contributions.h"

G_BEGIN_DECLS

/* What is asked of contributions, with answers that are checked. Each rejects as avb_extension_call() does, and with
 * %AVB_ERROR_INVALID where the answer is not what it must be. Main thread. */

/**
 * avb_contribution_call:
 * @params: (transfer full) (nullable): without the id, which is added under the name that the method has for it
 *
 * Returns: (transfer full): resolves to a #JsonNode (boxed), an object checked by avb_extension_check_result()
 */
DexFuture *avb_contribution_call (AvbContribution *self,
                                  const char      *method,
                                  JsonObject      *params,
                                  AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to an #AvbMachineTemplate. Content gives what is in the pack, code what it answers to `template/render`.
 * @values: (nullable) (transfer none): what the user chose */
DexFuture *avb_contribution_render_template (AvbContribution *self, JsonObject *values) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AvbResolvedRecipe:
 *
 * Where to get what a recipe names. A boxed value.
 */
typedef struct {
  char  **urls;   /* https; each gives the same bytes */
  char   *sha256; /* lower-case hex */
  guint64 size;   /* bytes; 0: not known, for recipes of content only */
  char   *name;   /* (nullable): of the file, without a folder */
} AvbResolvedRecipe;

#define AVB_TYPE_RESOLVED_RECIPE (avb_resolved_recipe_get_type ())
GType              avb_resolved_recipe_get_type (void);
AvbResolvedRecipe *avb_resolved_recipe_copy     (const AvbResolvedRecipe *self);
void               avb_resolved_recipe_free     (AvbResolvedRecipe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbResolvedRecipe, avb_resolved_recipe_free)

/* Resolves to an #AvbResolvedRecipe (boxed). @architecture: (nullable): "x86_64" */
DexFuture *avb_contribution_resolve_recipe (AvbContribution *self, const char *architecture) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AvbStorageAttachment:
 *
 * A disk that an extension serves. A boxed value.
 */
typedef struct {
  gboolean nbd;       /* else a file */
  char    *path;      /* on this computer: a socket or a file that was in the extension's own folder */
  char    *format;    /* "raw" or "qcow2": what it said, never guessed */
  char    *export;    /* (nullable): of NBD */
  gboolean read_only;
  guint64  size;      /* bytes; 0: not told */
  char    *inner;     /* the path as the extension calls it, for detach */
} AvbStorageAttachment;

#define AVB_TYPE_STORAGE_ATTACHMENT (avb_storage_attachment_get_type ())
GType                 avb_storage_attachment_get_type (void);
AvbStorageAttachment *avb_storage_attachment_copy     (const AvbStorageAttachment *self);
void                  avb_storage_attachment_free     (AvbStorageAttachment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbStorageAttachment, avb_storage_attachment_free)

/* Resolves to an #AvbStorageAttachment (boxed). @options, @machine: (transfer none) (nullable): see `storage/attach`;
 * @volume: (nullable). Needs the permission storage.serve. */
DexFuture *avb_contribution_attach_storage (AvbContribution *self,
                                            JsonObject      *options,
                                            const char      *volume,
                                            JsonObject      *machine,
                                            gboolean         read_only) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to %TRUE. */
DexFuture *avb_contribution_detach_storage (AvbContribution            *self,
                                            const AvbStorageAttachment *attachment,
                                            JsonObject                 *options,
                                            const char                 *volume) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AvbNetworkAttachment:
 *
 * How a machine is connected. A boxed value.
 */
typedef enum {
  AVB_NETWORK_VHOST_USER,
  AVB_NETWORK_ISOLATED,
  AVB_NETWORK_NAT,
} AvbNetworkKind;

typedef struct {
  AvbNetworkKind kind;
  char          *path;   /* (nullable): of a vhost-user socket, on this computer, within the extension's own folder */
  char          *name;   /* (nullable): of the network to make */
  gboolean       dhcp;
  char          *subnet; /* (nullable): "192.168.77.0/24": private addresses */
} AvbNetworkAttachment;

#define AVB_TYPE_NETWORK_ATTACHMENT (avb_network_attachment_get_type ())
GType                 avb_network_attachment_get_type (void);
AvbNetworkAttachment *avb_network_attachment_copy     (const AvbNetworkAttachment *self);
void                  avb_network_attachment_free     (AvbNetworkAttachment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNetworkAttachment, avb_network_attachment_free)

/* Resolves to an #AvbNetworkAttachment (boxed). @params: (transfer full) (nullable): of `network/attach`. Needs the
 * permission network.attach. */
DexFuture *avb_contribution_attach_network (AvbContribution *self, JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @result is what @method gives, as far as this program relies on it: %AVB_ERROR_INVALID. Methods that are not known
 * here give anything. */
gboolean avb_extension_check_result (const char *method, JsonNode *result, GError **error);

/* (transfer full) (nullable): what an extension calls @inner: a socket, or else a file, right in its runtime folder. The path
 * given back is another name of it, in a folder that the extension does not see, so that nothing can be put in its place.
 * %AVB_ERROR_INVALID. A short look at the file system. */
char    *avb_extension_take_path (const char *runtime_dir, const char *inner, gboolean is_socket, GError **error);

G_END_DECLS
