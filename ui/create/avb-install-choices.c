/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-install-choices.h"

#include <string.h>

#include "ui/console/avb-typing-layout.h"

#define ZONES "/usr/share/zoneinfo/zone.tab"
#define MAX_ZONES_FILE (256 * 1024)

/* Each in its own language: whoever wants it can read it. Those that installers are translated to. */
static const struct {
  const char *code;
  const char *title;
} languages[] = {
  { "ar_EG", "العربية" },
  { "be_BY", "Беларуская" },
  { "bg_BG", "Български" },
  { "bn_BD", "বাংলা" },
  { "ca_ES", "Català" },
  { "cs_CZ", "Čeština" },
  { "da_DK", "Dansk" },
  { "de_AT", "Deutsch (Österreich)" },
  { "de_CH", "Deutsch (Schweiz)" },
  { "de_DE", "Deutsch" },
  { "el_GR", "Ελληνικά" },
  { "en_AU", "English (Australia)" },
  { "en_CA", "English (Canada)" },
  { "en_GB", "English (United Kingdom)" },
  { "en_IN", "English (India)" },
  { "en_US", "English (United States)" },
  { "es_AR", "Español (Argentina)" },
  { "es_ES", "Español" },
  { "es_MX", "Español (México)" },
  { "et_EE", "Eesti" },
  { "eu_ES", "Euskara" },
  { "fa_IR", "فارسی" },
  { "fi_FI", "Suomi" },
  { "fr_CA", "Français (Canada)" },
  { "fr_FR", "Français" },
  { "gl_ES", "Galego" },
  { "he_IL", "עברית" },
  { "hi_IN", "हिन्दी" },
  { "hr_HR", "Hrvatski" },
  { "hu_HU", "Magyar" },
  { "id_ID", "Bahasa Indonesia" },
  { "is_IS", "Íslenska" },
  { "it_IT", "Italiano" },
  { "ja_JP", "日本語" },
  { "ko_KR", "한국어" },
  { "lt_LT", "Lietuvių" },
  { "lv_LV", "Latviešu" },
  { "nb_NO", "Norsk bokmål" },
  { "nl_BE", "Nederlands (België)" },
  { "nl_NL", "Nederlands" },
  { "pl_PL", "Polski" },
  { "pt_BR", "Português (Brasil)" },
  { "pt_PT", "Português" },
  { "ro_RO", "Română" },
  { "ru_RU", "Русский" },
  { "sk_SK", "Slovenčina" },
  { "sl_SI", "Slovenščina" },
  { "sr_RS", "Српски" },
  { "sv_SE", "Svenska" },
  { "th_TH", "ไทย" },
  { "tr_TR", "Türkçe" },
  { "uk_UA", "Українська" },
  { "vi_VN", "Tiếng Việt" },
  { "zh_CN", "简体中文" },
  { "zh_TW", "繁體中文" },
};

static AvbInstallChoices *
choices_new (void)
{
  AvbInstallChoices *self = g_new0 (AvbInstallChoices, 1);

  self->codes = g_ptr_array_new_with_free_func (g_free);
  self->titles = gtk_string_list_new (NULL);
  return self;
}

static void
add (AvbInstallChoices *self, const char *code, const char *title)
{
  g_ptr_array_add (self->codes, g_strdup (code));
  gtk_string_list_append (self->titles, title);
}

void
avb_install_choices_free (AvbInstallChoices *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->codes);
  g_object_unref (self->titles);
  g_free (self);
}

AvbInstallChoices *
avb_install_choices_new_languages (void)
{
  AvbInstallChoices *self = choices_new ();

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    add (self, languages[i].code, languages[i].title);
  return self;
}

AvbInstallChoices *
avb_install_choices_new_keyboards (void)
{
  AvbInstallChoices *self = choices_new ();
  g_autoptr (GPtrArray) layouts = avb_typing_layout_list ();

  for (guint i = 0; i < layouts->len; i++)
    {
      const AvbTypingLayoutInfo *layout = g_ptr_array_index (layouts, i);

      /* Installers take no variants. */
      if (strchr (layout->name, '(') == NULL)
        add (self, layout->name, layout->title);
    }
  return self;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* "DE	+5230+01322	Europe/Berlin	most of Germany" a line; see tz's theory.html. */
static GPtrArray *
read_time_zones (void)
{
  GPtrArray *zones = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = 0;

  if (!g_file_get_contents (ZONES, &text, &length, NULL) || length > MAX_ZONES_FILE ||
      !g_utf8_validate (text, (gssize) length, NULL))
    return zones;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 4);

      if (lines[i][0] != '#' && g_strv_length (fields) >= 3 && fields[2][0] != '\0')
        g_ptr_array_add (zones, g_strdup (fields[2]));
    }
  g_ptr_array_add (zones, g_strdup ("Etc/UTC"));
  g_ptr_array_sort (zones, compare);
  return zones;
}

AvbInstallChoices *
avb_install_choices_new_time_zones (void)
{
  AvbInstallChoices *self = choices_new ();
  g_autoptr (GPtrArray) zones = read_time_zones ();

  for (guint i = 0; i < zones->len; i++)
    {
      g_autofree char *title = g_strdelimit (g_strdup (g_ptr_array_index (zones, i)), "_", ' ');

      add (self, g_ptr_array_index (zones, i), title);
    }
  return self;
}

guint
avb_install_choices_find (AvbInstallChoices *self, const char *code)
{
  guint row;

  if (code == NULL)
    return GTK_INVALID_LIST_POSITION;
  if (g_ptr_array_find_with_equal_func (self->codes, code, g_str_equal, &row))
    return row;
  add (self, code, code);
  return self->codes->len - 1;
}

const char *
avb_install_choices_get (AvbInstallChoices *self, guint row)
{
  return row < self->codes->len ? g_ptr_array_index (self->codes, row) : NULL;
}

gboolean
avb_install_wish_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *wish = g_value_get_string (from);

  g_value_set_string (to, wish != NULL ? wish : "");
  return TRUE;
}
