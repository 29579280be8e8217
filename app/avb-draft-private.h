/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-draft.h"
#include "app/avb-os-db.h"

G_BEGIN_DECLS

typedef struct {
  guint   cpus;
  guint64 memory_mib;
  guint64 disk_size; /* bytes */
} AvbDraftPlan;

/* What is known of the place where the machine will be. */
typedef struct {
  guint         cpus;       /* 0: not known, as are the others */
  guint64       memory_mib;
  guint64       free_memory_mib;
  guint64       free_disk;
  char         *disk_path;  /* (nullable): where new disks go */
  gboolean      reachable;  /* the hypervisor can read the medium where it is */
  gboolean      writable;   /* and write it */
} AvbDraftHost;

/* Half of the host, or what the system needs at least, as far as there is. */
guint   avb_draft_plan_max_cpus       (const AvbDraftHost *host, const AvbOsInfo *os);
guint64 avb_draft_plan_max_memory_mib (const AvbDraftHost *host, const AvbOsInfo *os);

/* @os is nullable. For %AVB_DRAFT_SIZE_CUSTOM: as for medium. */
void    avb_draft_plan_size (const AvbDraftHost *host,
                             const AvbOsInfo    *os,
                             AvbDraftSize        size,
                             AvbDraftPlan       *plan);

/* @wish, or with a number behind it: what no machine of the connection is called. (transfer full) */
char       *avb_draft_plan_name       (AvbConnection *connection, const char *wish);
gboolean    avb_draft_plan_name_taken (AvbConnection *connection, const char *name);

/* "i686" media run on "x86_64" machines. (transfer none) (nullable) */
const char *avb_draft_plan_architecture (AvbCapabilities *capabilities, const char *architecture);

typedef struct _AvbDefinition AvbDefinition;

/* In a fiber. Whether the user may write this file, and the hypervisor read it where it is. The user's own hypervisor reads
 * what the user reads; one that runs as somebody else what everybody may; one elsewhere nothing of this computer. */
void avb_draft_read_access (AvbConnection *connection, const char *path, gboolean *reachable, gboolean *writable);

/* (transfer full) (element-type AvbObstacle): the worst first */
GPtrArray *avb_draft_find_obstacles (AvbDraft *self);

AvbLibrary         *avb_draft_get_library  (AvbDraft *self);
/* (nullable): what the medium defines */
AvbDefinition      *avb_draft_get_definition (AvbDraft *self);
const AvbOsInfo    *avb_draft_get_os       (AvbDraft *self); /* (nullable) */
const AvbDraftHost *avb_draft_get_host     (AvbDraft *self);
/* A copy with disks (but their paths) left to the caller and a network card. (transfer full) */
AvbMachineSpec     *avb_draft_dup_spec     (AvbDraft *self);
AvbDiskBus          avb_draft_get_disk_bus (AvbDraft *self);
/* In a fiber: until it is known whether this computer can accelerate machines, or nobody knows. */
void                avb_draft_await_probe  (AvbDraft *self, AvbOperation *operation);

G_END_DECLS
