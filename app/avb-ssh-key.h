/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbSshKey:
 *
 * A public key of OpenSSH. A boxed value.
 */
typedef struct {
  char *line;        /* as authorized_keys has it: type, key and comment, one line of plain text */
  char *type;        /* "ssh-ed25519" */
  char *fingerprint; /* "SHA256:…" */
  char *comment;     /* "joe@laptop"; "" if there is none */
} AvbSshKey;

#define AVB_TYPE_SSH_KEY (avb_ssh_key_get_type ())
GType      avb_ssh_key_get_type (void);
AvbSshKey *avb_ssh_key_copy     (const AvbSshKey *self);
void       avb_ssh_key_free     (AvbSshKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbSshKey, avb_ssh_key_free)

/**
 * avb_ssh_key_parse:
 * @text: what somebody pasted, or the content of a file: not trusted
 *
 * Reads one public key (OpenSSH's sshd(8), "AUTHORIZED_KEYS FILE FORMAT"; RFC 4253, section 6.6) and looks into it: what
 * it says inside must be what it says outside. Options before it are refused, as are DSA keys, which no system of
 * today takes.
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): %NULL with %AVB_ERROR_INVALID and a sentence that says why
 */
AvbSshKey *avb_ssh_key_parse    (const char *text, GError **error);

/* Reads a file with one key. Resolves to an #AvbSshKey (boxed). */
DexFuture *avb_ssh_key_load     (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Finds the public keys of this user. Resolves to a #GPtrArray (boxed) of #AvbSshKey, newest type first, perhaps empty. */
DexFuture *avb_ssh_key_find_own (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
