/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-call.h"
#include "backends/libvirt/avb-libvirt-machine.h"

G_BEGIN_DECLS

struct _AvbLibvirtMachine {
  AvbMachine parent_instance;

  DexFuture *details;
  gpointer   freeze; /* (nullable): see avb-libvirt-freeze.c */
};

/* Changes call->spec, which was read of the definition. */
typedef gboolean (*AvbLibvirtChangeFunc) (AvbLibvirtCall *call, GError **error);

/* avb-libvirt-definition.c; worker thread. Makes the permanent definition what call->spec says, after
 * @change (nullable: it says that already), and the machine that runs as far as that can be. Resolves
 * to an int: #AvbApplied. */
DexFuture *avb_libvirt_definition_change (virDomain           *domain,
                                          AvbLibvirtCall      *call,
                                          AvbLibvirtChangeFunc change) G_GNUC_WARN_UNUSED_RESULT;
/* Held by a worker while it reads, changes and writes a part of the definition by itself. */
void avb_libvirt_definition_lock   (void);
void avb_libvirt_definition_unlock (void);

/* Verbs of AvbLibvirtMachine that have a file of their own, named after what they are about. */

DexFuture *avb_libvirt_machine_save            (AvbMachine *machine, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_delete          (AvbMachine *machine, AvbDeleteFlags flags) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_read_spec       (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_apply_spec      (AvbMachine *machine, AvbMachineSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_find_console    (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_open_console_fd (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_take_screenshot (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_read_guest_info (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_freeze          (AvbMachine *machine, guint seconds) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_thaw            (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_run_command     (AvbMachine         *machine,
                                                const char *const  *words,
                                                GBytes             *input,
                                                guint               seconds,
                                                GCancellable       *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* The guest is thawed. */
void       avb_libvirt_machine_end_freeze      (AvbLibvirtMachine *self);
DexFuture *avb_libvirt_machine_list_text_consoles (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_open_guest_channel (AvbMachine *machine, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_forward_port (AvbMachine *machine, guint port) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_open_text_console (AvbMachine *machine, const char *name, gboolean take_over) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_keep_setting    (AvbMachine *machine, const char *key, const char *value) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_list_shares     (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_set_share       (AvbMachine *machine, const AvbShareSpec *share) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_remove_share    (AvbMachine *machine, const char *tag) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_read_network_link (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_read_stats        (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_set_network_link  (AvbMachine *machine, gboolean up) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_clone             (AvbMachine *machine, const AvbCloneSpec *clone, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_set_template      (AvbMachine *machine, gboolean is_template) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_count_clones      (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_list_snapshots    (AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_take_snapshot     (AvbMachine *machine, const char *name, const char *description, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_revert_snapshot   (AvbMachine *machine, const char *name, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_libvirt_machine_delete_snapshot   (AvbMachine *machine, const char *name, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
