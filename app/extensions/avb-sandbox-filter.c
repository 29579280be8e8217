/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a program in the sandbox cannot ask of the kernel. Ordinary programs of any language use none of it. */

#include "config.h"

#include "app/extensions/avb-sandbox-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"

#define NEW_NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* Each refused as what one may not do. */
static const char *const forbidden[] = {
  /* other processes */
  "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd", "perf_event_open",
  /* file systems and namespaces */
  "mount", "umount", "umount2", "pivot_root", "chroot", "unshare", "setns", "move_mount", "open_tree", "fsopen", "fsconfig",
  "fsmount", "fspick", "mount_setattr", "mknod", "mknodat", "quotactl", "quotactl_fd", "open_by_handle_at",
  "name_to_handle_at", "fanotify_init", "fanotify_mark", "swapon", "swapoff", "acct",
  /* the kernel */
  "bpf", "userfaultfd", "keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module", "kexec_load",
  "kexec_file_load", "reboot", "syslog", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old", "uselib", "ustat", "sysfs", "_sysctl",
  "nfsservctl", "lookup_dcookie", "vhangup", "set_mempolicy", "mbind", "migrate_pages", "move_pages",
  /* time */
  "settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex",
  /* memory that no limit of a process counts */
  "shmget", "shmat", "msgget", "semget", "mq_open", "memfd_secret",
  NULL,
};

/* Refused as what this kernel does not have: libraries then do without. Their arguments lie in memory, where no filter
 * sees them; memfd_create() and io_uring are ways around the limits. */
static const char *const missing[] = {
  "clone3", "openat2", "fchmodat2", "memfd_create", "io_uring_setup", "io_uring_enter", "io_uring_register", NULL,
};

static gboolean
add (scmp_filter_ctx filter, int error, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      int number = seccomp_syscall_resolve_name (names[i]);
      int result;

      /* An old library does not know what a new kernel has; other machines have others. */
      if (number == __NR_SCMP_ERROR)
        continue;
      result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (error), number, 0);
      if (result != 0 && result != -EDOM)
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_masked (scmp_filter_ctx filter, int error, const char *name, guint argument, guint64 mask, guint64 value)
{
  int number = seccomp_syscall_resolve_name (name);

  return number == __NR_SCMP_ERROR ||
         seccomp_rule_add (filter, SCMP_ACT_ERRNO (error), number, 1,
                           SCMP_CMP (argument, SCMP_CMP_MASKED_EQ, mask, value)) == 0;
}

/* A file that becomes whoever owns it when it is run would be a way out, for another user of this computer. */
static gboolean
add_set_id (scmp_filter_ctx filter)
{
  static const struct { const char *name; guint argument; } calls[] = {
    { "chmod", 1 }, { "fchmod", 1 }, { "fchmodat", 2 }, { "creat", 1 }, { "open", 2 }, { "openat", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (!add_masked (filter, EPERM, calls[i].name, calls[i].argument, S_ISUID, S_ISUID) ||
        !add_masked (filter, EPERM, calls[i].name, calls[i].argument, S_ISGID, S_ISGID))
      return FALSE;
  return TRUE;
}

/* Only sockets of files, and of the internet where that is allowed. */
static gboolean
add_sockets (scmp_filter_ctx filter, gboolean network)
{
  int socket_number = SCMP_SYS (socket);

  if (!network)
    return seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), socket_number, 1,
                             SCMP_CMP (0, SCMP_CMP_NE, AF_UNIX)) == 0;
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), socket_number, 1, SCMP_CMP (0, SCMP_CMP_GT, AF_NETLINK)) != 0)
    return FALSE;
  for (int family = 0; family < AF_NETLINK; family++)
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6 &&
        seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), socket_number, 1,
                          SCMP_CMP (0, SCMP_CMP_EQ, family)) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
fill (scmp_filter_ctx filter, gboolean network)
{
  int ioctl_number = SCMP_SYS (ioctl);

  /* Programs for another machine, e.g. of 32 bits, would go around all of this: that is the library's own default, and
   * they are killed. */
  if (seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
      !add (filter, EPERM, forbidden) || !add (filter, ENOSYS, missing) || !add_set_id (filter) ||
      !add_sockets (filter, network))
    return FALSE;
  for (guint bit = 0; bit < 32; bit++)
    if ((NEW_NAMESPACES & (1u << bit)) != 0 &&
        !add_masked (filter, EPERM, "clone", 0, 1u << bit, 1u << bit))
      return FALSE;
  /* Typing into the terminal that the program was started from. */
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), ioctl_number, 1,
                        SCMP_CMP (1, SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI)) != 0 ||
      seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), ioctl_number, 1,
                        SCMP_CMP (1, SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCLINUX)) != 0)
    return FALSE;
  /* Asking which one it is (all ones) and the ordinary one (PER_LINUX, 0). The library takes no two comparisons of one argument:
   * what is neither has, somewhere in its ring of bits, one that is set before one that is not. */
  for (guint bit = 0; bit < 32; bit++)
    if (!add_masked (filter, EPERM, "personality", 0, (1u << bit) | (1u << (bit + 1) % 32), 1u << bit))
      return FALSE;
  /* Memory that is shared with nobody but is not counted as a process's own. */
  return add_masked (filter, ENOMEM, "mmap", 3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS);
}

int
avb_sandbox_filter_open (gboolean network, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int fd = -1;

  if (filter != NULL && fill (filter, network))
    fd = memfd_create ("avb-seccomp", MFD_CLOEXEC);
  if (fd >= 0 && (seccomp_export_bpf (filter, fd) != 0 || lseek (fd, 0, SEEK_SET) != 0))
    {
      close (fd);
      fd = -1;
    }
  if (filter != NULL)
    seccomp_release (filter);
  if (fd < 0)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, "libseccomp could not make a filter",
                                             _("This system cannot filter what extensions ask of its kernel.")));
  return fd;
}
