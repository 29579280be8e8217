/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-first-boot.h"
#include "app/avb-medium.h"

G_BEGIN_DECLS

/**
 * AvbInstaller:
 * @AVB_INSTALLER_PRESEED: Debian's installer, and Ubuntu's of before 2020.
 * @AVB_INSTALLER_KICKSTART: Anaconda: Fedora, Red Hat Enterprise Linux and what is made of them.
 * @AVB_INSTALLER_AUTOYAST: openSUSE's.
 * @AVB_INSTALLER_WINDOWS: Windows' Setup from Vista on.
 */
typedef enum {
  AVB_INSTALLER_PRESEED,
  AVB_INSTALLER_KICKSTART,
  AVB_INSTALLER_AUTOYAST,
  AVB_INSTALLER_WINDOWS,
} AvbInstaller;

/**
 * AvbUnattended:
 *
 * What the installer on a medium can be told, so that it asks nothing: "Install for me". A boxed value.
 */
typedef struct {
  AvbInstaller installer;
  gboolean     desktop;         /* there is a choice between a desktop and a small system without one… */
  gboolean     minimal;         /* …if both of these are set; else only one of them is */
  gboolean     product_key;     /* asks for one */
  char        *product_key_format; /* (nullable): "$$$$$-$$$$$", where $ is a letter or a digit */
  gboolean     time_zone;       /* takes one */
  gboolean     keyboard;        /* takes one */
  gboolean     drivers;         /* the system lacks drivers for virtio, and takes some while it is installed */
  gboolean     needs_internet;  /* what is installed is not all on the medium */
} AvbUnattended;

#define AVB_TYPE_UNATTENDED (avb_unattended_get_type ())
GType          avb_unattended_get_type (void);
AvbUnattended *avb_unattended_copy     (const AvbUnattended *self);
void           avb_unattended_free     (AvbUnattended *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbUnattended, avb_unattended_free)

/**
 * avb_unattended_can:
 *
 * Finds out whether the installer on a medium can be told what it would ask, as libosinfo's database has it. Main
 * thread.
 *
 * Returns: (transfer full): resolves to an #AvbUnattended (boxed), or rejects with %AVB_ERROR_NOT_SUPPORTED and a
 *   sentence that says why not
 */
DexFuture *avb_unattended_can (AvbMedium *medium) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_unattended_find_problem:
 *
 * Checks what the user wishes before an installer reads it: a login name, password, host name, language and so
 * on that this one takes, and that mean nothing else in its script.
 *
 * Returns: (transfer full) (nullable): a translated sentence about the first that does not do
 */
char *avb_unattended_find_problem (const AvbUnattended *self, AvbFirstBoot *wishes);

/* Where distributions put the disc of virtio drivers for Windows. (transfer full) (nullable) */
char *avb_unattended_find_drivers (void);

G_END_DECLS
