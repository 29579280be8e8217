/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection.h"

struct _AvbLibvirtConnection {
  AvbConnection parent_instance;
};

G_DEFINE_FINAL_TYPE (AvbLibvirtConnection, avb_libvirt_connection, AVB_TYPE_CONNECTION)

static void
avb_libvirt_connection_class_init (AvbLibvirtConnectionClass *klass)
{
}

static void
avb_libvirt_connection_init (AvbLibvirtConnection *self)
{
}

AvbConnection *
avb_libvirt_connection_new (const char *uri)
{
  return g_object_new (AVB_TYPE_LIBVIRT_CONNECTION, "uri", uri, NULL);
}

gboolean
avb_libvirt_handles_uri (const char *uri)
{
  return g_regex_match_simple ("^(qemu|test)(\\+[a-z0-9]+)?://", uri, 0, 0);
}
