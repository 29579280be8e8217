/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/hyperv/avb-hyperv-connection.h"
#include "backends/hyperv/avb-hyperv-job.h"
#include "backends/hyperv/avb-hyperv-machine.h"
#include "backends/hyperv/avb-hyperv-spec.h"

G_BEGIN_DECLS

/* What the files of the connection and the machine share. Main thread. */

#define AVB_HYPERV_VSMS "Msvm_VirtualSystemManagementService"
#define AVB_HYPERV_POLL_S 5

struct _AvbHypervConnection {
  AvbConnection parent_instance;

  char    *host;
  guint    port;
  char    *user;
  gboolean tls;

  /* The link. */
  AvbWsmanClient      *client; /* (nullable): root/virtualization/v2 */
  AvbWsmanClient      *cim;    /* (nullable): root/cimv2 */
  char                *password;
  char                *fingerprint; /* of the certificate that the user trusts */
  GTlsCertificate     *certificate; /* that was refused last */
  GTlsCertificateFlags certificate_errors;
  gboolean             opening;
  gboolean             doubting;
  guint                retry_source;
  guint                attempt;
  guint                silence_ms;

  /* The list. */
  GHashTable *machines; /* lower-case identifier: AvbHypervMachine */
  GHashTable *pending;  /* lower-case identifiers: the host knows something new of these */
  GHashTable *hidden;   /* being created: identifiers, and names behind a "=" */
  GHashTable *orphans;  /* created halfway; the host's own spelling */
  gboolean    refreshing;
  guint       poll_source; /* where the host has no events */
  gboolean    polling;

  char      *disk_folder; /* (nullable) */
  GPtrArray *switches;
};

struct _AvbHypervMachine {
  AvbMachine parent_instance;

  char      *id; /* as the host spells it */
  char      *configured; /* (nullable): when its configuration changed, as the host says it */
  gboolean   is_outdated;
  DexFuture *details;
  DexFuture *keeping; /* the setting that is being kept */
  DexFuture *typing;  /* the input that is being sent */
  guint      width;   /* of the display, when last seen */
  guint      height;
  guint      buttons; /* that were pressed last */
  char      *keyboard;
  char      *mouse;
  GHashTable *unkept;  /* settings that were asked for and are not kept yet */
  guint      settings_serial;
};

/* --- the link: avb-hyperv-link.c --- */

void avb_hyperv_connection_open  (AvbHypervConnection *self);
/* @again: by itself, after a pause */
void avb_hyperv_connection_lose  (AvbHypervConnection *self, const char *error, gboolean again);
/* Something failed as if the host were gone: asks whether it is. */
void avb_hyperv_connection_doubt (AvbHypervConnection *self);
/* @stop: the client is one of the past, whose failures mean nothing */
gboolean avb_hyperv_connection_is_current (AvbHypervConnection *self, AvbWsmanClient *client);

/* --- the list: avb-hyperv-listing.c --- */

/* @systems: all Msvm_ComputerSystem of the host */
void avb_hyperv_connection_apply_list (AvbHypervConnection *self, GPtrArray *systems);
/* Reads this machine again, soon. @id: any spelling */
void avb_hyperv_connection_refresh    (AvbHypervConnection *self, const char *id);
void avb_hyperv_connection_remove     (AvbHypervConnection *self, const char *id);
/* (nullable) (transfer none) */
AvbHypervMachine *avb_hyperv_connection_apply_system (AvbHypervConnection *self, AvbWmiObject *system);
void avb_hyperv_connection_start_polling (AvbHypervConnection *self);
/* Everything, in one enumeration. Only in a fiber. */
gboolean avb_hyperv_connection_read_list (AvbHypervConnection *self, AvbWsmanClient *client, GError **error);

/* --- events: avb-hyperv-events.c --- */

/* Only in a fiber. Resolves what the host has: %FALSE without an error where it has no events. */
gboolean avb_hyperv_connection_subscribe (AvbHypervConnection *self, AvbWsmanClient *client, GError **error);

/* --- the host: avb-hyperv-host.c; only in fibers --- */

void       avb_hyperv_connection_read_host     (AvbHypervConnection *self);
gboolean   avb_hyperv_connection_read_switches (AvbHypervConnection *self, AvbWsmanClient *client, GError **error);
DexFuture *avb_hyperv_connection_read_free     (AvbConnection *connection);
/* (transfer full) (nullable). @fresh: with the switches as they are now */
AvbHypervConfig *avb_hyperv_connection_read_config (AvbHypervConnection *self,
                                                    AvbWsmanClient      *client,
                                                    const char          *id,
                                                    gboolean             fresh,
                                                    GError             **error);

/* --- making and changing: avb-hyperv-create.c --- */

DexFuture *avb_hyperv_connection_create_machine (AvbConnection *connection, AvbMachineSpec *spec);
void       avb_hyperv_connection_discard_orphans (AvbHypervConnection *self);
/* Brings a machine to a spec, call by call. Only in a fiber. */
gboolean   avb_hyperv_connection_apply_spec (AvbHypervConnection *self,
                                             const AvbHypervCall *call,
                                             const char          *id,
                                             AvbMachineSpec      *spec,
                                             GError             **error);

/* --- volumes: avb-hyperv-volume.c --- */

DexFuture *avb_hyperv_connection_create_volume (AvbConnection       *connection,
                                                const AvbVolumeSpec *volume,
                                                AvbOperation        *operation);
DexFuture *avb_hyperv_connection_delete_volume (AvbConnection *connection, const char *path);
/* Gone already is no error. Only in a fiber. */
gboolean   avb_hyperv_delete_file (AvbWsmanClient *cim, const char *path, GError **error);
/* (nullable) (transfer full): Msvm_VirtualHardDiskSettingData of a file. Only in a fiber. */
AvbWmiObject *avb_hyperv_read_disk (const AvbHypervCall *call, const char *path, GError **error);

/* --- the machine --- */

/**
 * AvbHypervVerb:
 *
 * What a verb needs while it runs in its fiber. It holds the clients of the link that it began with.
 */
typedef struct {
  AvbHypervMachine    *machine; /* (nullable): of the connection itself */
  AvbHypervConnection *connection;
  AvbWsmanClient      *client;
  AvbWsmanClient      *cim;
  AvbHypervCall        call;
  AvbOperation        *operation; /* (nullable) */
  DexFiberFunc         func;
  const char          *id;        /* the machine's */
  guint                number;
  char                *text;
  char                *more;
  AvbMachineSpec      *spec;
  gpointer             data;
  GDestroyNotify       data_free;
} AvbHypervVerb;

/* (nullable): there is no link; or @machine has lost its connection */
AvbHypervVerb *avb_hyperv_verb_new (AvbConnection *connection, AvbMachine *machine, const char *what);
void           avb_hyperv_verb_set_operation (AvbHypervVerb *self, AvbOperation *operation);
/* For one that is not run after all. */
void           avb_hyperv_verb_free (AvbHypervVerb *self);
/* Runs @func with it in a fiber, unless its operation is cancelled before; frees it. @verb is nullable: rejects then. The
 * machine is read again afterwards where @refresh says so. */
DexFuture     *avb_hyperv_verb_run (AvbHypervVerb *self, DexFiberFunc func, gboolean refresh) G_GNUC_WARN_UNUSED_RESULT;

AvbHypervMachine *avb_hyperv_machine_new         (AvbHypervConnection *connection, const char *id);
void              avb_hyperv_machine_update      (AvbHypervMachine *self, AvbWmiObject *system);
/* Whether its configuration changed since its details were read. */
gboolean          avb_hyperv_machine_is_outdated (AvbHypervMachine *self);
void              avb_hyperv_machine_take_config (AvbHypervMachine *self, AvbHypervConfig *config);
AvbWmiPath       *avb_hyperv_system_path         (const char *id);   /* Msvm_ComputerSystem */
AvbWmiPath       *avb_hyperv_settings_path       (const char *id);   /* Msvm_VirtualSystemSettingData, realized */
/* RequestStateChange and its job. Only in a fiber. */
gboolean          avb_hyperv_request_state       (const AvbHypervCall *call, const char *id, guint state, GError **error);

#define AVB_HYPERV_STATE_ENABLED 2
#define AVB_HYPERV_STATE_DISABLED 3
#define AVB_HYPERV_STATE_OFFLINE 6
#define AVB_HYPERV_STATE_QUIESCE 9
#define AVB_HYPERV_STATE_RESET 11

/* The vfuncs that have files of their own. */
DexFuture *avb_hyperv_machine_read_spec   (AvbMachine *machine);
DexFuture *avb_hyperv_machine_apply_spec  (AvbMachine *machine, AvbMachineSpec *spec);
DexFuture *avb_hyperv_machine_rename      (AvbMachine *machine, const char *name);
DexFuture *avb_hyperv_machine_set_setting (AvbMachine *machine, const char *key, const char *value);
DexFuture *avb_hyperv_machine_delete      (AvbMachine *machine, AvbDeleteFlags flags);
DexFuture *avb_hyperv_machine_read_network_link (AvbMachine *machine);
DexFuture *avb_hyperv_machine_set_network_link  (AvbMachine *machine, gboolean up);
DexFuture *avb_hyperv_machine_find_console    (AvbMachine *machine);
DexFuture *avb_hyperv_machine_read_picture    (AvbMachine *machine);
DexFuture *avb_hyperv_machine_take_screenshot (AvbMachine *machine);
DexFuture *avb_hyperv_machine_send_scancodes  (AvbMachine *machine, const guint8 *scancodes, gsize n_scancodes);
DexFuture *avb_hyperv_machine_send_pointer    (AvbMachine *machine, const AvbPointer *pointer);
DexFuture *avb_hyperv_machine_list_snapshots  (AvbMachine *machine);
DexFuture *avb_hyperv_machine_take_snapshot   (AvbMachine   *machine,
                                               const char   *name,
                                               const char   *description,
                                               AvbOperation *operation);
DexFuture *avb_hyperv_machine_revert_snapshot (AvbMachine *machine, const char *name, AvbOperation *operation);
DexFuture *avb_hyperv_machine_delete_snapshot (AvbMachine *machine, const char *name, AvbOperation *operation);

void avb_hyperv_machine_take_settings (AvbHypervMachine *self, GHashTable *settings);
void avb_hyperv_unkept_free           (gpointer data);

G_END_DECLS
