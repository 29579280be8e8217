/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbShareKind:
 * @AVB_SHARE_VIRTIOFS: by the hypervisor's host, as a file system that the guest mounts by its tag.
 *   Part of the machine's definition.
 * @AVB_SHARE_CHANNEL: by this computer over the display's connection (WebDAV), for as long as the
 *   display is shown. Never part of a definition, which may come from anywhere: only this user can
 *   consent to it.
 *
 * How a folder is served to the guest.
 */
typedef enum {
  AVB_SHARE_VIRTIOFS,
  AVB_SHARE_CHANNEL,
} AvbShareKind;

/**
 * AvbSharePresence:
 * @AVB_SHARE_PRESENT: the guest has it, or the machine is off.
 * @AVB_SHARE_AT_NEXT_START: the guest gets it, or gets it as it is said here, at the next start.
 * @AVB_SHARE_UNTIL_OFF: it is removed, but the guest has it until it is off.
 */
typedef enum {
  AVB_SHARE_PRESENT,
  AVB_SHARE_AT_NEXT_START,
  AVB_SHARE_UNTIL_OFF,
} AvbSharePresence;

/**
 * AvbShareSpec:
 *
 * A folder that a guest may see. A plain value: avb_share_spec_new(), fields, avb_share_spec_free().
 */
typedef struct {
  AvbShareKind     kind;
  char            *path;      /* absolute, on the computer that serves it */
  char            *tag;       /* what the guest mounts it by; the share's name */
  gboolean         read_only; /* %TRUE unless the user said otherwise */
  AvbSharePresence presence;  /* as avb_machine_list_shares() found it; not compared */
} AvbShareSpec;

#define AVB_TYPE_SHARE_SPEC (avb_share_spec_get_type ())
GType         avb_share_spec_get_type (void);
/* Read-only, by virtiofs. @tag is nullable: one that is made of the folder's name. */
AvbShareSpec *avb_share_spec_new      (const char *path, const char *tag);
AvbShareSpec *avb_share_spec_copy     (const AvbShareSpec *share);
void          avb_share_spec_free     (AvbShareSpec *share);
gboolean      avb_share_spec_equal    (const AvbShareSpec *a, const AvbShareSpec *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbShareSpec, avb_share_spec_free)

/* Whether @tag can be one of a new share: 1 to 36 letters of ASCII, digits, ".", "_" and "-", the
 * first one a letter or digit, so that it needs no quotes in a guest's shell. */
gboolean      avb_share_tag_is_valid  (const char *tag);
/* (transfer full): a tag made of the folder's name, which none of @shares has; @shares is nullable
 * (element-type AvbShareSpec). */
char         *avb_share_tag_make      (const char *path, GPtrArray *shares);
/* (nullable) (transfer none): the one with this tag */
AvbShareSpec *avb_shares_find         (GPtrArray *shares, const char *tag);

G_END_DECLS
