/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-catalog.h"
#include "app/avb-download-cache.h"
#include "app/avb-job-queue.h"
#include "backends/avb-builtin-backends.h"

G_BEGIN_DECLS

/**
 * AvbLibrary:
 *
 * The machines of all connections, and the long work that is under way. One for the program; main
 * thread only.
 *
 * Properties, read-only: `machines` (#GListModel of #AvbMachine: of all connections,
 * less those whose deletion can still be undone), `connections` (#GListModel of #AvbConnection),
 * `jobs` (#GListModel of #AvbOperation: under way, and failed ones until dismissed), `catalog`
 * (#AvbCatalog), `downloads` (#AvbDownloadCache). These objects stay the same for the life of the
 * library.
 */
#define AVB_TYPE_LIBRARY (avb_library_get_type ())
G_DECLARE_FINAL_TYPE (AvbLibrary, avb_library, AVB, LIBRARY, GObject)

/* @backends: (element-type AvbBackend): avb_builtin_backends() */
AvbLibrary *avb_library_new (GListModel *backends);

GListModel *avb_library_get_machines    (AvbLibrary *self);
GListModel *avb_library_get_connections (AvbLibrary *self);
GListModel *avb_library_get_jobs        (AvbLibrary *self);

/**
 * avb_library_open:
 * @uri: (nullable): a connection URI; %NULL: the first backend's default
 *
 * Adds a connection; the same URI again gives the same connection.
 *
 * Returns: (transfer none) (nullable): %NULL with %AVB_ERROR_NOT_SUPPORTED if no backend takes @uri
 */
AvbConnection *avb_library_open (AvbLibrary *self, const char *uri, GError **error);

/* Closes and removes a connection; its machines go on running. Deletions that wait for it are off. */
void avb_library_remove (AvbLibrary *self, AvbConnection *connection);

/* (nullable) (transfer none): also one whose deletion waits */
AvbMachine *avb_library_find (AvbLibrary *self, const char *uuid);

/* Shows @operation among the jobs until it is done or was cancelled. */
void avb_library_add_job     (AvbLibrary *self, AvbOperation *operation);
void avb_library_dismiss_job (AvbLibrary *self, AvbOperation *operation);

/* Where long work on disks waits for its turn: see avb_job_queue_enter(). */
AvbJobQueue *avb_library_get_queue (AvbLibrary *self);

/* Whether a backend of this program takes such an address. */
gboolean    avb_library_handles         (AvbLibrary *self, const char *uri);
/* (nullable): of this computer's own hypervisor: what avb_library_open() opens without one */
const char *avb_library_get_default_uri (AvbLibrary *self);

/* First boots that go on: of #AvbSetup, see avb_setup_list_new(). They are watched from the first call on. */
GListModel *avb_library_get_setups (AvbLibrary *self);

/* What can be downloaded, and where to. The catalogue is empty until avb_catalog_load(). */
AvbCatalog       *avb_library_get_catalog   (AvbLibrary *self);
AvbDownloadCache *avb_library_get_downloads (AvbLibrary *self);

/* Empties the cache but for what is being downloaded and what machines have in their drives. Resolves
 * to how many bytes that freed (uint64); rejects, and removes nothing, if a machine cannot be asked. */
DexFuture *avb_library_empty_downloads (AvbLibrary *self) G_GNUC_WARN_UNUSED_RESULT;

/* How many jobs are under way, failed ones not counted. */
guint      avb_library_count_jobs  (AvbLibrary *self);
/* Resolves to %TRUE as soon as none is under way. */
DexFuture *avb_library_await_jobs  (AvbLibrary *self) G_GNUC_WARN_UNUSED_RESULT;
/* At the end of the program: cancels every job that can be cancelled, and waits until all have ended
 * and removed what they made. Resolves to %TRUE. */
DexFuture *avb_library_cancel_jobs (AvbLibrary *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_library_delete_later:
 *
 * Takes the machine out of `machines` at once, and deletes nothing yet: the user can still undo.
 */
void avb_library_delete_later (AvbLibrary *self, AvbMachine *machine, AvbDeleteFlags flags);
/* Nothing, once avb_library_delete_now() was called. */
void avb_library_undo_delete  (AvbLibrary *self, AvbMachine *machine);
/* Deletes now what avb_library_delete_later() was told. The machine is back in `machines` if the
 * deletion fails. %AVB_ERROR_NOT_FOUND if no deletion waits. */
DexFuture *avb_library_delete_now     (AvbLibrary *self, AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
/* At the end of the program: every deletion that waits. Rejects with the first error, after all. */
DexFuture *avb_library_delete_pending (AvbLibrary *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_library_mark_used:
 *
 * Tells that this program's user started or opened the machine: on connections that others use too,
 * only such machines are saved at the end.
 */
void avb_library_mark_used (AvbLibrary *self, AvbMachine *machine);

/**
 * avb_library_save_running:
 * @operation: (nullable): progress over all machines; cancel stops after the machine in hand;
 *   finished by this call
 *
 * Saves each machine of a local connection that runs or is paused and can be saved: all of a
 * connection that is the user's own (its URI ends in "/session"), else those that
 * avb_library_mark_used() named. Resolves to %TRUE; rejects with the first error, the others saved
 * nevertheless.
 */
DexFuture *avb_library_save_running (AvbLibrary *self, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* How many avb_library_save_running() would save. */
guint      avb_library_count_running (AvbLibrary *self);

G_END_DECLS
