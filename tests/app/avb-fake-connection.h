/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-backend.h"

G_BEGIN_DECLS

/* A hypervisor of the test's own, for what a real one does only by chance: it breaks, is slow or full at
 * the moment the test wants. Its volumes are real files. */
#define AVB_TYPE_FAKE_CONNECTION (avb_fake_connection_get_type ())
G_DECLARE_FINAL_TYPE (AvbFakeConnection, avb_fake_connection, AVB, FAKE_CONNECTION, AvbConnection)

typedef enum {
  AVB_FAKE_WORKS,
  AVB_FAKE_NO_SPACE,     /* creating a volume */
  AVB_FAKE_HANGS,        /* creating a volume, until it is cancelled */
  AVB_FAKE_TAKEN,        /* the name of a machine, at the first attempt */
  AVB_FAKE_REFUSES,      /* to define a machine */
  AVB_FAKE_BREAKS,       /* the link, while it defines a machine, which is there when it is back */
  AVB_FAKE_NO_START,     /* of a machine */
  AVB_FAKE_NO_DELETE,    /* of a machine */
} AvbFakeMood;

struct _AvbFakeConnection
{
  AvbConnection parent_instance;

  AvbFakeMood mood;
  char       *folder; /* (nullable): of the volumes */
  guint64     free_disk;
  guint       n_attempts;
  gboolean    volume_begun;
  gboolean    command_given_up; /* one that was cancelled */
};

AvbFakeConnection *avb_fake_connection_new (const char *uri, const char *folder);
/* (transfer none) */
AvbMachine        *avb_fake_connection_add (AvbFakeConnection *self, const char *name, AvbMachineState state);
/* Many at once. */
void               avb_fake_connection_fill (AvbFakeConnection *self, guint count);

/* A backend whose connections are these: each URI that begins with "fake:". */
#define AVB_TYPE_FAKE_BACKEND (avb_fake_backend_get_type ())
G_DECLARE_FINAL_TYPE (AvbFakeBackend, avb_fake_backend, AVB, FAKE_BACKEND, AvbBackend)

/* (transfer full): a list of one, as avb_library_new() wants it. */
GListModel *avb_fake_backends (void);

G_END_DECLS
