/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-creation.h"
#include "app/avb-unattended.h"

G_BEGIN_DECLS

/* What a script is made of: the user's wishes, checked, as plain values for a worker thread. */
typedef struct {
  gboolean desktop;
  gboolean auto_login;
  char    *user;
  char    *full_name;
  char    *password;
  char    *host_name;
  char    *language;
  char    *keyboard;
  char    *time_zone;
  char    *product_key;   /* (nullable) */
  char    *target_disk;   /* "/dev/vda" */
  gboolean uefi;
  gboolean drivers;       /* the disc of drivers is in the third drive */
} AvbInstallWishes;

/* Wipes the password. */
void avb_install_wishes_free (AvbInstallWishes *wishes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbInstallWishes, avb_install_wishes_free)

/* A file that the installer looks for. */
typedef struct {
  char *name;
  char *text;
} AvbInstallFile;

/* Those in a new array are wiped at its end: they hold passwords. */
GPtrArray *avb_install_files_new (void);
void       avb_install_files_add (GPtrArray *files, const char *name, char *text /* full */);

typedef struct {
  AvbInstaller installer;
  char        *kernel;    /* (nullable): in the disc, without a first slash; with its… */
  char        *initrd;    /* …initial file system, which gets the files. %NULL: they are on a disc of their own */
  char        *arguments; /* (nullable): for the kernel */
  GPtrArray   *files;     /* AvbInstallFile */
} AvbInstallPlan;

void avb_install_plan_free (AvbInstallPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbInstallPlan, avb_install_plan_free)

/**
 * avb_install_text_finish:
 * @text: a script as libosinfo's template made it, of @wishes whose full name and password were replaced by
 *   @name_mark and @password_mark, which occur nowhere else
 *
 * Puts both in place, written so that they are nothing but values there (the password as a hash wherever the installer
 * takes one), mends what the templates have wrong, and adds what this program needs: the installer says on the setup
 * channel how it gets on, and switches the machine off at its end. Any thread.
 *
 * Returns: (transfer full) (nullable): the script, or %NULL with %AVB_ERROR_FAILED
 */
char *avb_install_text_finish (AvbInstaller            installer,
                               const char             *text,
                               const AvbInstallWishes *wishes,
                               const char             *name_mark,
                               const char             *password_mark,
                               GError                **error);

/* The same for Windows' answers, which are XML. */
char *avb_install_windows_finish (const char             *text,
                                  const AvbInstallWishes *wishes,
                                  GError                **error);

/* Worker threads. @path: of the disc. @plan: what is to be told. */
AvbUnattended  *avb_unattended_read (const char *path, GError **error);
AvbInstallPlan *avb_unattended_plan (const char *path, const AvbInstallWishes *wishes, GError **error);

/**
 * avb_install_media_extract:
 * @path: a disc, which nobody trusts
 * @kernel: where to write the kernel to
 * @initrd: where to write its initial file system to, with the plan's files behind it
 *
 * Blocks: for worker threads.
 *
 * Returns: %FALSE with %AVB_ERROR_INVALID, %AVB_ERROR_NO_SPACE, … or %G_IO_ERROR_CANCELLED
 */
gboolean avb_install_media_extract (const char           *path,
                                    const AvbInstallPlan *plan,
                                    const char           *kernel,
                                    const char           *initrd,
                                    GCancellable         *cancellable,
                                    GError              **error);

/* A disc with @files (#AvbInstallFile). Blocks, and fails, as the other does. */
gboolean avb_install_media_write_disc (GPtrArray    *files,
                                       const char   *volume_id,
                                       const char   *path,
                                       GCancellable *cancellable,
                                       GError      **error);

/**
 * avb_unattended_prepare:
 *
 * The part of a creation that tells the installer what the user wishes; its disks and discs are there already. Makes
 * the kernel and the initial file system, or a disc with the answers, as volumes of the machine; and notes for
 * #AvbSetup that the machine is to be installed. In the creation's fiber.
 */
gboolean avb_unattended_prepare (AvbCreation *creation, GError **error);

G_END_DECLS
