/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hvf/avb-hvf-entitlements.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

#define MAX_SIZE (64 * 1024)
#define MAX_DEPTH 16
#define TIME_LIMIT_MS (10 * 1000)

/* --- What it printed: <plist><dict><key>…</key><true/>…</dict></plist>. --- */

typedef struct {
  guint              depth;
  gboolean           seen; /* the dictionary */
  GString           *key;  /* (nullable): the one that the next element is the value of */
  gboolean           in_key;
  AvbHvfEntitlements found;
} Reader;

#define DICT_DEPTH 2
#define VALUE_DEPTH 3

static void
refuse (GError **error)
{
  g_set_error_literal (
      error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "not the property list of a program");
}

static void
start_cb (GMarkupParseContext *context,
          const char          *name,
          const char         **attribute_names,
          const char         **attribute_values,
          gpointer             data,
          GError             **error)
{
  static const struct {
    const char        *key;
    AvbHvfEntitlements bit;
  } known[] = {
    { "com.apple.security.hypervisor", AVB_HVF_MAY_VIRTUALIZE },
    { "com.apple.vm.networking", AVB_HVF_MAY_NETWORK },
  };
  Reader *reader = data;

  reader->depth++;
  if (reader->depth > MAX_DEPTH || (reader->depth == 1 && !g_str_equal (name, "plist"))
      || (reader->depth == DICT_DEPTH && (!g_str_equal (name, "dict") || reader->seen)))
    {
      refuse (error);
      return;
    }
  reader->seen |= reader->depth == DICT_DEPTH;
  reader->in_key = reader->depth == VALUE_DEPTH && g_str_equal (name, "key");
  if (reader->in_key)
    {
      if (reader->key != NULL)
        g_string_free (reader->key, TRUE);
      reader->key = g_string_new (NULL);
    }
  if (reader->depth != VALUE_DEPTH || reader->in_key || reader->key == NULL)
    return;
  /* Said twice, it counts as it was said last. */
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (reader->key->str, known[i].key))
      reader->found = g_str_equal (name, "true") ? reader->found | known[i].bit
                                                 : reader->found & ~known[i].bit;
}

static void
end_cb (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Reader *reader = data;

  reader->depth--;
  if (reader->depth == VALUE_DEPTH - 1 && !reader->in_key && reader->key != NULL)
    {
      g_string_free (reader->key, TRUE);
      reader->key = NULL;
    }
  if (reader->depth == VALUE_DEPTH - 1)
    reader->in_key = FALSE;
}

static void
text_cb (
    GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Reader *reader = data;

  if (reader->in_key && reader->depth == VALUE_DEPTH)
    g_string_append_len (reader->key, text, length);
}

gboolean
avb_hvf_entitlements_parse (const char         *text,
                            gsize               length,
                            AvbHvfEntitlements *entitlements,
                            GError            **error)
{
  static const GMarkupParser parser = { start_cb, end_cb, text_cb, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) local_error = NULL;
  Reader reader = { 0 };
  gsize  begin = 0;

  g_return_val_if_fail (text != NULL || length == 0, FALSE);
  g_return_val_if_fail (entitlements != NULL, FALSE);

  *entitlements = AVB_HVF_MAY_NOTHING;
  while (begin < length && g_ascii_isspace (text[begin]))
    begin++;
  if (begin == length)
    return TRUE;
  if (length <= MAX_SIZE && memchr (text, '\0', length) == NULL)
    {
      context = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, &reader, NULL);
      if (g_markup_parse_context_parse (
              context, text + begin, (gssize) (length - begin), &local_error)
          && g_markup_parse_context_end_parse (context, &local_error) && !reader.seen)
        refuse (&local_error);
    }
  else
    refuse (&local_error);
  if (reader.key != NULL)
    g_string_free (reader.key, TRUE);
  if (local_error != NULL)
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID,
                         local_error->message,
                         _ ("What macOS says about the signature of QEMU cannot be understood.")));
      return FALSE;
    }
  *entitlements = reader.found;
  return TRUE;
}

/* --- Asking. It is a program as others are: it may say too much, or nothing for ever. --- */

typedef struct {
  GSubprocess *process;
  GByteArray  *output;
  gboolean     done;
  gboolean     late;
} Asking;

static void read_more (Asking *asking);

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Asking *asking = data;
  g_autoptr (GBytes) bytes
      = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, NULL);
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (length > 0)
    g_byte_array_append (asking->output, g_bytes_get_data (bytes, NULL), (guint) length);
  if (length > 0 && asking->output->len <= MAX_SIZE)
    read_more (asking);
  else
    asking->done = TRUE;
}

static void
read_more (Asking *asking)
{
  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (asking->process),
                                   4096,
                                   G_PRIORITY_DEFAULT,
                                   NULL,
                                   read_cb,
                                   asking);
}

static gboolean
late_cb (gpointer data)
{
  Asking *asking = data;

  asking->late = TRUE;
  /* Closes its end of the pipe, and with that the reading ends. */
  g_subprocess_force_exit (asking->process);
  return G_SOURCE_REMOVE;
}

static void
ask (Asking *asking)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) timeout = g_timeout_source_new (TIME_LIMIT_MS);

  g_main_context_push_thread_default (context);
  g_source_set_callback (timeout, late_cb, asking, NULL);
  g_source_attach (timeout, context);
  read_more (asking);
  while (!asking->done)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (timeout);
  g_main_context_pop_thread_default (context);
  if (asking->output->len > MAX_SIZE)
    g_subprocess_force_exit (asking->process);
}

gboolean
avb_hvf_entitlements_read (const char         *codesign,
                           const char         *program,
                           AvbHvfEntitlements *entitlements,
                           GError            **error)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GByteArray) output = g_byte_array_new ();
  g_autoptr (GError) local_error = NULL;
  Asking asking = { 0 };

  g_return_val_if_fail (program != NULL, FALSE);
  g_return_val_if_fail (entitlements != NULL, FALSE);

  *entitlements = AVB_HVF_MAY_NOTHING;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &local_error,
                              codesign != NULL ? codesign : "/usr/bin/codesign",
                              "-d",
                              "--entitlements",
                              "-",
                              "--xml",
                              program,
                              NULL);
  if (process != NULL)
    {
      asking = (Asking) { .process = process, .output = output };
      ask (&asking);
      if (!asking.late && output->len <= MAX_SIZE)
        g_subprocess_wait (process, NULL, NULL);
    }
  if (process == NULL || asking.late)
    {
      g_propagate_error (error,
                         avb_error_new (AVB_ERROR_UNAVAILABLE,
                                        local_error != NULL ? local_error->message : NULL,
                                        _ ("The signature of QEMU could not be read.")));
      return FALSE;
    }
  return avb_hvf_entitlements_parse ((const char *) output->data, output->len, entitlements, error);
}
