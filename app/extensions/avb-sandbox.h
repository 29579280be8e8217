/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Where a program in the sandbox finds its folders. Where the sandbox cannot give them these names, its environment has
 * the names: AVB_APP, AVB_DATA, AVB_RUNTIME. */
#define AVB_SANDBOX_APP "/app"
#define AVB_SANDBOX_DATA "/data"
#define AVB_SANDBOX_RUNTIME "/run/avb"

/**
 * AvbSandboxSpec:
 *
 * What is run, and what it may have. A plain value for the stack.
 */
typedef struct {
  const char        *id;          /* of the extension, for names that people see */
  const char        *app_dir;     /* read-only there */
  const char        *data_dir;    /* (nullable): its own; else it has none */
  const char        *runtime_dir; /* (nullable): for sockets that it serves */
  const char        *exec;        /* relative to @app_dir */
  const char *const *arguments;   /* (nullable) */
  guint              memory_mb;   /* of each process, and, where systemd keeps it or the sweep finds it, of all; 0: 256 */
  guint64            disk;        /* bytes of a file; 0: 1 GiB */
  gboolean           network;     /* this computer's and all beyond: %FALSE unless a policy says so */
} AvbSandboxSpec;

#define AVB_SANDBOX_MEMORY_MB 256
#define AVB_SANDBOX_DISK (G_GUINT64_CONSTANT (1) << 30)
#define AVB_SANDBOX_PROCESSES 64 /* and threads */

typedef struct {
  const char *app;
  const char *data;    /* (nullable) */
  const char *runtime; /* (nullable) */
} AvbSandboxPaths;

/* What these folders are called inside: borrowed from the arguments, or static. */
void avb_sandbox_get_paths (const char *app_dir, const char *data_dir, const char *runtime_dir, AvbSandboxPaths *paths);

/**
 * avb_sandbox_self_test:
 *
 * Starts the sandbox and looks from inside whether it holds: no home, no runtime folder, no network, no other processes, no
 * privileges, the system call filter in force. Asked once a run of the program; later calls get the same answer.
 *
 * Returns: (transfer full): resolves to %TRUE, or rejects with %AVB_ERROR_NOT_SUPPORTED and a sentence: then nothing may be
 *   run that needs it
 */
DexFuture *avb_sandbox_self_test (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_sandbox_spawn:
 *
 * Starts @spec with pipes to all three of its streams. Only after avb_sandbox_self_test(); it refuses otherwise. Main
 * thread: the sandbox ends with the thread that started it.
 *
 * Returns: (transfer full) (nullable): %AVB_ERROR_NOT_SUPPORTED or %AVB_ERROR_FAILED
 */
GSubprocess *avb_sandbox_spawn (const AvbSandboxSpec *spec, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks everything in the sandbox to end. */
void avb_sandbox_terminate (GSubprocess *process);
/* Ends it. Nothing within outlives it. */
void avb_sandbox_kill      (GSubprocess *process);

/* Worker threads. Bytes of memory that all in the sandbox of process @pid have, and how many there are. */
guint64 avb_sandbox_measure_memory (GPid pid, guint *n_processes);
/* Bytes that the files in @folder take; at most @max_entries are looked at, and more count as G_MAXUINT64. */
guint64 avb_sandbox_measure_folder (const char *folder, guint max_entries);

/* For tests: the next avb_sandbox_self_test() tests anew, with @bwrap (nullable: the system's) as the program to run. */
void avb_sandbox_reset_for_test (const char *bwrap);

G_END_DECLS
