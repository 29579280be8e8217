/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-typing-layout.h"

#include <glib/gi18n.h>
#include <xkbcommon/xkbcommon.h>

#include "ui/console/avb-keymap.h"

#define EVDEV_OFFSET 8
#define KEY_TAB 15
#define KEY_ENTER 28
#define KEY_SPACE 57
#define N_CODES 128

#define SHIFT 1u
#define ALT_GR 2u

/* So many of the missing characters are told. */
#define MAX_MISSING 40

struct _AvbTypingLayout {
  GHashTable *characters; /* character → packed stroke */
  GHashTable *dead_keys;  /* key value → packed stroke */
};

static const struct {
  gunichar mark;    /* combining */
  gunichar spacing; /* the same alone; 0 if there is none */
  guint    dead;
} accents[] = {
  { 0x0300, '`', GDK_KEY_dead_grave },       { 0x0301, 0xb4, GDK_KEY_dead_acute },
  { 0x0302, '^', GDK_KEY_dead_circumflex },  { 0x0303, '~', GDK_KEY_dead_tilde },
  { 0x0304, 0xaf, GDK_KEY_dead_macron },     { 0x0306, 0x2d8, GDK_KEY_dead_breve },
  { 0x0307, 0x2d9, GDK_KEY_dead_abovedot },  { 0x0308, 0xa8, GDK_KEY_dead_diaeresis },
  { 0x030a, 0xb0, GDK_KEY_dead_abovering },  { 0x030b, 0x2dd, GDK_KEY_dead_doubleacute },
  { 0x030c, 0x2c7, GDK_KEY_dead_caron },     { 0x0327, 0xb8, GDK_KEY_dead_cedilla },
  { 0x0328, 0x2db, GDK_KEY_dead_ogonek },    { 0x0323, 0, GDK_KEY_dead_belowdot },
  { 0x0309, 0, GDK_KEY_dead_hook },          { 0x031b, 0, GDK_KEY_dead_horn },
};

/* 0 is none: there is no key with that code. */
static guint
pack (guint code, guint modifiers)
{
  return code << 2 | modifiers;
}

/* Whether the code is one of the keys that mean the same on every keyboard, with Num Lock or without. */
static gboolean
is_writing_key (guint code)
{
  gboolean keypad = code == 55 || (code >= 71 && code <= 83) || code == 96 || code == 98
                    || code == 117 || code == 118 || code == 121;

  return code < N_CODES && !keypad && avb_keymap_from_linux (code) != 0;
}

static void
avb_typing_layout_add (AvbTypingLayout *self, guint keyval, guint code, guint modifiers)
{
  gunichar    character = gdk_keyval_to_unicode (keyval);
  gboolean    dead = keyval >= GDK_KEY_dead_grave && keyval <= GDK_KEY_dead_greek;
  GHashTable *table = dead ? self->dead_keys : self->characters;
  gpointer    key = GUINT_TO_POINTER (dead ? keyval : character);
  guint       known = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));

  if (!is_writing_key (code) || key == NULL)
    return;
  /* The fewest modifiers win. */
  if (known == 0 || (known & 3) > modifiers)
    g_hash_table_insert (table, key, GUINT_TO_POINTER (pack (code, modifiers)));
}

static AvbTypingLayout *
layout_new (void)
{
  AvbTypingLayout *self = g_new0 (AvbTypingLayout, 1);

  self->characters = g_hash_table_new (NULL, NULL);
  self->dead_keys = g_hash_table_new (NULL, NULL);
  return self;
}

AvbTypingLayout *
avb_typing_layout_new_for_display (GdkDisplay *display)
{
  AvbTypingLayout *self = layout_new ();
  GdkSeat         *seat = gdk_display_get_default_seat (display);
  GdkDevice       *keyboard = seat != NULL ? gdk_seat_get_keyboard (seat) : NULL;
  int group = keyboard != NULL ? MAX (gdk_device_get_active_layout_index (keyboard), 0) : 0;

  for (guint code = 1; code < N_CODES; code++)
    {
      g_autofree GdkKeymapKey *keys = NULL;
      g_autofree guint        *keyvals = NULL;
      int                      n = 0;

      if (!gdk_display_map_keycode (display, code + EVDEV_OFFSET, &keys, &keyvals, &n))
        continue;
      for (int i = 0; i < n; i++)
        if (keys[i].group == group && keys[i].level >= 0 && keys[i].level <= 3)
          avb_typing_layout_add (self, keyvals[i], code, (guint) keys[i].level);
    }
  return self;
}

/* What to hold for a level; %FALSE if that is more than Shift and AltGr. */
static gboolean
find_modifiers (struct xkb_keymap *keymap, xkb_keycode_t key, xkb_level_index_t level, guint *found)
{
  xkb_mod_index_t shift = xkb_keymap_mod_get_index (keymap, XKB_MOD_NAME_SHIFT);
  xkb_mod_index_t third = xkb_keymap_mod_get_index (keymap, "Mod5");
  xkb_mod_mask_t  masks[16];
  gsize           n
      = xkb_keymap_key_get_mods_for_level (keymap, key, 0, level, masks, G_N_ELEMENTS (masks));
  gboolean        any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      guint modifiers
          = (masks[i] & (1u << shift) ? SHIFT : 0) | (masks[i] & (1u << third) ? ALT_GR : 0);

      if ((masks[i] & ~(1u << shift | 1u << third)) != 0 || (any && *found <= modifiers))
        continue;
      *found = modifiers;
      any = TRUE;
    }
  return any;
}

static void
no_log (struct xkb_context *context, enum xkb_log_level level, const char *format, va_list arguments)
{
}

AvbTypingLayout *
avb_typing_layout_new (const char *name)
{
  const char          *parenthesis = strchr (name, '(');
  g_autofree char     *layout = g_strndup (name, strcspn (name, "("));
  g_autofree char     *variant
      = parenthesis != NULL ? g_strndup (parenthesis + 1, strcspn (parenthesis + 1, ")")) : NULL;
  struct xkb_rule_names names
      = { .rules = "evdev", .model = "pc105", .layout = layout, .variant = variant, .options = "" };
  struct xkb_context *context = xkb_context_new (XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
  struct xkb_keymap  *keymap;
  AvbTypingLayout    *self;

  if (context == NULL)
    return NULL;
  xkb_context_set_log_fn (context, no_log);
  keymap = xkb_keymap_new_from_names (context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
  xkb_context_unref (context);
  if (keymap == NULL)
    return NULL;
  self = layout_new ();
  for (guint code = 1; code < N_CODES; code++)
    {
      xkb_keycode_t key = code + EVDEV_OFFSET;

      for (xkb_level_index_t level = 0; level < xkb_keymap_num_levels_for_key (keymap, key, 0);
           level++)
        {
          const xkb_keysym_t *keysyms;
          guint               modifiers;

          if (xkb_keymap_key_get_syms_by_level (keymap, key, 0, level, &keysyms) == 1
              && find_modifiers (keymap, key, level, &modifiers))
            avb_typing_layout_add (self, keysyms[0], code, modifiers);
        }
    }
  xkb_keymap_unref (keymap);
  return self;
}

void
avb_typing_layout_free (AvbTypingLayout *self)
{
  g_hash_table_unref (self->characters);
  g_hash_table_unref (self->dead_keys);
  g_free (self);
}

static void
append (GArray *strokes, guint packed)
{
  AvbStroke stroke = { .code = (guint16) (packed >> 2),
                       .shift = (packed & SHIFT) != 0,
                       .alt_gr = (packed & ALT_GR) != 0 };

  g_array_append_val (strokes, stroke);
}

static guint
find_dead_key (AvbTypingLayout *self, gunichar mark, gunichar spacing)
{
  for (gsize i = 0; i < G_N_ELEMENTS (accents); i++)
    if ((mark != 0 && accents[i].mark == mark) || (spacing != 0 && accents[i].spacing == spacing))
      return GPOINTER_TO_UINT (
          g_hash_table_lookup (self->dead_keys, GUINT_TO_POINTER (accents[i].dead)));
  return 0;
}

/* Appends nothing if it can't be typed. */
static gboolean
plan_character (AvbTypingLayout *self, gunichar character, GArray *strokes)
{
  guint    packed, dead;
  gunichar base, mark;

  if (character == '\n' || character == '\t')
    {
      append (strokes, pack (character == '\n' ? KEY_ENTER : KEY_TAB, 0));
      return TRUE;
    }
  if (g_unichar_iscntrl (character))
    return FALSE;
  packed = GPOINTER_TO_UINT (g_hash_table_lookup (self->characters, GUINT_TO_POINTER (character)));
  if (packed != 0)
    {
      append (strokes, packed);
      return TRUE;
    }
  dead = find_dead_key (self, 0, character);
  if (dead != 0)
    {
      append (strokes, dead);
      append (strokes, pack (KEY_SPACE, 0));
      return TRUE;
    }
  if (!g_unichar_decompose (character, &base, &mark) || mark == 0)
    return FALSE;
  dead = find_dead_key (self, mark, 0);
  if (dead == 0)
    return FALSE;
  append (strokes, dead);
  if (plan_character (self, base, strokes))
    return TRUE;
  g_array_set_size (strokes, strokes->len - 1);
  return FALSE;
}

GArray *
avb_typing_layout_plan (AvbTypingLayout *self, const char *text, char **missing)
{
  GArray     *strokes = g_array_new (FALSE, FALSE, sizeof (AvbStroke));
  GString    *left_out = g_string_new (NULL);
  GHashTable *told = g_hash_table_new (NULL, NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (character == '\r')
        {
          if (p[1] == '\n')
            continue;
          character = '\n';
        }
      if (!plan_character (self, character, strokes)
          && g_hash_table_add (told, GUINT_TO_POINTER (character))
          && g_hash_table_size (told) <= MAX_MISSING)
        g_string_append_unichar (left_out, g_unichar_isprint (character) ? character : 0xfffd);
    }
  g_hash_table_unref (told);
  *missing = g_string_free (left_out, FALSE);
  return strokes;
}

static void
info_free (gpointer data)
{
  AvbTypingLayoutInfo *info = data;

  g_free (info->name);
  g_free (info->title);
  g_free (info);
}

static int
compare_titles (gconstpointer a, gconstpointer b)
{
  const AvbTypingLayoutInfo *const *first = a;
  const AvbTypingLayoutInfo *const *second = b;

  return g_utf8_collate ((*first)->title, (*second)->title);
}

/* A line of the list: two spaces, name, spaces, title; of a variant: name, spaces, layout, colon, title. */
static AvbTypingLayoutInfo *
parse_line (const char *line, gboolean variant)
{
  g_autofree char *copy = g_strstrip (g_strdup (line));
  char            *rest = copy + strcspn (copy, " ");
  char            *colon;
  g_autofree char *name = g_strndup (copy, (gsize) (rest - copy));
  AvbTypingLayoutInfo *info;

  g_strstrip (rest);
  colon = strchr (rest, ':');
  if (*name == '\0' || *rest == '\0' || g_str_equal (name, "custom") || (variant && colon == NULL))
    return NULL;
  info = g_new0 (AvbTypingLayoutInfo, 1);
  if (variant)
    {
      *colon = '\0';
      info->name = g_strdup_printf ("%s(%s)", rest, name);
      rest = g_strstrip (colon + 1);
    }
  else
    info->name = g_steal_pointer (&name);
  info->title = g_strdup (g_dgettext ("xkeyboard-config", rest));
  return info;
}

GPtrArray *
avb_typing_layout_list (void)
{
  GPtrArray          *list = g_ptr_array_new_with_free_func (info_free);
  struct xkb_context *context = xkb_context_new (XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
  g_autofree char    *contents = NULL;
  g_auto (GStrv) lines = NULL;
  const char *section = "";

  for (guint i = 0; context != NULL && contents == NULL && i < xkb_context_num_include_paths (context);
       i++)
    {
      g_autofree char *file
          = g_build_filename (xkb_context_include_path_get (context, i), "rules", "evdev.lst", NULL);

      if (!g_file_get_contents (file, &contents, NULL, NULL))
        g_clear_pointer (&contents, g_free);
    }
  if (context != NULL)
    xkb_context_unref (context);
  if (contents == NULL || !g_utf8_validate (contents, -1, NULL))
    return list;
  lines = g_strsplit (contents, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      gboolean             variant = g_str_has_prefix (section, "! variant");
      AvbTypingLayoutInfo *info;

      if (**line == '!')
        section = *line;
      else if (variant || g_str_has_prefix (section, "! layout"))
        {
          info = parse_line (*line, variant);
          if (info != NULL)
            g_ptr_array_add (list, info);
        }
    }
  g_ptr_array_sort (list, compare_titles);
  return list;
}
