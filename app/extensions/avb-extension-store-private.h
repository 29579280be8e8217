/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-state.h"
#include "app/extensions/avb-extension-store.h"

G_BEGIN_DECLS

/**
 * AvbStoreWork:
 *
 * One change that a worker makes, with all that it needs.
 */
typedef struct _AvbStoreWork AvbStoreWork;

typedef gboolean (*AvbStoreFunc) (AvbStoreWork *work, GError **error);

struct _AvbStoreWork {
  AvbStoreFunc  func; /* (nullable): only reads */
  gboolean      sweep;
  char         *root;
  char         *data_root;
  char         *id;      /* (nullable); set by an installation */
  char         *package; /* path */
  char         *source;
  char         *publisher_key;
  char         *expected_id;
  char         *version;
  char         *sha256;
  char         *reason;
  guint64       max_unpacked;
  gboolean      flag; /* with data, enabled, allow older */
  GListStore   *granted; /* (nullable) */
  AvbOperation *operation; /* (nullable) */
};

AvbStoreWork *avb_store_work_new  (AvbStoreFunc func, const char *root, const char *data_root, const char *id);
void          avb_store_work_free (gpointer data);

/* What a worker found when it was done. Boxed. */
typedef struct {
  guint64    serial; /* of two, the one with the greater is not older */
  GPtrArray *facts;  /* of AvbInstalledFacts; those that were taken are NULL */
  char      *id;     /* (nullable): what was installed */
} AvbStoreSnapshot;

#define AVB_TYPE_STORE_SNAPSHOT (avb_store_snapshot_get_type ())
GType avb_store_snapshot_get_type (void);

/* For avb_blocking_run_long(): does the work under the lock of the store, and resolves to a snapshot. */
DexFuture *avb_store_work_thread (gpointer work);

/* The works. */
gboolean avb_store_install     (AvbStoreWork *work, GError **error);
gboolean avb_store_roll_back   (AvbStoreWork *work, GError **error);
gboolean avb_store_remove      (AvbStoreWork *work, GError **error);
gboolean avb_store_set_enabled (AvbStoreWork *work, GError **error);
gboolean avb_store_set_granted (AvbStoreWork *work, GError **error);
gboolean avb_store_quarantine  (AvbStoreWork *work, GError **error);

/* Removes of one extension, or of the whole store, what nothing leads to. */
void avb_store_tidy  (AvbStoreWork *work, const char *id);
void avb_store_sweep (AvbStoreWork *work);

/* (transfer full): of @folder of @id; (nullable) */
AvbExtensionManifest *avb_store_read_manifest (AvbStoreWork *work, const char *id, const char *folder, GError **error);

/* Those of @permissions (nullable) that @manifest asks for; (transfer full) */
GListStore *avb_store_limit_granted (AvbExtensionManifest *manifest, GListModel *permissions);

#define AVB_STORE_CHANGED ".changed"

G_END_DECLS
