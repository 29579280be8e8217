/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-obstacle.h"

#include <glib/gi18n-lib.h>

struct _AvbObstacle
{
  GObject parent_instance;

  AvbObstacleWeight weight;
  AvbMend           mend;
  char             *text;
};

G_DEFINE_FINAL_TYPE (AvbObstacle, avb_obstacle, G_TYPE_OBJECT)

static void
avb_obstacle_finalize (GObject *object)
{
  g_free (AVB_OBSTACLE (object)->text);
  G_OBJECT_CLASS (avb_obstacle_parent_class)->finalize (object);
}

static void
avb_obstacle_class_init (AvbObstacleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_obstacle_finalize;
}

static void
avb_obstacle_init (AvbObstacle *self)
{
}

AvbObstacle *
avb_obstacle_new (AvbObstacleWeight weight, AvbMend mend, const char *text)
{
  AvbObstacle *self;

  g_return_val_if_fail (text != NULL, NULL);

  self = g_object_new (AVB_TYPE_OBSTACLE, NULL);
  self->weight = weight;
  self->mend = mend;
  self->text = g_strdup (text);
  return self;
}

AvbObstacleWeight
avb_obstacle_get_weight (AvbObstacle *self)
{
  g_return_val_if_fail (AVB_IS_OBSTACLE (self), AVB_OBSTACLE_NOTE);

  return self->weight;
}

AvbMend
avb_obstacle_get_mend (AvbObstacle *self)
{
  g_return_val_if_fail (AVB_IS_OBSTACLE (self), AVB_MEND_NOTHING);

  return self->mend;
}

const char *
avb_obstacle_get_text (AvbObstacle *self)
{
  g_return_val_if_fail (AVB_IS_OBSTACLE (self), NULL);

  return self->text;
}

const char *
avb_obstacle_get_label (AvbObstacle *self)
{
  g_return_val_if_fail (AVB_IS_OBSTACLE (self), NULL);

  switch (self->mend)
    {
    case AVB_MEND_FREE_NAME: return _("Use Another _Name");
    case AVB_MEND_RETRY: return _("_Try Again");
    case AVB_MEND_PLAIN_FIRMWARE: return _("Use _Other Firmware");
    case AVB_MEND_NO_TPM: return _("_Without TPM");
    case AVB_MEND_TPM: return _("Add a _TPM");
    case AVB_MEND_SECURE_BOOT: return _("Use Secure _Boot");
    case AVB_MEND_COPY: return _("_Copy It");
    case AVB_MEND_IN_PLACE: return _("_Use It Where It Is");
    case AVB_MEND_LESS_MEMORY: return _("Less _Memory");
    case AVB_MEND_MORE_MEMORY: return _("More _Memory");
    case AVB_MEND_SMALLER_DISK: return _("Smaller _Disk");
    case AVB_MEND_LARGER_DISK: return _("Larger _Disk");
    case AVB_MEND_NO_DISK: return _("Without a _Disk");
    case AVB_MEND_EMULATE: return _("_Emulate");
    case AVB_MEND_NOTHING:
    default: return NULL;
    }
}

gboolean
avb_obstacle_equal (AvbObstacle *self, AvbObstacle *other)
{
  g_return_val_if_fail (AVB_IS_OBSTACLE (self), FALSE);
  g_return_val_if_fail (AVB_IS_OBSTACLE (other), FALSE);

  return self->weight == other->weight && self->mend == other->mend && g_str_equal (self->text, other->text);
}
