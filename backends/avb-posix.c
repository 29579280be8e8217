/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-posix.h"

#include <errno.h>

#ifdef G_OS_WIN32

#include <windows.h>

/* Locks of Windows also keep others from reading what they cover, so they cover a byte that no file
 * has. */
#define LOCK_OFFSET_HIGH 0x7fffffff

static HANDLE
get_handle (int fd)
{
  return (HANDLE) _get_osfhandle (fd);
}

static int
errno_from_windows (DWORD code)
{
  switch (code)
    {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
      return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
      return EACCES;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return EEXIST;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
      return ENOSPC;
    case ERROR_LOCK_VIOLATION:
    case ERROR_IO_PENDING:
      return EWOULDBLOCK;
    case ERROR_NOT_SAME_DEVICE:
      return EXDEV;
    default:
      return EIO;
    }
}

static int
fail (void)
{
  errno = errno_from_windows (GetLastError ());
  return -1;
}

int
flock (int fd, int operation)
{
  OVERLAPPED range = { .OffsetHigh = LOCK_OFFSET_HIGH };
  DWORD      flags
      = LOCKFILE_EXCLUSIVE_LOCK | ((operation & LOCK_NB) != 0 ? LOCKFILE_FAIL_IMMEDIATELY : 0);

  return LockFileEx (get_handle (fd), flags, 0, 1, 0, &range) ? 0 : fail ();
}

static OVERLAPPED
make_place (gint64 offset)
{
  OVERLAPPED place = { .Offset = (DWORD) offset, .OffsetHigh = (DWORD) (offset >> 32) };

  return place;
}

gssize
pread (int fd, void *buffer, gsize length, gint64 offset)
{
  OVERLAPPED   place = make_place (offset);
  const gint64 before = _lseeki64 (fd, 0, SEEK_CUR);
  DWORD        n = 0;
  gssize       result;

  if (!ReadFile (get_handle (fd), buffer, (DWORD) MIN (length, G_MAXINT), &n, &place)
      && GetLastError () != ERROR_HANDLE_EOF)
    result = fail ();
  else
    result = (gssize) n;
  _lseeki64 (fd, before, SEEK_SET);
  return result;
}

gssize
pwrite (int fd, const void *buffer, gsize length, gint64 offset)
{
  OVERLAPPED   place = make_place (offset);
  const gint64 before = _lseeki64 (fd, 0, SEEK_CUR);
  DWORD        n = 0;
  gssize result = WriteFile (get_handle (fd), buffer, (DWORD) MIN (length, G_MAXINT), &n, &place)
                      ? (gssize) n
                      : fail ();

  _lseeki64 (fd, before, SEEK_SET);
  return result;
}

int
symlink (const char *target, const char *link)
{
  g_autofree wchar_t *wide_target = (wchar_t *) g_utf8_to_utf16 (target, -1, NULL, NULL, NULL);
  g_autofree wchar_t *wide_link = (wchar_t *) g_utf8_to_utf16 (link, -1, NULL, NULL, NULL);

  if (wide_target == NULL || wide_link == NULL)
    {
      errno = EILSEQ;
      return -1;
    }
  return CreateSymbolicLinkW (wide_link,
                              wide_target,
                              SYMBOLIC_LINK_FLAG_DIRECTORY
                                  | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE)
             ? 0
             : fail ();
}

gboolean
avb_posix_free_space (int fd, guint64 *bytes)
{
  wchar_t        path[MAX_PATH * 4];
  ULARGE_INTEGER available;
  DWORD          length = GetFinalPathNameByHandleW (
      get_handle (fd), path, G_N_ELEMENTS (path), FILE_NAME_NORMALIZED);
  wchar_t *end = length > 0 && length < G_N_ELEMENTS (path) ? wcsrchr (path, L'\\') : NULL;

  if (end == NULL)
    return FALSE;
  end[1] = L'\0';
  if (!GetDiskFreeSpaceExW (path, &available, NULL, NULL))
    return FALSE;
  *bytes = available.QuadPart;
  return TRUE;
}

void
avb_posix_flush_soon (int fd, gint64 offset, gint64 length)
{
}

int
avb_posix_rename_new (const char *from, const char *to)
{
  g_autofree wchar_t *wide_from = (wchar_t *) g_utf8_to_utf16 (from, -1, NULL, NULL, NULL);
  g_autofree wchar_t *wide_to = (wchar_t *) g_utf8_to_utf16 (to, -1, NULL, NULL, NULL);

  if (wide_from == NULL || wide_to == NULL)
    {
      errno = EILSEQ;
      return -1;
    }
  return MoveFileExW (wide_from, wide_to, MOVEFILE_WRITE_THROUGH) ? 0 : fail ();
}

#else

#include <stdio.h>
#include <sys/statvfs.h>

gboolean
avb_posix_free_space (int fd, guint64 *bytes)
{
  struct statvfs info;

  return fstatvfs (fd, &info) == 0
         && g_uint64_checked_mul (bytes, (guint64) info.f_bavail, (guint64) info.f_frsize);
}

void
avb_posix_flush_soon (int fd, gint64 offset, gint64 length)
{
#ifdef __linux__
  sync_file_range (fd, offset, length, SYNC_FILE_RANGE_WRITE);
#endif
}

int
avb_posix_rename_new (const char *from, const char *to)
{
#if defined(__linux__)
  return renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#elif defined(__APPLE__)
  const int result = renamex_np (from, to, RENAME_EXCL);

  if (result != 0 && errno == ENOTSUP)
    errno = ENOSYS;
  return result;
#else
  errno = ENOSYS;
  return -1;
#endif
}

#endif
