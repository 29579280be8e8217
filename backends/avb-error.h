/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbError:
 * @AVB_ERROR_FAILED: anything that fits nothing below.
 * @AVB_ERROR_NOT_SUPPORTED: this host or hypervisor cannot do it, and will not after a retry.
 * @AVB_ERROR_UNAVAILABLE: the hypervisor cannot be reached now; a retry may help.
 * @AVB_ERROR_PERMISSION: the user may not do it.
 * @AVB_ERROR_NOT_FOUND: the object is gone, or the file does not exist.
 * @AVB_ERROR_BUSY: somebody else holds it, or it is in the wrong state for this verb.
 * @AVB_ERROR_EXISTS: the name is taken.
 * @AVB_ERROR_NO_SPACE: a disk is full.
 * @AVB_ERROR_INVALID: the input is malformed or refused.
 *
 * What went wrong, in words that no hypervisor owns. A cancelled call gives
 * %G_IO_ERROR_CANCELLED in %G_IO_ERROR instead, everywhere.
 *
 * The message is one translated sentence for the user. The hypervisor's own text, where there is
 * one, is kept beside it: see avb_error_get_details().
 */
typedef enum {
  AVB_ERROR_FAILED,
  AVB_ERROR_NOT_SUPPORTED,
  AVB_ERROR_UNAVAILABLE,
  AVB_ERROR_PERMISSION,
  AVB_ERROR_NOT_FOUND,
  AVB_ERROR_BUSY,
  AVB_ERROR_EXISTS,
  AVB_ERROR_NO_SPACE,
  AVB_ERROR_INVALID,
} AvbError;

#define AVB_ERROR (avb_error_quark ())

GQuark avb_error_quark (void);

/**
 * avb_error_new:
 * @code: what kind of error
 * @details: (nullable): the native text of the hypervisor or tool, untranslated
 * @format: printf format of the translated sentence
 *
 * Thread: any.
 *
 * Returns: (transfer full): an error of %AVB_ERROR that keeps @details
 */
GError *avb_error_new (AvbError    code,
                       const char *details,
                       const char *format,
                       ...) G_GNUC_PRINTF (3, 4);

/**
 * avb_error_get_details:
 * @error: an error of any domain
 *
 * Returns: (transfer none) (nullable): the native text that avb_error_new() was given; %NULL for
 *   other domains and where there was none
 */
const char *avb_error_get_details (const GError *error);

/**
 * avb_error_is_cancelled:
 * @error: (nullable): an error of any domain
 *
 * Returns: whether the user asked for this: such errors are shown nowhere
 */
gboolean avb_error_is_cancelled (const GError *error);

G_END_DECLS
