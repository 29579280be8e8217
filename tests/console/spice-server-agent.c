/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/spice-server-agent.h"

#include <spice/vd_agent.h>
#include <string.h>

/* What data is told in full. */
#define SHOWN_SIZE 200

/* A message to the client: @head, then @fill bytes "x". */
typedef struct {
  GByteArray *head;
  guint64     fill;
  gsize       sent; /* of the head */
} Outgoing;

/* What a request for a type is answered with. */
typedef struct {
  GBytes *bytes;
  guint64 fill;
} Offer;

/* A file that is coming. */
typedef struct {
  guint64    size;
  guint64    got;
  GChecksum *checksum;
} Incoming;

static SpiceServer            *agent_server;
static SpiceCharDeviceInstance agent;
static gboolean                running;

static guint32 caps[VD_AGENT_CAPS_SIZE];
static guint32 client_caps[VD_AGENT_CAPS_SIZE];
static guint32 serials[256];

static GQueue      outgoing = G_QUEUE_INIT;
static GByteArray *chunk;  /* on its way to the server */
static GByteArray *device; /* what the server wrote, not yet a whole chunk */
static GByteArray *message;

static GHashTable *offers; /* type: Offer */
static GHashTable *files;  /* id: Incoming */
static char       *answers;
static int         file_result = -1; /* of files that are not taken */
static guint64     file_after;
static guint64     file_free;
static gboolean    file_silent;

static void
outgoing_free (Outgoing *out)
{
  g_byte_array_unref (out->head);
  g_free (out);
}

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  g_bytes_unref (offer->bytes);
  g_free (offer);
}

static void
incoming_free (gpointer data)
{
  Incoming *file = data;

  g_checksum_free (file->checksum);
  g_free (file);
}

/* To the client. */

static gboolean
has_cap (guint cap)
{
  return VD_AGENT_HAS_CAPABILITY (caps, VD_AGENT_CAPS_SIZE, cap)
         && VD_AGENT_HAS_CAPABILITY (client_caps, VD_AGENT_CAPS_SIZE, cap);
}

static void
push (GByteArray *head, guint64 fill)
{
  Outgoing *out = g_new0 (Outgoing, 1);

  out->head = head;
  out->fill = fill;
  g_queue_push_tail (&outgoing, out);
}

/* @size: what is announced. @data and @fill bytes follow. */
static void
send_sized (guint32 type, guint32 size, const void *data, gsize length, guint64 fill)
{
  VDAgentMessage header = { .protocol = VD_AGENT_PROTOCOL, .type = type, .size = size };
  GByteArray    *head = g_byte_array_new ();

  g_byte_array_append (head, (const guint8 *) &header, sizeof header);
  g_byte_array_append (head, data, (guint) length);
  push (head, fill);
}

static void
send_message (guint32 type, const GByteArray *data, guint64 fill)
{
  send_sized (type, (guint32) (data->len + fill), data->data, data->len, fill);
}

static void
append_u32 (GByteArray *array, guint32 value)
{
  g_byte_array_append (array, (const guint8 *) &value, sizeof value);
}

/* The start of a message about the clipboard. */
static GByteArray *
clipboard_message (guint selection)
{
  GByteArray *data = g_byte_array_new ();

  if (has_cap (VD_AGENT_CAP_CLIPBOARD_SELECTION))
    append_u32 (data, selection);
  return data;
}

static void
send_caps (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_u32 (data, FALSE);
  g_byte_array_append (data, (const guint8 *) caps, sizeof caps);
  send_message (VD_AGENT_ANNOUNCE_CAPABILITIES, data, 0);
}

static void
send_grab (guint selection, char **types)
{
  g_autoptr (GByteArray) data = clipboard_message (selection);

  if (has_cap (VD_AGENT_CAP_CLIPBOARD_GRAB_SERIAL))
    append_u32 (data, serials[selection & 0xff]++);
  for (char **type = types; *type != NULL; type++)
    append_u32 (data, (guint32) g_ascii_strtoull (*type, NULL, 10));
  send_message (VD_AGENT_CLIPBOARD_GRAB, data, 0);
}

static void
send_request (guint selection, guint type)
{
  g_autoptr (GByteArray) data = clipboard_message (selection);

  append_u32 (data, type);
  send_message (VD_AGENT_CLIPBOARD_REQUEST, data, 0);
}

static void
send_release (guint selection)
{
  g_autoptr (GByteArray) data = clipboard_message (selection);

  send_message (VD_AGENT_CLIPBOARD_RELEASE, data, 0);
}

static void
send_clipboard (guint selection, guint type)
{
  g_autoptr (GByteArray) data = clipboard_message (selection);
  Offer   *offer = g_hash_table_lookup (offers, GUINT_TO_POINTER (type));
  gboolean empty = offer == NULL || g_str_equal (answers, "empty");

  if (g_str_equal (answers, "wrong-type"))
    append_u32 (data, type == VD_AGENT_CLIPBOARD_UTF8_TEXT ? VD_AGENT_CLIPBOARD_IMAGE_PNG
                                                           : VD_AGENT_CLIPBOARD_UTF8_TEXT);
  else
    append_u32 (data, empty ? VD_AGENT_CLIPBOARD_NONE : type);
  if (!empty)
    g_byte_array_append (
        data, g_bytes_get_data (offer->bytes, NULL), (guint) g_bytes_get_size (offer->bytes));
  if (g_str_equal (answers, "short"))
    send_sized (VD_AGENT_CLIPBOARD,
                (guint32) (data->len + offer->fill),
                data->data,
                data->len / 2,
                offer->fill / 2);
  else
    send_message (VD_AGENT_CLIPBOARD, data, empty ? 0 : offer->fill);
}

static void
send_file_status (guint32 id, guint32 result)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_u32 (data, id);
  append_u32 (data, result);
  if (result == VD_AGENT_FILE_XFER_STATUS_NOT_ENOUGH_SPACE
      && has_cap (VD_AGENT_CAP_FILE_XFER_DETAILED_ERRORS))
    g_byte_array_append (data, (const guint8 *) &file_free, sizeof file_free);
  send_message (VD_AGENT_FILE_XFER_STATUS, data, 0);
}

/* Makes the next chunk of what waits. */
static gboolean
fill_chunk (void)
{
  Outgoing      *out = g_queue_peek_head (&outgoing);
  VDIChunkHeader header = { .port = VDP_CLIENT_PORT };
  gsize          of_head, of_fill;

  if (out == NULL)
    return FALSE;
  of_head = MIN (out->head->len - out->sent, VD_AGENT_MAX_DATA_SIZE);
  of_fill = (gsize) MIN (out->fill, VD_AGENT_MAX_DATA_SIZE - of_head);
  header.size = (guint32) (of_head + of_fill);
  g_byte_array_append (chunk, (const guint8 *) &header, sizeof header);
  g_byte_array_append (chunk, out->head->data + out->sent, (guint) of_head);
  out->sent += of_head;
  out->fill -= of_fill;
  of_head = chunk->len;
  g_byte_array_set_size (chunk, (guint) (of_head + of_fill));
  memset (chunk->data + of_head, 'x', of_fill);
  if (out->sent == out->head->len && out->fill == 0)
    outgoing_free (g_queue_pop_head (&outgoing));
  return TRUE;
}

static int
agent_read (SpiceCharDeviceInstance *instance, uint8_t *buffer, int length)
{
  guint n;

  if (length <= 0 || (chunk->len == 0 && !fill_chunk ()))
    return 0;
  n = MIN ((guint) length, chunk->len);
  memcpy (buffer, chunk->data, n);
  g_byte_array_remove_range (chunk, 0, n);
  return (int) n;
}

/* From the client. */

static guint32
get_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return value;
}

static void
report_data (guint selection, guint type, const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;

  if (size > SHOWN_SIZE)
    {
      text = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
    }
  else
    {
      GString *escaped = g_string_new (NULL);

      for (gsize i = 0; i < size; i++)
        {
          if (data[i] < 0x20 || data[i] > 0x7e || data[i] == '\\')
            g_string_append_printf (escaped, "\\%03o", data[i]);
          else
            g_string_append_c (escaped, (char) data[i]);
        }
      text = g_string_free (escaped, FALSE);
    }
  report ("agent-data %u %u %" G_GSIZE_FORMAT " %s", selection, type, size, text);
}

static void
handle_caps (const guint8 *data, gsize size)
{
  gsize n = MIN (size - 4, sizeof client_caps);

  memset (client_caps, 0, sizeof client_caps);
  memcpy (client_caps, data + 4, n);
  report ("agent-caps %u %x", get_u32 (data), client_caps[0]);
  if (get_u32 (data))
    send_caps ();
}

static void
handle_clipboard (guint32 type, const guint8 *data, gsize size)
{
  guint selection = 0;

  if (has_cap (VD_AGENT_CAP_CLIPBOARD_SELECTION))
    {
      g_assert (size >= 4);
      selection = data[0];
      data += 4;
      size -= 4;
    }
  if (type == VD_AGENT_CLIPBOARD_GRAB)
    {
      GString *types = g_string_new (NULL);

      if (has_cap (VD_AGENT_CAP_CLIPBOARD_GRAB_SERIAL))
        {
          if (get_u32 (data) == serials[selection])
            serials[selection]++;
          data += 4;
          size -= 4;
        }
      for (; size >= 4; data += 4, size -= 4)
        g_string_append_printf (types, " %u", get_u32 (data));
      report ("agent-grab %u%s", selection, types->str);
      g_string_free (types, TRUE);
    }
  else if (type == VD_AGENT_CLIPBOARD_RELEASE)
    report ("agent-release %u", selection);
  else if (type == VD_AGENT_CLIPBOARD)
    report_data (selection, get_u32 (data), data + 4, size - 4);
  else
    {
      guint wanted = get_u32 (data);

      report ("agent-request %u %u", selection, wanted);
      if (!g_str_equal (answers, "never"))
        send_clipboard (selection, wanted);
      if (g_str_equal (answers, "twice"))
        send_clipboard (selection, wanted);
    }
}

static void
handle_monitors (const guint8 *data, gsize size)
{
  VDAgentMonitorsConfig config;
  GString              *text = g_string_new (NULL);

  memcpy (&config, data, sizeof config);
  g_assert (size >= sizeof config + config.num_of_monitors * sizeof (VDAgentMonConfig));
  for (guint i = 0; i < config.num_of_monitors; i++)
    {
      VDAgentMonConfig monitor;

      memcpy (&monitor, data + sizeof config + i * sizeof monitor, sizeof monitor);
      g_string_append_printf (
          text, " %ux%u+%d+%d", monitor.width, monitor.height, monitor.x, monitor.y);
    }
  report ("agent-monitors %u%s", config.flags, text->str);
  g_string_free (text, TRUE);
}

static void
handle_volume (const guint8 *data, gsize size)
{
  GString *text = g_string_new (NULL);

  g_assert (size >= 3 + (gsize) data[2] * 2);
  for (guint i = 0; i < data[2]; i++)
    g_string_append_printf (text, " %u", data[3 + i * 2] | data[4 + i * 2] << 8);
  report ("agent-volume %s %u%s", data[0] ? "playback" : "record", data[1], text->str);
  g_string_free (text, TRUE);
}

/* How the transfer goes on once so much is there. */
static void
judge_file (guint32 id, Incoming *file)
{
  if (file_silent)
    return;
  if (file_result >= 0 && file->got >= MIN (file_after, file->size))
    {
      send_file_status (id, (guint32) file_result);
      g_hash_table_remove (files, GUINT_TO_POINTER (id));
    }
  else if (file->got == file->size)
    {
      report ("agent-file-done %u %" G_GUINT64_FORMAT " %s",
              id,
              file->got,
              g_checksum_get_string (file->checksum));
      send_file_status (id, VD_AGENT_FILE_XFER_STATUS_SUCCESS);
      g_hash_table_remove (files, GUINT_TO_POINTER (id));
    }
}

static void
handle_file_start (const guint8 *data, gsize size)
{
  guint32 id = get_u32 (data);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  Incoming        *file = g_new0 (Incoming, 1);

  g_key_file_load_from_data (
      keys, (const char *) data + 4, size - 5, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  name = g_key_file_get_string (keys, "vdagent-file-xfer", "name", &error);
  g_assert_no_error (error);
  file->size = g_key_file_get_uint64 (keys, "vdagent-file-xfer", "size", &error);
  g_assert_no_error (error);
  file->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_hash_table_replace (files, GUINT_TO_POINTER (id), file);
  report ("agent-file-start %u %" G_GUINT64_FORMAT " %s", id, file->size, name);
  if (file_silent)
    return;
  if (file_result >= 0 && file_after == 0)
    {
      judge_file (id, file);
      return;
    }
  /* The client sends an empty block after an empty file. */
  send_file_status (id, VD_AGENT_FILE_XFER_STATUS_CAN_SEND_DATA);
}

static void
handle_file_data (const guint8 *data, gsize size)
{
  guint32   id = get_u32 (data);
  guint64   length;
  Incoming *file = g_hash_table_lookup (files, GUINT_TO_POINTER (id));

  memcpy (&length, data + 4, sizeof length);
  g_assert_cmpuint (size, ==, 12 + length);
  if (file == NULL)
    return; /* refused in the meantime */
  g_checksum_update (file->checksum, data + 12, (gssize) length);
  file->got += length;
  judge_file (id, file);
}

static void
forget_client (void)
{
  g_queue_clear_full (&outgoing, (GDestroyNotify) outgoing_free);
  g_hash_table_remove_all (files);
  memset (client_caps, 0, sizeof client_caps);
  memset (serials, 0, sizeof serials);
}

static void
handle_message (guint32 type, const guint8 *data, gsize size)
{
  switch (type)
    {
    case VD_AGENT_ANNOUNCE_CAPABILITIES:
      handle_caps (data, size);
      break;
    case VD_AGENT_CLIPBOARD:
    case VD_AGENT_CLIPBOARD_GRAB:
    case VD_AGENT_CLIPBOARD_REQUEST:
    case VD_AGENT_CLIPBOARD_RELEASE:
      handle_clipboard (type, data, size);
      break;
    case VD_AGENT_MAX_CLIPBOARD:
      report ("agent-max-clipboard %d", (gint32) get_u32 (data));
      break;
    case VD_AGENT_MONITORS_CONFIG:
      handle_monitors (data, size);
      break;
    case VD_AGENT_DISPLAY_CONFIG:
      report ("agent-display %u %u", get_u32 (data), get_u32 (data + 4));
      break;
    case VD_AGENT_AUDIO_VOLUME_SYNC:
      handle_volume (data, size);
      break;
    case VD_AGENT_FILE_XFER_START:
      handle_file_start (data, size);
      break;
    case VD_AGENT_FILE_XFER_DATA:
      handle_file_data (data, size);
      break;
    case VD_AGENT_FILE_XFER_STATUS:
      report ("agent-file-status %u %u", get_u32 (data), get_u32 (data + 4));
      g_hash_table_remove (files, GUINT_TO_POINTER (get_u32 (data)));
      break;
    case VD_AGENT_CLIENT_DISCONNECTED:
      report ("agent-gone");
      forget_client ();
      break;
    default:
      report ("agent-message %u %" G_GSIZE_FORMAT, type, size);
    }
}

/* Takes what is complete off the front of @message. */
static void
take_messages (void)
{
  VDAgentMessage header;

  while (message->len >= sizeof header)
    {
      memcpy (&header, message->data, sizeof header);
      if (message->len < sizeof header + header.size)
        return;
      handle_message (header.type, message->data + sizeof header, header.size);
      g_byte_array_remove_range (message, 0, (guint) (sizeof header + header.size));
    }
}

static gboolean
wakeup_cb (gpointer data)
{
  if (running)
    spice_server_char_device_wakeup (&agent);
  return G_SOURCE_REMOVE;
}

static int
agent_write (SpiceCharDeviceInstance *instance, const uint8_t *buffer, int length)
{
  VDIChunkHeader header;

  g_byte_array_append (device, buffer, (guint) length);
  while (device->len >= sizeof header)
    {
      memcpy (&header, device->data, sizeof header);
      if (device->len < sizeof header + header.size)
        break;
      g_byte_array_append (message, device->data + sizeof header, header.size);
      g_byte_array_remove_range (device, 0, (guint) (sizeof header + header.size));
      take_messages ();
    }
  /* Not from within: the server is busy with this very device. */
  if (!g_queue_is_empty (&outgoing))
    g_idle_add_full (G_PRIORITY_DEFAULT, wakeup_cb, NULL, NULL);
  return length;
}

static void
agent_state (SpiceCharDeviceInstance *instance, int connected)
{
}

static const SpiceCharDeviceInterface agent_interface = {
  .base = { SPICE_INTERFACE_CHAR_DEVICE,
            "agent",
            SPICE_INTERFACE_CHAR_DEVICE_MAJOR,
            SPICE_INTERFACE_CHAR_DEVICE_MINOR },
  .state = agent_state,
  .write = agent_write,
  .read = agent_read,
};

/* Commands. */

/* Without VD_AGENT_CAP_AUDIO_VOLUME_SYNC: to answer it, spice-client-glib opens sound devices. */
static const guint8 linux_caps[] = {
  VD_AGENT_CAP_MONITORS_CONFIG,
  VD_AGENT_CAP_REPLY,
  VD_AGENT_CAP_CLIPBOARD_BY_DEMAND,
  VD_AGENT_CAP_CLIPBOARD_SELECTION,
  VD_AGENT_CAP_SPARSE_MONITORS_CONFIG,
  VD_AGENT_CAP_GUEST_LINEEND_LF,
  VD_AGENT_CAP_MAX_CLIPBOARD,
  VD_AGENT_CAP_MONITORS_CONFIG_POSITION,
  VD_AGENT_CAP_FILE_XFER_DETAILED_ERRORS,
  VD_AGENT_CAP_CLIPBOARD_NO_RELEASE_ON_REGRAB,
  VD_AGENT_CAP_CLIPBOARD_GRAB_SERIAL,
};

static const guint8 windows_caps[] = {
  VD_AGENT_CAP_MOUSE_STATE,
  VD_AGENT_CAP_MONITORS_CONFIG,
  VD_AGENT_CAP_REPLY,
  VD_AGENT_CAP_DISPLAY_CONFIG,
  VD_AGENT_CAP_CLIPBOARD_BY_DEMAND,
  VD_AGENT_CAP_SPARSE_MONITORS_CONFIG,
  VD_AGENT_CAP_GUEST_LINEEND_CRLF,
  VD_AGENT_CAP_MAX_CLIPBOARD,
  VD_AGENT_CAP_MONITORS_CONFIG_POSITION,
  VD_AGENT_CAP_FILE_XFER_DETAILED_ERRORS,
};

static void
set_caps (char **words)
{
  gboolean windows = words[0] != NULL && g_str_equal (words[0], "windows");

  memset (caps, 0, sizeof caps);
  if (words[0] == NULL || g_str_equal (words[0], "linux"))
    for (gsize i = 0; i < G_N_ELEMENTS (linux_caps); i++)
      VD_AGENT_SET_CAPABILITY (caps, linux_caps[i])
  else if (windows)
    for (gsize i = 0; i < G_N_ELEMENTS (windows_caps); i++)
      VD_AGENT_SET_CAPABILITY (caps, windows_caps[i])
  else
    for (char **word = words; *word != NULL; word++)
      {
        guint cap = (guint) g_ascii_strtoull (*word, NULL, 10);

        g_assert (cap < VD_AGENT_END_CAP);
        VD_AGENT_SET_CAPABILITY (caps, cap)
      }
}

static void
start (char **words)
{
  set_caps (words);
  if (running)
    return;
  running = TRUE;
  g_byte_array_set_size (chunk, 0);
  g_byte_array_set_size (device, 0);
  g_byte_array_set_size (message, 0);
  forget_client ();
  agent.base.sif = &agent_interface.base;
  agent.subtype = "vdagent";
  spice_server_add_interface (agent_server, &agent.base);
}

static void
stop (void)
{
  if (!running)
    return;
  running = FALSE;
  spice_server_remove_interface (&agent.base);
  forget_client ();
}

static void
set_offer (guint type, const char *how, const char *what)
{
  Offer *offer = g_new0 (Offer, 1);

  if (g_str_equal (how, "file"))
    {
      g_autoptr (GError) error = NULL;
      char *contents;
      gsize length;

      g_file_get_contents (what, &contents, &length, &error);
      g_assert_no_error (error);
      offer->bytes = g_bytes_new_take (contents, length);
    }
  else if (g_str_equal (how, "fill"))
    {
      offer->bytes = g_bytes_new (NULL, 0);
      offer->fill = g_ascii_strtoull (what, NULL, 10);
    }
  else
    {
      /* No g_strcompress(): that stops at a NUL. */
      GByteArray *bytes = g_byte_array_new ();

      for (const char *p = what; *p != '\0'; p++)
        {
          guint8 byte = (guint8) *p;

          if (p[0] == '\\' && g_ascii_isdigit (p[1]))
            {
              byte = (guint8) ((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
              p += 3;
            }
          g_byte_array_append (bytes, &byte, 1);
        }
      offer->bytes = g_byte_array_free_to_bytes (bytes);
    }
  g_hash_table_replace (offers, GUINT_TO_POINTER (type), offer);
}

static void
flood (const char *what, guint n)
{
  char *types[] = { (char *) "1", NULL };

  for (guint i = 0; i < n; i++)
    {
      if (g_str_equal (what, "grab"))
        send_grab (0, types);
      else if (g_str_equal (what, "request"))
        send_request (0, VD_AGENT_CLIPBOARD_UTF8_TEXT);
      else if (g_str_equal (what, "release"))
        send_release (0);
      else if (g_str_equal (what, "clipboard"))
        send_clipboard (0, VD_AGENT_CLIPBOARD_UTF8_TEXT);
      else
        send_caps ();
    }
}

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex != NULL && hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

static void
set_files (char **words)
{
  file_silent = g_str_equal (words[0], "silent");
  file_result = -1;
  if (file_silent || g_str_equal (words[0], "accept"))
    return;
  file_result = (int) g_ascii_strtoull (words[0], NULL, 10);
  file_after = words[1] != NULL ? g_ascii_strtoull (words[1], NULL, 10) : 0;
  file_free = words[1] != NULL && words[2] != NULL ? g_ascii_strtoull (words[2], NULL, 10) : 0;
}

void
agent_init (SpiceServer *server)
{
  agent_server = server;
  chunk = g_byte_array_new ();
  device = g_byte_array_new ();
  message = g_byte_array_new ();
  offers = g_hash_table_new_full (NULL, NULL, NULL, offer_free);
  files = g_hash_table_new_full (NULL, NULL, NULL, incoming_free);
  answers = g_strdup ("normal");
}

void
agent_execute (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint          n = g_strv_length (words);
  guint          first = n > 1 ? (guint) g_ascii_strtoull (words[1], NULL, 10) : 0;
  guint          second = n > 2 ? (guint) g_ascii_strtoull (words[2], NULL, 10) : 0;
  g_autoptr (GByteArray) bytes = NULL;

  if (g_str_equal (words[0], "on"))
    start (words + 1);
  else if (g_str_equal (words[0], "off"))
    stop ();
  else if (g_str_equal (words[0], "grab") && n > 1)
    send_grab (first, words + 2);
  else if (g_str_equal (words[0], "release") && n > 1)
    send_release (first);
  else if (g_str_equal (words[0], "request") && n > 2)
    send_request (first, second);
  else if (g_str_equal (words[0], "offer") && n > 3)
    {
      g_auto (GStrv) parts = g_strsplit (line, " ", 4);

      set_offer (first, parts[2], parts[3]);
    }
  else if (g_str_equal (words[0], "answers") && n > 1)
    g_set_str (&answers, words[1]);
  else if (g_str_equal (words[0], "send") && n > 2)
    send_clipboard (first, second);
  else if (g_str_equal (words[0], "flood") && n > 2)
    flood (words[1], second);
  else if (g_str_equal (words[0], "raw") && n > 2)
    {
      bytes = from_hex (words[3]);
      send_sized (first,
                  (guint32) g_ascii_strtoull (words[2], NULL, 10),
                  bytes->data,
                  bytes->len,
                  0);
    }
  else if (g_str_equal (words[0], "garbage") && n > 1)
    push (from_hex (words[1]), 0);
  else if (g_str_equal (words[0], "files") && n > 1)
    set_files (words + 1);
  else
    g_error ("spice-server: what is “agent %s”?", line);
  wakeup_cb (NULL);
}
