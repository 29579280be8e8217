/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-process.h"

G_BEGIN_DECLS

/**
 * RuntimeRig:
 *
 * A folder with the extension that misbehaves, and its process.
 */
typedef struct {
  char                *folder;
  char                *app;
  char                *data;
  AvbExtensionProcess *process;
} RuntimeRig;

/* @mode: (nullable): what it does as soon as it starts. @memory_mb, @disk: 0: as usual */
RuntimeRig *runtime_rig_new  (const char *mode, guint memory_mb, guint64 disk);
/* In a fiber: stops it first. */
void        runtime_rig_free (RuntimeRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuntimeRig, runtime_rig_free)

/* The program's own copy of the extension goes to @folder. */
void        runtime_rig_copy_program (const char *folder, const char *name);

/* A call with {"argument": …}. @argument: (nullable) */
DexFuture  *runtime_rig_call (RuntimeRig *self, const char *method, const char *argument);
/* (transfer full): the text of its answer */
char       *runtime_rig_ask  (RuntimeRig *self, const char *method, const char *argument);

/**
 * LoopWatch:
 *
 * How long the main loop did nothing else meanwhile, and how the program grew.
 */
typedef struct {
  guint  source;
  gint64 last;
  gint64 worst_us;
  gint64 memory; /* bytes at its start */
} LoopWatch;

void   loop_watch_start (LoopWatch *self);
void   loop_watch_stop  (LoopWatch *self);
/* Bytes that the program had more than at the start, at most. */
gint64 loop_watch_growth (LoopWatch *self);

G_END_DECLS
