/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sizes, the same on both sides of the line. */
#define AVB_RPC_MAX_HEADER 256               /* bytes of all header lines of a message */
#define AVB_RPC_MAX_BODY (4 * 1024 * 1024)   /* bytes of a message */
#define AVB_RPC_MAX_VALUES 50000             /* of JSON in a message: each takes some 100 bytes of memory */
#define AVB_RPC_MAX_IN_FLIGHT 32             /* calls, in each direction */
#define AVB_RPC_MAX_QUEUE (1024 * 1024)      /* bytes that wait to be written */
#define AVB_RPC_MAX_WAITING 1024             /* calls that wait for one in flight to end */
#define AVB_EXTENSION_MAX_STDERR (1024 * 1024)

/* The versions of the protocol that this program speaks. */
#define AVB_PROTOCOL_VERSION 1
#define AVB_PROTOCOL_OLDEST 1

/**
 * AvbExtensionLimits:
 *
 * How long an extension may take, in milliseconds unless stated.
 */
typedef struct {
  guint initialize;
  guint call;            /* somebody waits for the answer */
  guint progress;        /* long work: since it last told how it gets on */
  guint ping_interval;
  guint ping_answer;
  guint cancel_grace;    /* from $/cancelRequest, or a time limit, to TERM; also to shut down */
  guint term_grace;      /* from TERM to KILL */
  guint stall;           /* a write that gets nowhere */
  guint restart_first;   /* doubled each time… */
  guint restart_max;     /* …up to this */
  guint crash_window;    /* so many crashes in this time… */
  guint crash_max;       /* …(a count) and it is disabled */
  guint panel_interval;  /* between two updates of a panel that are shown */
  guint sweep;           /* between two looks at what it takes of memory and disk */
  guint messages_per_second; /* that it may send unasked */
} AvbExtensionLimits;

/* What is in force. Main thread. */
const AvbExtensionLimits *avb_extension_limits_get (void);

/* For tests only: all times from now on are @factor of what they are. 1 again at the end. */
void avb_extension_limits_scale (double factor);

G_END_DECLS
