/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-capabilities.h"
#include "backends/avb-machine-spec.h"
#include "backends/avb-machine.h"
#include "backends/avb-operation.h"
#include "backends/avb-request.h"

G_BEGIN_DECLS

/**
 * AvbLink:
 * @AVB_LINK_CONNECTING: the first attempt is under way.
 * @AVB_LINK_UP: the hypervisor answers.
 * @AVB_LINK_LOST: it does not; it is tried again by itself, with back-off.
 * @AVB_LINK_CLOSED: avb_connection_close() was called.
 */
typedef enum {
  AVB_LINK_CONNECTING,
  AVB_LINK_UP,
  AVB_LINK_LOST,
  AVB_LINK_CLOSED,
} AvbLink;

#define AVB_TYPE_LINK (avb_link_get_type ())
GType avb_link_get_type (void);

/**
 * AvbVolumeSpec:
 *
 * A disk to be made on the connection's host. A plain value for the stack.
 */
typedef struct {
  const char *name;       /* file name without a folder, as wished; made unique */
  const char *format;     /* "qcow2" or "raw"; for Hyper-V "vhdx" or "vpc" */
  guint64     capacity;   /* bytes, as the guest sees it; 0 with a source or backing: as that has. A source that is
                           * smaller is enlarged to it; one that is larger is %AVB_ERROR_INVALID */
  const char *source;     /* (nullable) a local file whose content is copied and converted */
  const char *source_format; /* for a source: as avb_medium_inspect() found it, never guessed */
  guint64     source_offset; /* bytes of the file before the image: a member of a tar archive */
  guint64     source_length; /* bytes that the image takes; 0: to the end of the file */
  const char *backing;    /* (nullable) a volume of the host that this is an overlay of: only what is written differs.
                           * Not together with a source; format must be "qcow2" */
  const char *backing_format; /* for a backing volume */
} AvbVolumeSpec;

/**
 * AvbExportSpec:
 *
 * A volume that is to be written to a file of this computer. A plain value for the stack.
 */
typedef struct {
  const char *path;        /* of the volume, on the connection's host */
  const char *format;      /* the volume's: "qcow2", "raw", … */
  const char *destination; /* a local file, which must not exist; what fails or is cancelled is removed */
  const char *destination_format; /* "qcow2", "raw", "vmdk" (stream-optimized, as OVF wants it) */
  gboolean    compress;    /* for qcow2: its clusters */
} AvbExportSpec;

/**
 * AVB_VOLUME_DISC_COPY:
 *
 * The end of the name (before the file suffix) of a volume that is a machine's own copy of a disc image.
 * Such a disc goes with the machine when its disks are deleted; all other read-only media stay.
 */
#define AVB_VOLUME_DISC_COPY "-avb-disc"

/* See avb-network-spec.h. */
typedef struct _AvbNetworkSpec AvbNetworkSpec;

/**
 * AvbConnection:
 *
 * One hypervisor instance, local or remote. Abstract; main thread only.
 *
 * Properties, read-only and notifying: `uri` (string, construct-only), `name` (string: what to call
 * it, "This computer" or a host), `link` (#AvbLink), `link-error` (string, nullable, translated:
 * why it is not up), `request` (#AvbRequest, nullable: what the user must answer before the link comes up), `problem` (string, nullable, translated: what this computer lacks for machines to
 * run, and what would mend it; a guess, which counts where something does fail), `machines` (#GListModel of #AvbMachine, kept true by the hypervisor's events,
 * never by polling; in no order), `capabilities` (#AvbCapabilities), `is-local` (boolean: files of
 * this computer are files of the hypervisor's host).
 *
 * A lost link keeps every object: machines stay listed with `available` %FALSE, and are the same
 * objects when it is back; those that went meanwhile leave the list then.
 */
#define AVB_TYPE_CONNECTION (avb_connection_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbConnection, avb_connection, AVB, CONNECTION, GObject)

struct _AvbConnectionClass {
  GObjectClass parent_class;

  DexFuture *(*create_machine)  (AvbConnection *self, AvbMachineSpec *spec);
  DexFuture *(*create_volume)   (AvbConnection       *self,
                                 const AvbVolumeSpec *volume,
                                 AvbOperation        *operation);
  DexFuture *(*delete_volume)   (AvbConnection *self, const char *path);
  DexFuture *(*export_volume)   (AvbConnection       *self,
                                 const AvbExportSpec *spec,
                                 AvbOperation        *operation);
  DexFuture *(*read_definition) (AvbConnection *self, GBytes *definition);
  DexFuture *(*create_from_definition) (AvbConnection  *self,
                                        GBytes         *definition,
                                        AvbMachineSpec *spec);
  DexFuture *(*read_free)       (AvbConnection *self);
  void       (*retry)           (AvbConnection *self);
  DexFuture *(*close)           (AvbConnection *self);
  /* see avb-network-spec.h */
  DexFuture *(*ensure_network)  (AvbConnection *self, const AvbNetworkSpec *network);
  DexFuture *(*has_network)     (AvbConnection *self, const char *name, const char *owner);
  DexFuture *(*remove_network)  (AvbConnection *self, const char *name, const char *owner);

  gpointer _reserved[8];
};

/**
 * avb_connection_create_machine:
 * @spec: a valid spec whose disks exist
 *
 * Defines a machine. Its card is there when the future resolves. What the host cannot give the machine is refused
 * (%AVB_ERROR_NOT_SUPPORTED, with the sentence of avb_capabilities_get_spec_reason() where it is a feature), never left out.
 *
 * Returns: (transfer full): resolves to the #AvbMachine, or rejects with %AVB_ERROR_EXISTS,
 *   %AVB_ERROR_INVALID, %AVB_ERROR_NOT_SUPPORTED, %AVB_ERROR_UNAVAILABLE, …
 */
DexFuture *avb_connection_create_machine (AvbConnection  *self,
                                          AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_connection_create_volume:
 * @operation: gets progress in bytes; its cancel removes what was written. Not finished by this.
 *
 * Returns: (transfer full): resolves to a string, the path on the connection's host; nothing is
 *   left behind when it rejects (%AVB_ERROR_NO_SPACE, %AVB_ERROR_INVALID, %AVB_ERROR_NOT_SUPPORTED for a format or a
 *   source that the host cannot take, %G_IO_ERROR_CANCELLED, also if @operation is cancelled already, …)
 */
DexFuture *avb_connection_create_volume (AvbConnection       *self,
                                         const AvbVolumeSpec *volume,
                                         AvbOperation        *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes a volume that avb_connection_create_volume() made. Gone already is no error; a file that lies elsewhere is
 * %AVB_ERROR_PERMISSION, and stays. */
DexFuture *avb_connection_delete_volume (AvbConnection *self,
                                         const char    *path) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_connection_export_volume:
 * @operation: gets progress in bytes of the volume. Not finished by this.
 *
 * Writes what a machine sees of a volume, with all of its backing files, to a file of this computer. The machine
 * must be off.
 *
 * Returns: (transfer full): resolves to %TRUE; nothing is left behind when it rejects
 */
DexFuture *avb_connection_export_volume (AvbConnection       *self,
                                         const AvbExportSpec *spec,
                                         AvbOperation        *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_connection_read_definition:
 * @definition: the text of a machine's definition in the hypervisor's own language, not trusted
 *
 * Returns: (transfer full): resolves to an #AvbMachineSpec, or rejects with %AVB_ERROR_INVALID: it is none,
 *   or %AVB_ERROR_NOT_SUPPORTED: it is for another kind of hypervisor
 */
DexFuture *avb_connection_read_definition (AvbConnection *self, GBytes *definition) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_connection_create_from_definition:
 * @spec: as avb_connection_read_definition() read it, with name, disks (as many, in the same order), interfaces, … as
 *   they shall be here
 *
 * Defines a machine that keeps what @definition says beyond @spec, but nothing that would give it more of this
 * computer than @spec does: host devices, files, commands of the hypervisor. UUID and addresses are new.
 *
 * Returns: (transfer full): as avb_connection_create_machine()
 */
DexFuture *avb_connection_create_from_definition (AvbConnection  *self,
                                                  GBytes         *definition,
                                                  AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AvbHostFree:
 *
 * What the host has left at this moment. A boxed value.
 */
typedef struct {
  guint64 memory_mib;  /* that could be given to a machine without swapping */
  guint64 disk_bytes;  /* where new volumes go */
  char   *disk_path;   /* that place, for messages; (nullable) */
} AvbHostFree;

#define AVB_TYPE_HOST_FREE (avb_host_free_get_type ())
GType        avb_host_free_get_type (void);
AvbHostFree *avb_host_free_copy     (const AvbHostFree *self);
void         avb_host_free_free     (AvbHostFree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbHostFree, avb_host_free_free)

/* Resolves to an #AvbHostFree (boxed). */
DexFuture *avb_connection_read_free (AvbConnection *self) G_GNUC_WARN_UNUSED_RESULT;

/* Tries a lost link now instead of at the end of the back-off. Over one that is up it asks again what
 * the host can do, which may have been mended. */
void       avb_connection_retry (AvbConnection *self);

/* Closes the link for good; machines go on running. Resolves to %TRUE. */
DexFuture *avb_connection_close (AvbConnection *self) G_GNUC_WARN_UNUSED_RESULT;

const char      *avb_connection_get_uri          (AvbConnection *self);
const char      *avb_connection_get_name         (AvbConnection *self);
AvbLink          avb_connection_get_link         (AvbConnection *self);
const char      *avb_connection_get_link_error   (AvbConnection *self); /* (nullable) */
AvbRequest      *avb_connection_get_request      (AvbConnection *self); /* (nullable) */
const char      *avb_connection_get_problem      (AvbConnection *self); /* (nullable) */
/* (nullable): why no machine can be created here */
const char      *avb_connection_get_create_refusal (AvbConnection *self);
GListModel      *avb_connection_get_machines     (AvbConnection *self);
AvbCapabilities *avb_connection_get_capabilities (AvbConnection *self);
gboolean         avb_connection_get_is_local     (AvbConnection *self);

/* For who has asked the backend: see avb_backend_probe(). */
void        avb_connection_set_problem      (AvbConnection *self, const char *problem);

/* For backends. */
GListStore *avb_connection_get_store        (AvbConnection *self); /* behind `machines` */
void        avb_connection_set_name         (AvbConnection *self, const char *name);
void        avb_connection_set_link         (AvbConnection *self, AvbLink link, const char *error);
/* @request: (nullable). It is the backend that takes it back once it is answered. */
void        avb_connection_set_request      (AvbConnection *self, AvbRequest *request);
void        avb_connection_set_capabilities (AvbConnection *self, AvbCapabilities *capabilities);
void        avb_connection_set_is_local     (AvbConnection *self, gboolean is_local);

/* avb_machine_dup_connection() lives here so that the two headers need not know each other:
 * (nullable) (transfer full), %NULL once the connection is gone. Backends call the setter. */
AvbConnection *avb_machine_dup_connection (AvbMachine *machine);
/* (nullable) (transfer none): why the machine's host does not have @feature: see avb_capabilities_get_reason(). It may
 * go with the next `capabilities`: for use at once. */
const char    *avb_machine_get_reason     (AvbMachine *machine, AvbFeature feature);
void           avb_machine_set_connection (AvbMachine *machine, AvbConnection *connection);

G_END_DECLS
