/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void look_at (AvbWmiObject *object, guint nested);

static void
look_at_field (AvbWmiObject *object, guint index, guint nested)
{
  AvbWmiField field = avb_wmi_object_get_field (object, index);

  if (avb_wmi_object_count (object, field.name) != field.count)
    abort ();
  for (guint i = 0; i < field.count; i++)
    {
      AvbWmiPath *path = avb_wmi_object_get_path_at (object, field.name, i);
      const char *text = avb_wmi_object_get_string_at (object, field.name, i);

      if ((field.kind == AVB_WMI_TEXT) != (text != NULL) || (field.kind == AVB_WMI_PATH) != (path != NULL))
        abort ();
      if (path != NULL)
        {
          /* Whatever was read as a path is one in the other form too. */
          g_autofree char *form = avb_wmi_path_to_text (path);
          g_autoptr (AvbWmiPath) again = avb_wmi_path_from_text (form, NULL);

          if (again == NULL ? strlen (form) < 60000 : !avb_wmi_path_equal (path, again))
            abort ();
        }
      if (text != NULL && nested < 2)
        {
          g_autoptr (AvbWmiPath) maybe = avb_wmi_path_from_text (text, NULL);
          AvbWmiObject *inner = avb_wmi_object_get_object_at (object, field.name, i);

          if (inner != NULL)
            look_at (inner, nested + 1);
        }
      if (field.kind == AVB_WMI_OBJECT)
        look_at (avb_wmi_object_get_object_at (object, field.name, i), nested + 1);
    }
}

static void
look_at (AvbWmiObject *object, guint nested)
{
  g_autoptr (AvbWmiObject) copy = avb_wmi_object_copy (object);
  g_autofree char *text = avb_wmi_object_to_cim_xml (object);
  g_autofree char *same = avb_wmi_object_to_cim_xml (copy);
  g_autofree char *body = avb_wsman_invoke_body ("urn:x", "Method", object);

  if (!g_str_equal (text, same))
    abort ();
  for (guint i = 0; i < avb_wmi_object_get_n_fields (object); i++)
    look_at_field (object, i, nested);
}

/* What was written can be read, and is then written the same way. */
static void
read_cim_xml (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWmiObject) object = avb_wmi_object_from_cim_xml ((const char *) data, size, &error);
  g_autoptr (AvbWmiObject) again = NULL;
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  if ((object != NULL) == (error != NULL))
    abort ();
  if (object == NULL)
    return;
  look_at (object, 0);
  once = avb_wmi_object_to_cim_xml (object);
  again = avb_wmi_object_from_cim_xml (once, -1, &error);
  if (again == NULL)
    g_error ("What was written cannot be read: %s\n%s", error->message, once);
  twice = avb_wmi_object_to_cim_xml (again);
  if (strstr (once, "EmbeddedObject") == NULL && !g_str_equal (once, twice))
    g_error ("%s\nis not\n%s", once, twice);
}

static void
read_answer (const guint8 *data, gsize size, AvbWsmanVerb verb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer
      = avb_wsman_answer_parse ((const char *) data, size, verb, "DefineSystem", &error);

  if ((answer != NULL) == (error != NULL))
    abort ();
  if (answer == NULL)
    return;
  if (answer->fault != NULL)
    {
      g_autoptr (GError) fault = avb_wsman_fault_to_error (answer->fault);

      if (fault->message == NULL || avb_error_get_details (fault) == NULL)
        abort ();
    }
  for (guint i = 0; i < answer->items->len; i++)
    look_at (answer->items->pdata[i], 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const AvbWsmanVerb verbs[]
      = { AVB_WSMAN_IDENTIFY, AVB_WSMAN_GET, AVB_WSMAN_PULL, AVB_WSMAN_INVOKE, AVB_WSMAN_SUBSCRIBE };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (AvbWmiPath) path = avb_wmi_path_from_text (text, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    read_answer (data, size, verbs[i]);
  read_cim_xml (data, size);
  if (path != NULL)
    {
      g_autofree char *form = avb_wmi_path_to_text (path);
      g_autoptr (AvbWmiPath) again = avb_wmi_path_from_text (form, NULL);

      if (again == NULL ? strlen (form) < 60000 : !avb_wmi_path_equal (path, again))
        abort ();
    }
  return 0;
}
