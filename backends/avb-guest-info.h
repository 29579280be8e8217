/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/* The longest that avb_machine_freeze() takes. */
#define AVB_FREEZE_MAX_SECONDS 600

/* More than this is not kept of what a guest tells, whatever it tells. */
#define AVB_GUEST_MAX_USERS 32
#define AVB_GUEST_MAX_INTERFACES 32
#define AVB_GUEST_MAX_ADDRESSES 16

/**
 * AvbGuestAgent:
 * @AVB_GUEST_AGENT_NOT_RUNNING: the machine does not run.
 * @AVB_GUEST_AGENT_NO_CHANNEL: the machine has no channel that an agent could use.
 * @AVB_GUEST_AGENT_ABSENT: the channel is there, and nobody in the guest has opened it.
 * @AVB_GUEST_AGENT_SILENT: somebody opened it, but does not answer in time or with nonsense.
 * @AVB_GUEST_AGENT_ANSWERS: it answers.
 */
typedef enum {
  AVB_GUEST_AGENT_NOT_RUNNING,
  AVB_GUEST_AGENT_NO_CHANNEL,
  AVB_GUEST_AGENT_ABSENT,
  AVB_GUEST_AGENT_SILENT,
  AVB_GUEST_AGENT_ANSWERS,
} AvbGuestAgent;

/* A network interface as the guest has it. */
typedef struct {
  char *name;      /* "eth0"; "" where only the host was asked */
  char *mac;       /* nullable */
  GStrv addresses; /* IPv4 and IPv6 in their usual text, without loopback; at most AVB_GUEST_MAX_ADDRESSES */
} AvbGuestInterface;

/* Somebody who is logged in. */
typedef struct {
  char  *name;  /* with the Windows domain before it, if there is one */
  gint64 since; /* Unix seconds; 0 if unknown */
} AvbGuestUser;

/**
 * AvbGuestInfo:
 *
 * What a running guest tells of itself through its agent, and what the host knows of its addresses
 * without one. A plain value. All texts are the guest's claims: one line of UTF-8 without control
 * characters, of bounded length, never markup.
 */
typedef struct {
  AvbGuestAgent agent;
  char         *reason;     /* translated sentence: why there is no agent, and what to do; %NULL if there is */
  char         *host_name;  /* nullable, as the following: not told */
  char         *os_name;    /* "Debian GNU/Linux 13 (trixie)" */
  char         *kernel;     /* "6.12.107+deb13-amd64" */
  char         *time_zone;  /* "CET, UTC+01:00" */
  GPtrArray    *interfaces; /* (element-type AvbGuestInterface); those without an address are left out */
  GPtrArray    *users;      /* (element-type AvbGuestUser); each name once */
  gboolean      more_users; /* more than AVB_GUEST_MAX_USERS */
} AvbGuestInfo;

#define AVB_TYPE_GUEST_INFO (avb_guest_info_get_type ())
GType         avb_guest_info_get_type (void);
AvbGuestInfo *avb_guest_info_new      (void);
AvbGuestInfo *avb_guest_info_copy     (const AvbGuestInfo *info);
void          avb_guest_info_free     (AvbGuestInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbGuestInfo, avb_guest_info_free)

/* For backends; what does not fit is dropped. @addresses may hold anything. */
void avb_guest_info_add_interface (AvbGuestInfo      *info,
                                   const char        *name,
                                   const char        *mac,
                                   const char *const *addresses);
void avb_guest_info_add_user      (AvbGuestInfo *info,
                                   const char   *domain,
                                   const char   *name,
                                   gint64        since);

/**
 * avb_machine_read_guest_info:
 *
 * Asks the guest, which may take some seconds, or lie. There is no event for most of it: call it
 * again when `agent-connected` changes, or when somebody looks.
 *
 * Returns: (transfer full): resolves to an #AvbGuestInfo (boxed), also where no agent is
 */
DexFuture *avb_machine_read_guest_info (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_machine_freeze:
 * @seconds: 1 to %AVB_FREEZE_MAX_SECONDS: when it ends by itself
 *
 * Has the guest write all it has in memory to its disks, and then stop writing: for a copy of the
 * disks that is whole. A process of its own watches over it: when the time is over, or this
 * program ends in whatever way, the file systems are thawed. `frozen-until` tells meanwhile.
 *
 * Returns: (transfer full): resolves to the number of file systems (int)
 */
DexFuture *avb_machine_freeze (AvbMachine *self, guint seconds) G_GNUC_WARN_UNUSED_RESULT;

/* Lets the guest go on; also what somebody else froze. Resolves once it does. */
DexFuture *avb_machine_thaw   (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
