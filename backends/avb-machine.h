/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-machine-spec.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * AvbMachineState:
 * @AVB_MACHINE_OFF: not running, nothing kept.
 * @AVB_MACHINE_SAVED: not running; its memory is on disk and a start goes on from there.
 * @AVB_MACHINE_RUNNING: runs.
 * @AVB_MACHINE_PAUSED: in memory, its processors stopped.
 * @AVB_MACHINE_STOPPING: was asked to shut down and is about to.
 * @AVB_MACHINE_CRASHED: the guest or its hypervisor process died.
 * @AVB_MACHINE_UNKNOWN: not known (yet).
 */
typedef enum {
  AVB_MACHINE_UNKNOWN,
  AVB_MACHINE_OFF,
  AVB_MACHINE_SAVED,
  AVB_MACHINE_RUNNING,
  AVB_MACHINE_PAUSED,
  AVB_MACHINE_STOPPING,
  AVB_MACHINE_CRASHED,
} AvbMachineState;

#define AVB_TYPE_MACHINE_STATE (avb_machine_state_get_type ())
GType avb_machine_state_get_type (void);

/**
 * AvbDeleteFlags:
 * @AVB_DELETE_KEEP_DISKS: only the definition, saved state and NVRAM go.
 * @AVB_DELETE_DISKS: the machine's writable disks go too; never read-only media, never a disk that
 *   another machine of the connection uses.
 */
typedef enum {
  AVB_DELETE_KEEP_DISKS = 0,
  AVB_DELETE_DISKS = 1 << 0,
} AvbDeleteFlags;

/**
 * AvbConsoleEndpoint:
 *
 * How to reach a running machine's display. A plain value.
 */
typedef enum {
  AVB_CONSOLE_NONE,  /* no graphics; reason says so */
  AVB_CONSOLE_SPICE_FD,   /* ask avb_machine_open_console_fd() for each channel */
  AVB_CONSOLE_SPICE_HOST, /* connect to host and port or TLS port */
  AVB_CONSOLE_VNC_FD,     /* ask avb_machine_open_console_fd() once */
  AVB_CONSOLE_VNC_HOST,   /* connect to host and port */
  AVB_CONSOLE_PICTURES,   /* see avb-machine-display.h */
  AVB_CONSOLE_RDP_HOST,   /* VMConnect: connect to host and port, name the machine, log in; where that fails, pictures */
} AvbConsoleKind;

typedef struct {
  AvbConsoleKind kind;
  char          *host;     /* for the …_HOST */
  guint          port;     /* 0: none */
  guint          tls_port; /* 0: none */
  char          *reason;   /* translated; for NONE: why there is no console; for PICTURES, nullable: why there is no better one */
  char          *user;     /* nullable: for RDP_HOST: the account at the host, "DOMAIN\\user" or "user" */
  char          *id;       /* nullable: for RDP_HOST: what the host calls the machine */
  char          *password; /* nullable: that the display asks for, where the definition says it; never logged */
  char          *ca_file;  /* nullable: for TLS: certificates that this computer trusts for that host */
} AvbConsoleEndpoint;

#define AVB_TYPE_CONSOLE_ENDPOINT (avb_console_endpoint_get_type ())
GType               avb_console_endpoint_get_type (void);
AvbConsoleEndpoint *avb_console_endpoint_new      (AvbConsoleKind kind);
AvbConsoleEndpoint *avb_console_endpoint_copy     (const AvbConsoleEndpoint *endpoint);
void                avb_console_endpoint_free     (AvbConsoleEndpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbConsoleEndpoint, avb_console_endpoint_free)

/**
 * AvbScreenshot:
 *
 * A picture of a guest's display as the hypervisor encoded it. A plain value.
 */
typedef struct {
  char   *mime_type; /* "image/png" or "image/x-portable-pixmap" */
  GBytes *bytes;     /* at most 64 MiB */
} AvbScreenshot;

#define AVB_TYPE_SCREENSHOT (avb_screenshot_get_type ())
GType          avb_screenshot_get_type (void);
AvbScreenshot *avb_screenshot_new      (const char *mime_type, GBytes *bytes);
AvbScreenshot *avb_screenshot_copy     (const AvbScreenshot *screenshot);
void           avb_screenshot_free     (AvbScreenshot *screenshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbScreenshot, avb_screenshot_free)

/* See avb-machine-clone.h and avb-machine-display.h. */
typedef struct _AvbCloneSpec AvbCloneSpec;
typedef struct _AvbPointer AvbPointer;

/**
 * AvbApplied:
 * @AVB_APPLIED_NOW: the change is in force.
 * @AVB_APPLIED_AT_NEXT_START: the machine runs, and this cannot be changed while it does: it is in
 *   force once the machine was off and is started again.
 */
typedef enum {
  AVB_APPLIED_NOW,
  AVB_APPLIED_AT_NEXT_START,
} AvbApplied;

/**
 * AvbMachine:
 *
 * One machine of a connection, for as long as the hypervisor knows it. Abstract; main thread only.
 *
 * Properties, all read-only to the outside and notifying: `uuid` (string, stable), `name` (string),
 * `state` (#AvbMachineState), `state-since` (int64, Unix seconds, 0 if unknown), `available`
 * (boolean: the link to the hypervisor is up; where it is not, the machine is greyed and no verb
 * can be called), `operation` (#AvbOperation, nullable: long work under way on this machine),
 * `os-id` (string, nullable), `cpus` (uint), `memory-mib` (uint64), `emulated` (boolean: runs or
 * would run without hardware virtualisation), `has-details` (boolean: os-id, cpus, memory-mib and
 * emulated are known; see avb_machine_load_details()), `last-error` (string, nullable: translated; why the machine stopped by itself,
 * until the next start), `agent-connected` (boolean: a program in the running guest answers questions about it; see
 * avb_machine_read_guest_info()), `frozen-until` (int64, Unix seconds: the guest's file systems are frozen and are
 * thawed then at the latest; 0: not by this program), `is-template` (boolean: see
 * avb_machine_set_template()), and what can be done now: `can-start` (also restores a saved machine),
 * `can-pause`, `can-resume`, `can-save`, `can-shut-down` (also reboot), `can-reset`, `can-force-off` (also
 * discards a saved state: see avb_machine_discard_saved()), `can-delete`, `can-rename`,
 * `can-edit`, `has-console` (the display can be connected to now). All booleans.
 *
 * Signal `setting-changed` (string: the key; also the detail): see avb_machine_get_setting().
 *
 * Every verb returns a future that resolves to %TRUE unless stated otherwise, and rejects with
 * %AVB_ERROR: %AVB_ERROR_NOT_SUPPORTED where the host does not have it, whatever the state, with the sentence of
 * avb_capabilities_get_reason() where there is an #AvbFeature for it; %AVB_ERROR_UNAVAILABLE without a link,
 * %AVB_ERROR_BUSY in the wrong state, %AVB_ERROR_NOT_FOUND or %AVB_ERROR_UNAVAILABLE if the machine is gone. One that
 * rejects has changed nothing. State changes arrive as property notifications.
 */
#define AVB_TYPE_MACHINE (avb_machine_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbMachine, avb_machine, AVB, MACHINE, GObject)

struct _AvbMachineClass {
  GObjectClass parent_class;

  DexFuture *(*load_details)    (AvbMachine *self);
  DexFuture *(*start)           (AvbMachine *self);
  DexFuture *(*pause)           (AvbMachine *self);
  DexFuture *(*resume)          (AvbMachine *self);
  DexFuture *(*save)            (AvbMachine *self, AvbOperation *operation);
  DexFuture *(*discard_saved)   (AvbMachine *self);
  DexFuture *(*shut_down)       (AvbMachine *self);
  DexFuture *(*reboot)          (AvbMachine *self);
  DexFuture *(*reset)           (AvbMachine *self);
  DexFuture *(*force_off)       (AvbMachine *self);
  DexFuture *(*delete)          (AvbMachine *self, AvbDeleteFlags flags);
  DexFuture *(*rename)          (AvbMachine *self, const char *name);
  DexFuture *(*read_spec)       (AvbMachine *self);
  DexFuture *(*apply_spec)      (AvbMachine *self, AvbMachineSpec *spec);
  DexFuture *(*find_console)    (AvbMachine *self);
  DexFuture *(*open_console_fd) (AvbMachine *self);
  DexFuture *(*take_screenshot) (AvbMachine *self);
  /* Keeps a setting that is in force already. Called for one after the other. */
  DexFuture *(*keep_setting)    (AvbMachine *self, const char *key, const char *value);
  DexFuture *(*read_guest_info) (AvbMachine *self);
  DexFuture *(*freeze)          (AvbMachine *self, guint seconds);
  DexFuture *(*thaw)            (AvbMachine *self);
  DexFuture *(*list_text_consoles) (AvbMachine *self);
  DexFuture *(*open_text_console)  (AvbMachine *self, const char *name, gboolean take_over);
  /* see avb-machine-link.h */
  DexFuture *(*read_network_link)  (AvbMachine *self);
  DexFuture *(*set_network_link)   (AvbMachine *self, gboolean up);
  /* see avb-machine-stats.h */
  DexFuture *(*read_stats)         (AvbMachine *self);

  /* see avb-machine-display.h */
  DexFuture *(*read_picture)       (AvbMachine *self);
  DexFuture *(*send_scancodes)     (AvbMachine *self, const guint8 *scancodes, gsize n_scancodes);
  DexFuture *(*send_pointer)       (AvbMachine *self, const AvbPointer *pointer);

  /* see avb-guest-channel.h */
  DexFuture *(*open_guest_channel) (AvbMachine *self, const char *name);
  DexFuture *(*forward_port)       (AvbMachine *self, guint port);
  /* see avb-machine-clone.h */
  DexFuture *(*clone)              (AvbMachine *self, const AvbCloneSpec *clone, AvbOperation *operation);
  DexFuture *(*set_template)       (AvbMachine *self, gboolean is_template);
  DexFuture *(*count_clones)       (AvbMachine *self);
  /* see avb-snapshot.h */
  DexFuture *(*list_snapshots)     (AvbMachine *self);
  DexFuture *(*take_snapshot)      (AvbMachine *self, const char *name, const char *description, AvbOperation *operation);
  DexFuture *(*revert_snapshot)    (AvbMachine *self, const char *name, AvbOperation *operation);
  DexFuture *(*delete_snapshot)    (AvbMachine *self, const char *name, AvbOperation *operation);

  DexFuture *(*list_shares)     (AvbMachine *self);
  DexFuture *(*set_share)       (AvbMachine *self, const AvbShareSpec *share);
  DexFuture *(*remove_share)    (AvbMachine *self, const char *tag);

  /* see avb-guest-command.h */
  DexFuture *(*run_command)     (AvbMachine *self, const char *const *words, GBytes *input, guint seconds, GCancellable *cancellable);

  gpointer _reserved[8];
};

/* Fills in os-id, cpus, memory-mib and emulated: lists ask for visible rows only. Once called, the
 * details are kept true from events. Called again it answers at once. */
DexFuture *avb_machine_load_details (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/* Starts, or restores where a saved state exists; not before its guard, where it has one, is done. */
DexFuture *avb_machine_start     (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_machine_pause     (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_machine_resume    (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the memory to disk and stops. @operation is nullable; its cancel leaves the machine
 * running. It is finished by this call, and is the machine's `operation` meanwhile. */
DexFuture *avb_machine_save      (AvbMachine *self, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* Throws the saved memory away: the next start boots. */
DexFuture *avb_machine_discard_saved (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Asks the guest (ACPI or agent); resolves once asked, not once off. */
DexFuture *avb_machine_shut_down (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_machine_reboot    (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* The reset button. */
DexFuture *avb_machine_reset     (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* The power cord. */
DexFuture *avb_machine_force_off (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* The machine must be off or saved. It leaves the connection's list by the hypervisor's event. */
DexFuture *avb_machine_delete    (AvbMachine *self, AvbDeleteFlags flags) G_GNUC_WARN_UNUSED_RESULT;
/* The machine must be off. %AVB_ERROR_EXISTS if the name is taken, %AVB_ERROR_INVALID if refused. */
DexFuture *avb_machine_rename    (AvbMachine *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to an #AvbMachineSpec: the persistent definition, as the next start will have it. */
DexFuture *avb_machine_read_spec  (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Changes, in the persistent definition, what differs from @spec and nothing else: what the
 * program does not know stays as it is. What can be plugged into a machine that runs is plugged in.
 * A name that differs is as avb_machine_rename().
 * Resolves to an int: #AvbApplied. */
DexFuture *avb_machine_apply_spec (AvbMachine *self, AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a #GPtrArray (boxed) of #AvbShareSpec: the folders that the machine shares by itself,
 * with their presence. */
DexFuture *avb_machine_list_shares  (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Shares a folder, or changes the share that has this tag. A machine that runs gets a new one at
 * once where its memory is set up for it, which its first share sees to at the next start; what the
 * guest has is never changed under its feet. Resolves to an int: #AvbApplied. %AVB_ERROR_INVALID for a
 * folder that is not there or a tag that cannot be used, %AVB_ERROR_NOT_SUPPORTED with the reason of
 * %AVB_FEATURE_SHARED_FOLDERS. */
DexFuture *avb_machine_set_share    (AvbMachine *self, const AvbShareSpec *share) G_GNUC_WARN_UNUSED_RESULT;
/* A machine that runs is asked to give it back at once. Resolves to an int: #AvbApplied; where it is
 * %AVB_APPLIED_AT_NEXT_START the guest may have the folder until it is off. %AVB_ERROR_NOT_FOUND if there is
 * none. */
DexFuture *avb_machine_remove_share (AvbMachine *self, const char *tag) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to an #AvbConsoleEndpoint (boxed). */
DexFuture *avb_machine_find_console    (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an int: a connected socket that the caller owns, one for each SPICE channel, or for VNC. */
DexFuture *avb_machine_open_console_fd (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an #AvbScreenshot (boxed). */
DexFuture *avb_machine_take_screenshot (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_machine_get_setting:
 * @key: up to 64 lower-case letters, digits and dashes
 *
 * What the user chose in this program for this machine: its display, its clipboard, its devices. Kept
 * in the machine's definition where the backend can, so that it goes where the machine goes. Known
 * once `has-details` is %TRUE.
 *
 * Returns: (nullable) (transfer none): %NULL where nothing was chosen
 */
const char *avb_machine_get_setting (AvbMachine *self, const char *key);
/* @value is nullable: the default again. In force at once; resolves when it is kept. At most 4 KiB
 * of UTF-8 without control characters, else %AVB_ERROR_INVALID. */
DexFuture  *avb_machine_set_setting (AvbMachine *self, const char *key, const char *value) G_GNUC_WARN_UNUSED_RESULT;

const char      *avb_machine_get_uuid        (AvbMachine *self);
const char      *avb_machine_get_name        (AvbMachine *self);
AvbMachineState  avb_machine_get_state       (AvbMachine *self);
gint64           avb_machine_get_state_since (AvbMachine *self);
gboolean         avb_machine_get_available   (AvbMachine *self);
AvbOperation    *avb_machine_get_operation   (AvbMachine *self); /* (nullable) */
const char      *avb_machine_get_os_id       (AvbMachine *self); /* (nullable) */
guint            avb_machine_get_cpus        (AvbMachine *self);
guint64          avb_machine_get_memory_mib  (AvbMachine *self);
gboolean         avb_machine_get_emulated    (AvbMachine *self);
gboolean         avb_machine_get_has_details (AvbMachine *self);
const char      *avb_machine_get_last_error  (AvbMachine *self); /* (nullable) */
gboolean         avb_machine_get_agent_connected (AvbMachine *self);
gint64           avb_machine_get_frozen_until (AvbMachine *self);
gboolean         avb_machine_can_start       (AvbMachine *self);
gboolean         avb_machine_can_pause       (AvbMachine *self);
gboolean         avb_machine_can_resume      (AvbMachine *self);
gboolean         avb_machine_can_save        (AvbMachine *self);
gboolean         avb_machine_can_shut_down   (AvbMachine *self);
gboolean         avb_machine_can_reset       (AvbMachine *self);
gboolean         avb_machine_can_force_off   (AvbMachine *self);
gboolean         avb_machine_can_delete      (AvbMachine *self);
gboolean         avb_machine_can_rename      (AvbMachine *self);
gboolean         avb_machine_can_edit        (AvbMachine *self);
gboolean         avb_machine_has_console     (AvbMachine *self);

/**
 * AvbStartGuard:
 *
 * What must be done before a machine is started, by whatever part of the program: to start what serves its disks.
 *
 * Returns: (transfer full): resolves to anything, or rejects with why the machine cannot be started
 */
typedef DexFuture *(*AvbStartGuard) (AvbMachine *machine, gpointer data);

/* One for a machine; @guard is nullable: none any more. */
void avb_machine_set_start_guard (AvbMachine    *self,
                                  AvbStartGuard  guard,
                                  gpointer       data,
                                  GDestroyNotify destroy);

/* For backends: the base class keeps the properties and derives the can-… ones from them. */
void avb_machine_set_name       (AvbMachine *self, const char *name);
void avb_machine_set_state      (AvbMachine *self, AvbMachineState state, gint64 since);
void avb_machine_set_available  (AvbMachine *self, gboolean available);
void avb_machine_set_operation  (AvbMachine *self, AvbOperation *operation);
void avb_machine_set_details    (AvbMachine *self,
                                 const char *os_id,
                                 guint       cpus,
                                 guint64     memory_mib,
                                 gboolean    emulated);
/* All settings, as strings, as they were read. What was asked for and is not kept (yet) stays in force. */
void avb_machine_set_settings   (AvbMachine *self, GHashTable *settings);
void avb_machine_set_last_error (AvbMachine *self, const char *message);
/* Both end by themselves with the guest. */
void avb_machine_set_agent_connected (AvbMachine *self, gboolean connected);
void avb_machine_set_frozen_until    (AvbMachine *self, gint64 until);

/* %FALSE once the definition is known to have no display that can be connected to. */
void avb_machine_set_has_graphics (AvbMachine *self, gboolean has_graphics);
/* Derives the can-… properties anew: what they depend on outside of the machine has changed. */
void avb_machine_update_can     (AvbMachine *self);

G_END_DECLS
