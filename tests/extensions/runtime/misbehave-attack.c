/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "misbehave.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char result[4096];

/* @got: what was tried worked. */
static const char *
outcome (int got)
{
  if (got)
    snprintf (result, sizeof result, "GOT IT");
  else
    snprintf (result, sizeof result, "refused: %s", strerror (errno));
  return result;
}

static const char *
try_open (const char *path, int flags)
{
  int fd = open (path, flags, 0600);

  if (fd >= 0)
    close (fd);
  return outcome (fd >= 0);
}

static const char *
try_unix (const char *path, int abstract)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  size_t length = strlen (path);
  int got;

  if (fd < 0)
    return outcome (0);
  memcpy (address.sun_path + abstract, path, length);
  got = connect (fd, (void *) &address, offsetof (struct sockaddr_un, sun_path) + abstract + length) == 0;
  outcome (got);
  close (fd);
  return result;
}

static const char *
try_loopback (const char *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (atoi (port)) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  if (fd < 0)
    return outcome (0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return outcome (connect (fd, (void *) &address, sizeof address) == 0);
}

static const char *
count_processes (void)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;
  int n = 0;

  while (proc != NULL && (entry = readdir (proc)) != NULL)
    n += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
  if (proc != NULL)
    closedir (proc);
  if (n > 4)
    snprintf (result, sizeof result, "GOT IT: %d processes", n);
  else
    snprintf (result, sizeof result, "refused: only its own %d processes are there", n);
  return result;
}

/* Of all that are there: the first process once had the program's. */
static const char *
search_environments (void)
{
  static const char *const words[] = { "DBUS_SESSION", "XDG_RUNTIME", "DISPLAY", "SSH_AUTH", "GSETTINGS" };
  char path[64], text[65536];

  for (int pid = 1; pid < 32; pid++)
    {
      int fd;
      ssize_t n;

      snprintf (path, sizeof path, "/proc/%d/environ", pid);
      fd = open (path, O_RDONLY);
      n = fd >= 0 ? read (fd, text, sizeof text) : 0;
      if (fd >= 0)
        close (fd);
      for (unsigned i = 0; n > 0 && i < sizeof words / sizeof *words; i++)
        if (memmem (text, n, words[i], strlen (words[i])) != NULL)
          {
            snprintf (result, sizeof result, "GOT IT: %s of process %d", words[i], pid);
            return result;
          }
    }
  snprintf (result, sizeof result, "refused: nothing of the program's is there");
  return result;
}

static const char *
count_files (void)
{
  char path[64], target[256], *end = result;
  int n = 0;

  *result = '\0';
  for (int fd = 3; fd < 1024; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      {
        ssize_t length;

        snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
        length = readlink (path, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        if (n++ < 8)
          end += snprintf (end, 300, "%s%d %s", n > 1 ? ", " : "GOT IT: ", fd, target);
      }
  if (n == 0)
    snprintf (result, sizeof result, "refused: no open file was left to it");
  return result;
}

static const char *
fork_bomb (void)
{
  int n = 0, failed;
  pid_t pids[4096];

  while (n < 4096)
    {
      pid_t pid = fork ();

      if (pid == 0)
        for (;;)
          pause ();
      if (pid < 0)
        break;
      pids[n++] = pid;
    }
  failed = errno;
  for (int i = 0; i < n; i++)
    {
      kill (pids[i], SIGKILL);
      waitpid (pids[i], NULL, 0);
    }
  snprintf (result, sizeof result, n >= 64 ? "GOT IT: %d processes" : "refused: %d more processes, then %s", n, strerror (failed));
  return result;
}

/* Block by block, and written to: an address alone is no memory. */
static const char *
take_memory (int flags)
{
  size_t block = 16 << 20, got = 0;

  while (got < ((size_t) 8 << 30))
    {
      char *memory = mmap (NULL, block, PROT_READ | PROT_WRITE, flags, -1, 0);

      if (memory == MAP_FAILED)
        break;
      memset (memory, 1, block);
      got += block;
    }
  snprintf (result, sizeof result, got > ((size_t) 512 << 20) ? "GOT IT: %zu MiB" : "refused: %zu MiB, then %s", got >> 20, strerror (errno));
  return result;
}

static const char *
fill (const char *path, size_t most)
{
  static char block[1 << 20];
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  size_t got = 0;
  ssize_t n = 0;

  signal (SIGXFSZ, SIG_IGN);
  if (fd < 0)
    return outcome (0);
  memset (block, 'x', sizeof block);
  while (got < ((size_t) 8 << 30) && (n = write (fd, block, sizeof block)) > 0)
    got += n;
  snprintf (result, sizeof result, got > most ? "GOT IT: %zu MiB" : "refused: %zu MiB, then %s", got >> 20, strerror (errno));
  close (fd);
  unlink (path);
  return result;
}

static const char *
try_host_name (const char *theirs)
{
  char name[256] = "";

  gethostname (name, sizeof name);
  snprintf (result, sizeof result, strcmp (name, theirs) == 0 ? "GOT IT" : "refused: it is called “%s”", name);
  return result;
}

static const char *
try_clone (void)
{
  long pid = syscall (SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

  if (pid == 0)
    _exit (0);
  return outcome (pid > 0);
}

static const char *
try_file_system (const char *name, const char *argument)
{
  if (strcmp (name, "read-file") == 0)
    return try_open (argument, O_RDONLY);
  if (strcmp (name, "write-usr") == 0)
    return try_open ("/usr/avb-test", O_WRONLY | O_CREAT);
  if (strcmp (name, "write-app") == 0)
    return try_open ("/app/avb-test", O_WRONLY | O_CREAT);
  if (strcmp (name, "write-root") == 0)
    return try_open ("/avb-test", O_WRONLY | O_CREAT);
  if (strcmp (name, "write-dev") == 0)
    return try_open ("/dev/avb-test", O_WRONLY | O_CREAT);
  if (strcmp (name, "write-sysctl") == 0)
    return try_open ("/proc/sys/kernel/core_pattern", O_WRONLY);
  if (strcmp (name, "read-kmsg") == 0)
    return try_open ("/dev/kmsg", O_RDONLY);
  if (strcmp (name, "setuid-file") == 0)
    {
      int fd = open ("/data/suid", O_WRONLY | O_CREAT, 04755);

      return fd >= 0 ? outcome (1) : outcome (0);
    }
  if (strcmp (name, "setuid-chmod") == 0)
    {
      close (open ("/data/suid2", O_WRONLY | O_CREAT, 0755));
      return outcome (chmod ("/data/suid2", 04755) == 0);
    }
  if (strcmp (name, "mount") == 0)
    return outcome (mount ("none", "/tmp", "tmpfs", 0, NULL) == 0);
  if (strcmp (name, "mknod") == 0)
    return outcome (mknod ("/data/device", S_IFBLK | 0600, 0x0800) == 0);
  if (strcmp (name, "fill-data") == 0)
    return fill ("/data/large", (size_t) 1100 << 20);
  if (strcmp (name, "fill-tmp") == 0)
    return fill ("/tmp/large", (size_t) 64 << 20);
  if (strcmp (name, "fill-shm") == 0)
    return fill ("/dev/shm/large", (size_t) 16 << 20);
  return NULL;
}

static const char *
try_processes (const char *name, const char *argument)
{
  char byte;
  struct iovec here = { &byte, 1 }, there = { &byte, 1 };

  if (strcmp (name, "count-processes") == 0)
    return count_processes ();
  if (strcmp (name, "environments") == 0)
    return search_environments ();
  if (strcmp (name, "open-files") == 0)
    return count_files ();
  if (strcmp (name, "kill") == 0)
    return outcome (kill (atoi (argument), 0) == 0);
  if (strcmp (name, "ptrace") == 0)
    return outcome (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) == 0);
  if (strcmp (name, "ptrace-me") == 0)
    return outcome (ptrace (PTRACE_TRACEME, 0, NULL, NULL) == 0);
  if (strcmp (name, "read-memory") == 0)
    return outcome (process_vm_readv (getppid (), &here, 1, &there, 1, 0) > 0);
  if (strcmp (name, "fork-bomb") == 0)
    return fork_bomb ();
  if (strcmp (name, "memory") == 0)
    return take_memory (MAP_PRIVATE | MAP_ANONYMOUS);
  if (strcmp (name, "shared-memory") == 0)
    return take_memory (MAP_SHARED | MAP_ANONYMOUS);
  if (strcmp (name, "new-privileges") == 0)
    {
      snprintf (result, sizeof result, prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "refused: no new privileges" : "GOT IT");
      return result;
    }
  return NULL;
}

static const char *
try_kernel (const char *name)
{
  if (strcmp (name, "unshare") == 0)
    return outcome (unshare (CLONE_NEWUSER) == 0);
  if (strcmp (name, "clone") == 0)
    return try_clone ();
  if (strcmp (name, "clone3") == 0)
    return outcome (syscall (SYS_clone3, NULL, 0) >= 0);
  if (strcmp (name, "bpf") == 0)
    return outcome (syscall (SYS_bpf, 0, NULL, 0) >= 0);
  if (strcmp (name, "io-uring") == 0)
    return outcome (syscall (SYS_io_uring_setup, 1, NULL) >= 0);
  if (strcmp (name, "userfaultfd") == 0)
    return outcome (syscall (SYS_userfaultfd, 0) >= 0);
  if (strcmp (name, "keyring") == 0)
    return outcome (syscall (SYS_add_key, "user", "avb", "x", 1, -3) >= 0);
  if (strcmp (name, "memfd") == 0)
    return outcome (syscall (SYS_memfd_create, "avb", 0) >= 0);
  if (strcmp (name, "perf") == 0)
    return outcome (syscall (SYS_perf_event_open, NULL, 0, -1, -1, 0) >= 0);
  if (strcmp (name, "terminal") == 0)
    return outcome (ioctl (0, TIOCSTI, "x") == 0);
  return NULL;
}

const char *
attack (const char *name, const char *argument)
{
  const char *answer;

  errno = 0;
  if (strcmp (name, "unix") == 0)
    return try_unix (argument, 0);
  if (strcmp (name, "abstract") == 0)
    return try_unix (argument, 1);
  if (strcmp (name, "loopback") == 0)
    return try_loopback (argument);
  if (strcmp (name, "packet") == 0)
    return outcome (socket (AF_PACKET, SOCK_RAW, 0) >= 0);
  if (strcmp (name, "netlink") == 0)
    return outcome (socket (AF_NETLINK, SOCK_RAW, 0) >= 0);
  if (strcmp (name, "host-name") == 0)
    return try_host_name (argument);
  answer = try_file_system (name, argument);
  if (answer == NULL)
    answer = try_processes (name, argument);
  if (answer == NULL)
    answer = try_kernel (name);
  return answer != NULL ? answer : "GOT IT: this attack is not known";
}
