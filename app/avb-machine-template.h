/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-spec.h"

G_BEGIN_DECLS

/* Of json-glib, which not all who use a template need. */
typedef struct _JsonObject JsonObject;

/**
 * AvbMachineTemplate:
 *
 * A machine for a purpose, as somebody thought of it before there was one: what of a draft is filled in. Immutable;
 * main thread only.
 *
 * Properties, read-only: `id` (string: with the id of the pack that it is of, "org.example.pack/router"), `title`,
 * `description` (strings; description nullable), `recipe` (string, nullable: what to make it from: an entry of the
 * catalogue that some pack calls so).
 */
#define AVB_TYPE_MACHINE_TEMPLATE (avb_machine_template_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineTemplate, avb_machine_template, AVB, MACHINE_TEMPLATE, GObject)

/**
 * avb_machine_template_new:
 * @pack: the id of the extension that it is of
 * @object: `id`, `recipe` and `spec`, the machine in these words, all optional: `os`
 *   (libosinfo's id), `architecture`, `cpus`, `memory_mib`, `disk_gib`, `firmware` ("bios", "uefi", "uefi-secure"),
 *   `tpm`, `graphics`, `interfaces` (at most 8 of `kind` "user", "network" or "bridge", `source`, `model`), `extras`
 *   (`guest_agent`, `display_agent`, `usb_redirection`, `sound`, `folder_channel`: booleans). Not trusted.
 * @title, @description: in the user's language; @description is nullable
 *
 * Returns: (transfer full) (nullable): %NULL with %AVB_ERROR_INVALID
 */
AvbMachineTemplate *avb_machine_template_new (const char *pack,
                                              const char *title,
                                              const char *description,
                                              JsonObject *object,
                                              GError    **error);

const char *avb_machine_template_get_id          (AvbMachineTemplate *self);
const char *avb_machine_template_get_title       (AvbMachineTemplate *self);
const char *avb_machine_template_get_description (AvbMachineTemplate *self); /* (nullable) */
const char *avb_machine_template_get_recipe      (AvbMachineTemplate *self); /* (nullable) */
/* (nullable): of what nothing is said */
const char *avb_machine_template_get_os_id        (AvbMachineTemplate *self);
const char *avb_machine_template_get_architecture (AvbMachineTemplate *self);
/* 0: nothing is said */
guint       avb_machine_template_get_cpus         (AvbMachineTemplate *self);
guint64     avb_machine_template_get_memory_mib   (AvbMachineTemplate *self);
guint64     avb_machine_template_get_disk_size    (AvbMachineTemplate *self); /* bytes */
/* (nullable) (element-type AvbInterfaceSpec): %NULL: nothing is said */
GPtrArray  *avb_machine_template_get_interfaces   (AvbMachineTemplate *self);
/* %FALSE where nothing is said. */
gboolean    avb_machine_template_get_firmware     (AvbMachineTemplate *self, AvbFirmware *firmware);
/* Sets TPM, display and convenient devices in @spec where something is said of them. */
void        avb_machine_template_fill             (AvbMachineTemplate *self, AvbMachineSpec *spec);

G_END_DECLS
