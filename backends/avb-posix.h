/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#ifdef G_OS_WIN32
#include <io.h>
#else
#include <sys/file.h>
#include <unistd.h>
#endif

G_BEGIN_DECLS

/* Open files as POSIX has them. Where a system lacks a word of it, this is the word; where each system has its own, it is a
 * function. Any thread. */

#ifdef G_OS_WIN32

/* Whoever is not to hand a file on reads and writes bytes, not lines. */
#define O_CLOEXEC (_O_NOINHERIT | _O_BINARY)
/* Windows has none of what these keep from: who opens a file there neither waits nor gets a terminal. Links need a
 * privilege to be made. */
#define O_NOFOLLOW 0
#define O_NOCTTY 0
#define O_NONBLOCK 0
/* Folders are not opened there: it fails. */
#define O_DIRECTORY 0

/* WSAEDQUOT: nothing else gives it there. */
#define EDQUOT 10069

#define LOCK_EX 2
#define LOCK_NB 4

/* As flock(): on one file in all programs; without LOCK_NB it waits. What is in the file can still be read. */
int    flock  (int fd, int operation);
/* The position of @fd stays. */
gssize pread  (int fd, void *buffer, gsize length, gint64 offset);
gssize pwrite (int fd, const void *buffer, gsize length, gint64 offset);
/* To a folder. Most users may not. */
int    symlink (const char *target, const char *link);

#endif

/* Bytes of the disk that the file of a struct stat or GStatBuf takes, as far as the system tells. */
#ifdef G_OS_WIN32
#define AVB_POSIX_ALLOCATED(info) ((guint64) (info)->st_size)
#else
#define AVB_POSIX_ALLOCATED(info) ((guint64) (info)->st_blocks * 512)
#endif

/* What this user can still write where @fd is. FALSE: the system does not tell. */
gboolean avb_posix_free_space (int fd, guint64 *bytes);
/* A hint: this part of @fd goes to the disk now, so that a later sync has less to do. */
void     avb_posix_flush_soon (int fd, gint64 offset, gint64 length);
/* Renames unless there is something of that name, in one step. 0, or -1 with errno; EINVAL or ENOSYS: this system or file
 * system cannot do that in one step. */
int      avb_posix_rename_new (const char *from, const char *to);

G_END_DECLS
