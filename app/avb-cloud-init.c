/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What cloud-init reads: see https://cloudinit.readthedocs.io, "User-data formats" and "NoCloud". */

#include "config.h"

#include "app/avb-cloud-init.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "app/avb-first-boot-check.h"
#include "app/avb-ssh-key.h"
#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-channel.h"
#include "backends/avb-posix.h"

#define MAX_PACKAGES 200
#define MAX_EVENTS 100000
#define MAX_DEPTH 64

/* --- checking --- */

typedef struct {
  yaml_parser_t parser;
  yaml_event_t  event;
} Yaml;

static void
yaml_clear (Yaml *yaml)
{
  yaml_event_delete (&yaml->event);
  yaml_parser_delete (&yaml->parser);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Yaml, yaml_clear)

static gboolean
refuse_line (const yaml_parser_t *parser, GError **error)
{
  /* libyaml counts lines from 0. */
  guint line = (guint) (parser->problem_mark.line + 1);

  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, parser->problem,
                                           _("Line %u of the user-data is not valid YAML."), line));
  return FALSE;
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", sentence));
  return FALSE;
}

/* Deep nesting costs a parser more than it costs its writer. */
static gboolean
check_yaml (const char *text, gsize length, GError **error)
{
  g_auto (Yaml) yaml = { 0 };
  guint depth = 0;
  yaml_event_type_t top = YAML_NO_EVENT;

  yaml_parser_initialize (&yaml.parser);
  yaml_parser_set_input_string (&yaml.parser, (const guchar *) text, length);
  for (guint i = 0; i < MAX_EVENTS; i++)
    {
      yaml_event_delete (&yaml.event);
      if (!yaml_parser_parse (&yaml.parser, &yaml.event))
        return refuse_line (&yaml.parser, error);
      switch (yaml.event.type)
        {
        case YAML_STREAM_END_EVENT:
          return top == YAML_MAPPING_START_EVENT ||
                 refuse (error, _("The user-data begins with “#cloud-config”, but is not a list of settings."));
        case YAML_MAPPING_START_EVENT:
        case YAML_SEQUENCE_START_EVENT:
          if (++depth > MAX_DEPTH)
            return refuse (error, _("The user-data is nested too deeply."));
          break;
        case YAML_MAPPING_END_EVENT:
        case YAML_SEQUENCE_END_EVENT:
          depth--;
          break;
        default:
          break;
        }
      if (top == YAML_NO_EVENT && yaml.event.type != YAML_STREAM_START_EVENT &&
          yaml.event.type != YAML_DOCUMENT_START_EVENT)
        top = yaml.event.type;
    }
  return refuse (error, _("The user-data is too long."));
}

gboolean
avb_cloud_init_check_user_data (const char *text, gsize length, GError **error)
{
  static const char *const others[] = { "#!", "#include", "#cloud-boothook", "#cloud-config-archive", "#part-handler",
                                        "## template: jinja", "Content-Type: multipart/", "MIME-Version:" };

  g_return_val_if_fail (text != NULL, FALSE);

  if (length > AVB_CLOUD_INIT_MAX_USER_DATA)
    return refuse (error, _("The user-data is too long."));
  if (!g_utf8_validate_len (text, length, NULL))
    return refuse (error, _("The user-data is not text in UTF-8."));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_ascii_strncasecmp (text, others[i], MIN (strlen (others[i]), length)) == 0 && length >= strlen (others[i]))
      return TRUE;
  if (!g_str_has_prefix (text, "#cloud-config"))
    return refuse (error, _("cloud-init would not know what this user-data is: its first line must say it, for example "
                            "“#cloud-config”."));
  return check_yaml (text, length, error);
}

static gboolean
has_keys (AvbFirstBoot *wishes)
{
  return avb_first_boot_get_ssh_keys (wishes) != NULL;
}

static char *
find_list_problem (AvbFirstBoot *wishes)
{
  const char *const *keys = avb_first_boot_get_ssh_keys (wishes);
  const char *const *packages = avb_first_boot_get_packages (wishes);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbSshKey) key = avb_ssh_key_parse (keys[i], &error);

      if (key == NULL)
        return g_strdup (error->message);
    }
  for (guint i = 0; packages != NULL && packages[i] != NULL; i++)
    {
      g_autofree char *line = NULL;

      if (i < MAX_PACKAGES && avb_first_boot_matches ("^[A-Za-z0-9][A-Za-z0-9+._:=~@-]{0,127}$", packages[i]))
        continue;
      line = avb_text_make_line (packages[i], 40);
      return g_strdup_printf (_("“%s” is not the name of a package."), line);
    }
  return NULL;
}

char *
avb_cloud_init_find_problem (AvbFirstBoot *wishes)
{
  const char *user_data, *host_name;
  g_autoptr (GError) error = NULL;
  char *problem;

  g_return_val_if_fail (AVB_IS_FIRST_BOOT (wishes), NULL);

  host_name = avb_first_boot_get_host_name (wishes);
  if (host_name != NULL && !avb_first_boot_is_host_name (host_name, FALSE))
    return g_strdup (_("A computer name has up to 63 letters, digits and “-”."));
  user_data = avb_first_boot_get_user_data (wishes);
  if (user_data != NULL)
    return avb_cloud_init_check_user_data (user_data, strlen (user_data), &error) ? NULL : g_strdup (error->message);
  problem = avb_first_boot_find_user_problem (wishes, FALSE);
  if (problem != NULL)
    return problem;
  if (avb_first_boot_get_password (wishes) == NULL && !has_keys (wishes))
    return g_strdup (_("Choose a password or an SSH key: without one nobody could log in."));
  return find_list_problem (wishes);
}

static DexFuture *
load_thread (gpointer data)
{
  const char *path = data;
  g_autofd int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  g_autofree char *text = g_malloc (AVB_CLOUD_INIT_MAX_USER_DATA + 2);
  gsize length = 0;
  struct stat info;
  GError *error = NULL;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      g_autofree char *base = g_path_get_basename (path);
      g_autofree char *name = avb_text_make_line (base, 80);

      return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, g_strerror (errno), _("“%s” cannot be read."), name));
    }
  while (length <= AVB_CLOUD_INIT_MAX_USER_DATA)
    {
      gssize n = read (fd, text + length, AVB_CLOUD_INIT_MAX_USER_DATA + 1 - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      length += (gsize) n;
    }
  text[length] = '\0';
  if (!avb_cloud_init_check_user_data (text, length, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_string (g_steal_pointer (&text));
}

DexFuture *
avb_cloud_init_load_user_data (const char *path)
{
  dex_return_error_if_fail (path != NULL);

  return avb_blocking_run (load_thread, g_strdup (path), g_free);
}

/* --- writing --- */

/* Values go through a writer of YAML, and so mean nothing but themselves. */
typedef struct {
  yaml_emitter_t emitter;
  GString       *text;
} Writer;

static int
write_cb (void *data, unsigned char *buffer, size_t size)
{
  g_string_append_len (((Writer *) data)->text, (const char *) buffer, (gssize) size);
  return 1;
}

static void
emit (Writer *writer, yaml_event_t *event)
{
  /* It fails only where the events are in no order: that would be a mistake here. */
  if (!yaml_emitter_emit (&writer->emitter, event))
    g_error ("YAML: %s", writer->emitter.problem);
}

static void
emit_scalar (Writer *writer, const char *text, yaml_scalar_style_t style)
{
  yaml_event_t event;

  yaml_scalar_event_initialize (&event, NULL, NULL, (const guchar *) text, -1, TRUE, TRUE, style);
  emit (writer, &event);
}

static void
emit_key (Writer *writer, const char *key)
{
  emit_scalar (writer, key, YAML_PLAIN_SCALAR_STYLE);
}

static void
emit_text (Writer *writer, const char *key, const char *value)
{
  if (value == NULL)
    return;
  emit_key (writer, key);
  /* In quotes, or a user called "no" would not be one. */
  emit_scalar (writer, value, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static void
emit_truth (Writer *writer, const char *key, gboolean value)
{
  emit_key (writer, key);
  emit_scalar (writer, value ? "true" : "false", YAML_PLAIN_SCALAR_STYLE);
}

static void
emit_mapping (Writer *writer, const char *key, gboolean begin)
{
  yaml_event_t event;

  if (begin && key != NULL)
    emit_key (writer, key);
  if (begin)
    yaml_mapping_start_event_initialize (&event, NULL, NULL, TRUE, YAML_BLOCK_MAPPING_STYLE);
  else
    yaml_mapping_end_event_initialize (&event);
  emit (writer, &event);
}

static void
emit_list (Writer *writer, const char *key, const char *const *values)
{
  yaml_event_t event;

  if (values == NULL)
    return;
  emit_key (writer, key);
  yaml_sequence_start_event_initialize (&event, NULL, NULL, TRUE, YAML_BLOCK_SEQUENCE_STYLE);
  emit (writer, &event);
  for (guint i = 0; values[i] != NULL; i++)
    emit_scalar (writer, values[i], YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  yaml_sequence_end_event_initialize (&event);
  emit (writer, &event);
}

/* "user" changes the user that the distribution has in mind, who may become root; "users" would make others. */
static void
emit_wishes (Writer *writer, AvbFirstBoot *wishes, const char *password_hash)
{
  emit_mapping (writer, NULL, TRUE);
  emit_mapping (writer, "user", TRUE);
  emit_text (writer, "name", avb_first_boot_get_user (wishes));
  emit_text (writer, "gecos", avb_first_boot_get_full_name (wishes));
  emit_truth (writer, "lock_passwd", password_hash == NULL);
  emit_mapping (writer, NULL, FALSE);
  emit_list (writer, "ssh_authorized_keys", avb_first_boot_get_ssh_keys (wishes));
  if (password_hash != NULL)
    {
      emit_text (writer, "password", password_hash);
      emit_mapping (writer, "chpasswd", TRUE);
      emit_truth (writer, "expire", FALSE);
      emit_mapping (writer, NULL, FALSE);
    }
  /* Where there is a key, passwords are for the screen. */
  emit_truth (writer, "ssh_pwauth", password_hash != NULL && !has_keys (wishes));
  emit_list (writer, "packages", avb_first_boot_get_packages (wishes));
  emit_mapping (writer, NULL, FALSE);
}

char *
avb_cloud_init_make_user_data (AvbFirstBoot *wishes, const char *password_hash)
{
  Writer writer = { .text = g_string_new ("#cloud-config\n") };
  yaml_event_t event;

  g_return_val_if_fail (AVB_IS_FIRST_BOOT (wishes), NULL);

  if (avb_first_boot_get_user_data (wishes) != NULL)
    {
      g_string_assign (writer.text, avb_first_boot_get_user_data (wishes));
      return g_string_free_and_steal (writer.text);
    }
  yaml_emitter_initialize (&writer.emitter);
  yaml_emitter_set_output (&writer.emitter, write_cb, &writer);
  yaml_emitter_set_unicode (&writer.emitter, TRUE);
  yaml_emitter_set_width (&writer.emitter, -1);
  yaml_stream_start_event_initialize (&event, YAML_UTF8_ENCODING);
  emit (&writer, &event);
  yaml_document_start_event_initialize (&event, NULL, NULL, NULL, TRUE);
  emit (&writer, &event);
  emit_wishes (&writer, wishes, password_hash);
  yaml_document_end_event_initialize (&event, TRUE);
  emit (&writer, &event);
  yaml_stream_end_event_initialize (&event);
  emit (&writer, &event);
  yaml_emitter_delete (&writer.emitter);
  return g_string_free_and_steal (writer.text);
}

char *
avb_cloud_init_make_meta_data (const char *instance_id, const char *host_name)
{
  /* Neither has anything that YAML would take for more than a word. */
  return g_strdup_printf ("instance-id: \"%s\"\nlocal-hostname: \"%s\"\n", instance_id, host_name);
}

char *
avb_cloud_init_make_vendor_data (void)
{
  /* In the background, for two reasons: cloud-init is done only when its scripts are, and a port that nobody listens to
   * lets its writer wait. */
  static const char script[] =
      "#!/bin/sh\n"
      "# Tells the program that made this machine how its first boot gets on.\n"
      "port=/dev/virtio-ports/" AVB_SETUP_CHANNEL "\n"
      "[ -e \"$port\" ] || exit 0\n"
      "(\n"
      "  exec 3> \"$port\"\n"
      "  while :; do\n"
      "    state=$(cloud-init status 2> /dev/null | sed -n 's/^status: *//p')\n"
      "    case $state in running | 'not run' | 'not started') sleep 1 ;; *) break ;; esac\n"
      "  done\n"
      "  ip -o addr show scope global 2> /dev/null | while read -r number name family address rest; do\n"
      "    echo \"address ${address%/*}\" >&3\n"
      "  done\n"
      "  case $state in\n"
      "    error*)\n"
      "      reason=$(cloud-init status --long 2> /dev/null | sed -n '/^errors:/,/^[^ \\t-]/s/^[ \\t]*- *//p' | head -n 1)\n"
      "      echo \"failed ${reason:-cloud-init: $state}\" >&3 ;;\n"
      "    *) echo ready >&3 ;;\n"
      "  esac\n"
      ") < /dev/null > /dev/null 2>&1 &\n"
      "exit 0\n";

  return g_strdup (script);
}
