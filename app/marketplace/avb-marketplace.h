/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-extension-store.h"
#include "app/extensions/avb-package.h"
#include "app/marketplace/avb-market-source.h"
#include "app/marketplace/avb-market-update.h"

G_BEGIN_DECLS

/**
 * AvbMarketplace:
 *
 * All marketplaces of this user, what they have, and what of it is installed. One for the program. Main thread only.
 *
 * The marketplace that came with the program is always the first; then those of the policy, then those that the user added. What
 * is installed stays with the marketplace that it came from; what that takes back is quarantined at once.
 *
 * Properties: `sources` (#GListModel of AvbMarketSource, read-only), `entries` (#GListModel of AvbMarketEntry: those of
 * all sources, read-only), `updates` (#GListModel of AvbMarketUpdate, read-only), `n-updates` (uint, read-only), `automatic` (boolean:
 * updates that ask for nothing new are installed by themselves, three days after their release; the policy may decide),
 * `busy` (boolean, read-only: marketplaces are being asked).
 */
#define AVB_TYPE_MARKETPLACE (avb_marketplace_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketplace, avb_marketplace, AVB, MARKETPLACE, GObject)

/**
 * AvbMarketplaceSetup:
 *
 * Where things are; all of it %NULL for the user's own. For tests.
 */
typedef struct {
  AvbExtensionPolicy *policy;
  const char         *builtin_uri;  /* of the tree that came with the program */
  GBytes             *builtin_root; /* …and its root; else that of the program's resources */
  const char         *folder;       /* for what is kept */
  const char         *cache;
  GTlsDatabase       *tls_database; /* who may vouch for servers */
  gint64              now;          /* 0: the clock */
} AvbMarketplaceSetup;

/* Seconds between two looks for updates. */
#define AVB_MARKETPLACE_INTERVAL (24 * 60 * 60)
/* Where in the program's resources the root of the marketplace is that came with it. */
#define AVB_MARKETPLACE_ROOT_RESOURCE "/org/alphavbox/AlphaVBox/marketplace/root.json"

/* @setup: (nullable). Nothing happens before avb_marketplace_load(). */
AvbMarketplace *avb_marketplace_new (AvbExtensionStore *store, const AvbMarketplaceSetup *setup);

AvbExtensionStore  *avb_marketplace_get_store   (AvbMarketplace *self);
AvbExtensionPolicy *avb_marketplace_get_policy  (AvbMarketplace *self);
GListModel         *avb_marketplace_get_sources (AvbMarketplace *self);
GListModel         *avb_marketplace_get_entries (AvbMarketplace *self);
GListModel         *avb_marketplace_get_updates (AvbMarketplace *self);
/* (nullable) (transfer none): the first that has it; of what is installed, the one that it came from */
AvbMarketEntry     *avb_marketplace_find        (AvbMarketplace *self, const char *id);
/* (nullable) (transfer none): by its ID */
AvbMarketSource    *avb_marketplace_find_source (AvbMarketplace *self, const char *id);
/* (nullable) (transfer none) */
AvbMarketUpdate    *avb_marketplace_find_update (AvbMarketplace *self, const char *id);
gboolean            avb_marketplace_get_automatic (AvbMarketplace *self);
void                avb_marketplace_set_automatic (AvbMarketplace *self, gboolean automatic);
/* Whether `automatic` is the user's to decide. */
gboolean            avb_marketplace_can_set_automatic (AvbMarketplace *self);

/**
 * avb_marketplace_load:
 *
 * Shows what is kept of all marketplaces, at once and offline; then asks them if the last time is a day ago, and once a day from there
 * on. The store has to be loaded.
 *
 * Returns: (transfer full): resolves to %TRUE once what is kept is in the lists
 */
DexFuture *avb_marketplace_load    (AvbMarketplace *self) G_GNUC_WARN_UNUSED_RESULT;
/* Asks all marketplaces. Resolves to %TRUE also where one of them failed: each says it itself. */
DexFuture *avb_marketplace_refresh (AvbMarketplace *self) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @version of @entry may be installed now; else sets the sentence that says why not: the computer, the policy (and
 * whose), the marketplace's state, that it was taken back, that another marketplace has the installed one. */
gboolean avb_marketplace_check_install (AvbMarketplace *self, AvbMarketEntry *entry, AvbMarketVersion *version, GError **error);

/**
 * avb_marketplace_install:
 * @granted: (nullable): of AvbPermission: what the user granted; at least all that are required. %NULL: just these
 * @operation: progress and cancel; finished by this call
 *
 * Downloads, verifies, and installs or updates. Until the last moment the version that is there stays, and so it does on any error.
 *
 * Returns: (transfer full): resolves to the ID (string)
 */
DexFuture *avb_marketplace_install (AvbMarketplace   *self,
                                    AvbMarketEntry   *entry,
                                    AvbMarketVersion *version,
                                    GListModel       *granted,
                                    AvbOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

/* @granted: (nullable): %NULL: what was granted before, which is enough unless the update widens: %AVB_ERROR_PERMISSION then */
DexFuture *avb_marketplace_update (AvbMarketplace  *self,
                                   AvbMarketUpdate *update,
                                   GListModel      *granted,
                                   AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;
/* All updates that do not widen, one after the other; one that fails stays in the list. Resolves to how many were
 * installed (uint); rejects with the first error if none was. */
DexFuture *avb_marketplace_update_all (AvbMarketplace *self, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AvbLocalPackage:
 *
 * A package from a file. `error` (nullable): why it cannot be installed. A signature beside it (FILE.sig) was verified.
 */
typedef struct {
  char       *path;
  AvbPackage *package;
  char       *publisher_key; /* (nullable): "ed25519:…"; not signed */
  GError     *error;
} AvbLocalPackage;

#define AVB_TYPE_LOCAL_PACKAGE (avb_local_package_get_type ())
GType            avb_local_package_get_type (void);
AvbLocalPackage *avb_local_package_copy     (const AvbLocalPackage *self);
void             avb_local_package_free     (AvbLocalPackage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbLocalPackage, avb_local_package_free)

/* Returns: (transfer full): resolves to an #AvbLocalPackage (boxed); rejects where the file is no package */
DexFuture *avb_marketplace_inspect_file (AvbMarketplace *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* As avb_marketplace_install(), for a file that avb_marketplace_inspect_file() looked at: it must be the same still. */
DexFuture *avb_marketplace_install_file (AvbMarketplace        *self,
                                         const AvbLocalPackage *local,
                                         GListModel            *granted,
                                         AvbOperation          *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_marketplace_describe_root:
 * @root: a file that somebody chose
 * @fingerprints: (out): of its root keys, for the user to compare with what the marketplace's owners say elsewhere
 * @title: (out) (nullable)
 *
 * Returns: FALSE: it is no root; %AVB_ERROR_INVALID
 */
gboolean avb_marketplace_describe_root (GBytes *root, char ***fingerprints, char **title, GError **error);

/* Adds a marketplace whose fingerprints the user confirmed, and asks it. Errors: %AVB_ERROR_INVALID, %AVB_ERROR_EXISTS,
 * %AVB_ERROR_PERMISSION (the policy). Returns: (transfer full): resolves to the AvbMarketSource (object) */
DexFuture *avb_marketplace_add_source    (AvbMarketplace *self, const char *uri, GBytes *root) G_GNUC_WARN_UNUSED_RESULT;
/* Only the user's own. What was installed from it stays. */
DexFuture *avb_marketplace_remove_source (AvbMarketplace *self, AvbMarketSource *source) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
