/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-machine-template.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "backends/avb-error.h"

#define MAX_INTERFACES 8
#define MAX_TEXT 256
#define MAX_CPUS 1024
#define MAX_MEMORY_MIB (G_GINT64_CONSTANT (1) << 26) /* 64 TiB */
#define MAX_DISK_GIB (G_GINT64_CONSTANT (1) << 20)

/* Nothing is said, no, yes. */
typedef enum { WISH_NONE, WISH_NO, WISH_YES } Wish;

struct _AvbMachineTemplate
{
  GObject parent_instance;

  char        *id;
  char        *title;
  char        *description;
  char        *recipe;
  char        *os_id;
  char        *architecture;
  guint        cpus;
  guint64      memory_mib;
  guint64      disk_size;
  int          firmware; /* -1: nothing is said */
  Wish         tpm;
  Wish         graphics;
  Wish         extras[AVB_N_EXTRAS];
  GPtrArray   *interfaces;
};

G_DEFINE_FINAL_TYPE (AvbMachineTemplate, avb_machine_template, G_TYPE_OBJECT)

enum { PROP_0, PROP_ID, PROP_TITLE, PROP_DESCRIPTION, PROP_RECIPE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static const struct {
  const char *name;
  AvbExtra    extra;
} extras[] = {
  { "guest_agent", AVB_EXTRA_GUEST_AGENT }, { "display_agent", AVB_EXTRA_DISPLAY_AGENT },
  { "usb_redirection", AVB_EXTRA_USB_REDIRECTION }, { "sound", AVB_EXTRA_SOUND },
  { "folder_channel", AVB_EXTRA_FOLDER_CHANNEL },
};

static gboolean
refuse (GError **error, const char *member)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, member, _("The machine template is not understood.")));
  return FALSE;
}

/* --- reading: each says whether what is there is right; what is not there always is --- */

static gboolean
read_text (JsonObject *object, const char *member, char **text, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  const char *value;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, member);
  value = json_node_get_string (node);
  if (*value == '\0' || strlen (value) > MAX_TEXT || !g_utf8_validate (value, -1, NULL))
    return refuse (error, member);
  for (const char *c = value; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return refuse (error, member);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
read_number (JsonObject *object, const char *member, gint64 max, guint64 *number, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  gint64 value;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (error, member);
  value = json_node_get_int (node);
  if (value < 1 || value > max)
    return refuse (error, member);
  *number = value;
  return TRUE;
}

static gboolean
read_wish (JsonObject *object, const char *member, Wish *wish, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return refuse (error, member);
  *wish = json_node_get_boolean (node) ? WISH_YES : WISH_NO;
  return TRUE;
}

static gboolean
read_word (JsonObject *object, const char *member, const char *const *words, int *index, GError **error)
{
  g_autofree char *word = NULL;

  if (!read_text (object, member, &word, error))
    return FALSE;
  for (int i = 0; word != NULL && words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      {
        *index = i;
        return TRUE;
      }
  return word == NULL || refuse (error, member);
}

static AvbInterfaceSpec *
read_interface (JsonNode *node, GError **error)
{
  static const char *const kinds[] = { "user", "network", "bridge", NULL };
  g_autoptr (AvbInterfaceSpec) nic = avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL);
  int kind = -1;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse (error, "interfaces");
      return NULL;
    }
  if (!read_word (json_node_get_object (node), "kind", kinds, &kind, error) ||
      !read_text (json_node_get_object (node), "source", &nic->source, error) ||
      !read_text (json_node_get_object (node), "model", &nic->model, error))
    return NULL;
  if (kind < 0 || (kind == AVB_INTERFACE_USER) != (nic->source == NULL))
    {
      refuse (error, "interfaces");
      return NULL;
    }
  nic->kind = kind;
  return g_steal_pointer (&nic);
}

static gboolean
read_interfaces (AvbMachineTemplate *self, JsonObject *spec, GError **error)
{
  JsonNode *node = json_object_get_member (spec, "interfaces");
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > MAX_INTERFACES)
    return refuse (error, "interfaces");
  array = json_node_get_array (node);
  self->interfaces = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_interface_spec_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      AvbInterfaceSpec *nic = read_interface (json_array_get_element (array, i), error);

      if (nic == NULL)
        return FALSE;
      g_ptr_array_add (self->interfaces, nic);
    }
  return TRUE;
}

static gboolean
read_extras (AvbMachineTemplate *self, JsonObject *spec, GError **error)
{
  JsonNode *node = json_object_get_member (spec, "extras");

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, "extras");
  for (guint i = 0; i < G_N_ELEMENTS (extras); i++)
    if (!read_wish (json_node_get_object (node), extras[i].name, &self->extras[extras[i].extra], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_spec (AvbMachineTemplate *self, JsonObject *spec, GError **error)
{
  static const char *const firmwares[] = { "bios", "uefi", "uefi-secure", NULL };
  guint64 cpus = 0, disk_gib = 0;

  if (!read_text (spec, "os", &self->os_id, error) ||
      !read_text (spec, "architecture", &self->architecture, error) ||
      !read_number (spec, "cpus", MAX_CPUS, &cpus, error) ||
      !read_number (spec, "memory_mib", MAX_MEMORY_MIB, &self->memory_mib, error) ||
      !read_number (spec, "disk_gib", MAX_DISK_GIB, &disk_gib, error) ||
      !read_word (spec, "firmware", firmwares, &self->firmware, error) ||
      !read_wish (spec, "tpm", &self->tpm, error) || !read_wish (spec, "graphics", &self->graphics, error) ||
      !read_extras (self, spec, error) || !read_interfaces (self, spec, error))
    return FALSE;
  self->cpus = cpus;
  self->disk_size = disk_gib << 30;
  return TRUE;
}

static void
avb_machine_template_finalize (GObject *object)
{
  AvbMachineTemplate *self = AVB_MACHINE_TEMPLATE (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->description);
  g_free (self->recipe);
  g_free (self->os_id);
  g_free (self->architecture);
  g_clear_pointer (&self->interfaces, g_ptr_array_unref);
  G_OBJECT_CLASS (avb_machine_template_parent_class)->finalize (object);
}

static void
avb_machine_template_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbMachineTemplate *self = AVB_MACHINE_TEMPLATE (object);

  switch (id)
    {
    case PROP_ID: g_value_set_string (value, self->id); break;
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_DESCRIPTION: g_value_set_string (value, self->description); break;
    case PROP_RECIPE: g_value_set_string (value, self->recipe); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_machine_template_class_init (AvbMachineTemplateClass *klass)
{
  static const char *const names[] = { NULL, "id", "title", "description", "recipe" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_machine_template_finalize;
  object_class->get_property = avb_machine_template_get_property;
  for (guint i = 1; i < N_PROPS; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_machine_template_init (AvbMachineTemplate *self)
{
  self->firmware = -1;
}

AvbMachineTemplate *
avb_machine_template_new (const char *pack, const char *title, const char *description, JsonObject *object, GError **error)
{
  g_autoptr (AvbMachineTemplate) self = NULL;
  g_autofree char *id = NULL;
  JsonNode *spec;

  g_return_val_if_fail (pack != NULL, NULL);
  g_return_val_if_fail (title != NULL, NULL);
  g_return_val_if_fail (object != NULL, NULL);

  self = g_object_new (AVB_TYPE_MACHINE_TEMPLATE, NULL);
  spec = json_object_get_member (object, "spec");
  if (!read_text (object, "id", &id, error) || !read_text (object, "recipe", &self->recipe, error))
    return NULL;
  if (id == NULL || spec == NULL || !JSON_NODE_HOLDS_OBJECT (spec))
    {
      refuse (error, id == NULL ? "id" : "spec");
      return NULL;
    }
  if (!read_spec (self, json_node_get_object (spec), error))
    return NULL;
  self->id = g_strdup_printf ("%s/%s", pack, id);
  self->title = g_strdup (title);
  self->description = g_strdup (description);
  return g_steal_pointer (&self);
}

gboolean
avb_machine_template_get_firmware (AvbMachineTemplate *self, AvbFirmware *firmware)
{
  g_return_val_if_fail (AVB_IS_MACHINE_TEMPLATE (self), FALSE);

  if (self->firmware < 0)
    return FALSE;
  *firmware = self->firmware;
  return TRUE;
}

void
avb_machine_template_fill (AvbMachineTemplate *self, AvbMachineSpec *spec)
{
  g_return_if_fail (AVB_IS_MACHINE_TEMPLATE (self));
  g_return_if_fail (AVB_IS_MACHINE_SPEC (spec));

  if (self->tpm != WISH_NONE)
    avb_machine_spec_set_tpm (spec, self->tpm == WISH_YES);
  if (self->graphics != WISH_NONE)
    avb_machine_spec_set_graphics (spec, self->graphics == WISH_YES);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (self->extras[i] != WISH_NONE)
      avb_machine_spec_set_extra (spec, i, self->extras[i] == WISH_YES);
}

#define GETTER(type, name)                                    \
  type avb_machine_template_get_##name (AvbMachineTemplate *self) \
  {                                                           \
    g_return_val_if_fail (AVB_IS_MACHINE_TEMPLATE (self), 0); \
    return self->name;                                        \
  }

GETTER (const char *, id)
GETTER (const char *, title)
GETTER (const char *, description)
GETTER (const char *, recipe)
GETTER (const char *, os_id)
GETTER (const char *, architecture)
GETTER (guint, cpus)
GETTER (guint64, memory_mib)
GETTER (guint64, disk_size)
GETTER (GPtrArray *, interfaces)
