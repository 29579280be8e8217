/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <adwaita.h>

#include "ui/console/avb-terminal-private.h"

#define RGB(value)                                                                                \
  {                                                                                               \
    ((value) >> 16 & 0xff) / 255.0f, ((value) >> 8 & 0xff) / 255.0f, ((value) & 0xff) / 255.0f, 1 \
  }

typedef struct {
  GdkRGBA foreground;
  GdkRGBA background;
  GdkRGBA palette[16];
} Colors;

/* Each color can be read on its background. */
static const Colors light = {
  RGB (0x1e1e1e),
  RGB (0xffffff),
  {
      RGB (0x1e1e1e), RGB (0xc01c28), RGB (0x1b7f4b), RGB (0x9a6700), RGB (0x1a5fb4),
      RGB (0x813d9c), RGB (0x0f7285), RGB (0x77767b), RGB (0x5e5c64), RGB (0xe01b24),
      RGB (0x26864f), RGB (0xa8730a), RGB (0x1c71d8), RGB (0x9141ac), RGB (0x13828f),
      RGB (0x9a9996),
  },
};
static const Colors dark = {
  RGB (0xf6f5f4),
  RGB (0x1d1d20),
  {
      RGB (0x3d3846), RGB (0xed5353), RGB (0x57c78a), RGB (0xe5b567), RGB (0x62a0ea),
      RGB (0xc88ddb), RGB (0x4fc4cf), RGB (0xdeddda), RGB (0x77767b), RGB (0xf66151),
      RGB (0x8ff0a4), RGB (0xf9f06b), RGB (0x99c1f1), RGB (0xdc8add), RGB (0x93ddc2),
      RGB (0xffffff),
  },
};

static void
colors_cb (AdwStyleManager *style, GParamSpec *pspec, VteTerminal *terminal)
{
  const Colors *colors = adw_style_manager_get_dark (style) ? &dark : &light;

  vte_terminal_set_colors (terminal,
                           &colors->foreground,
                           &colors->background,
                           colors->palette,
                           G_N_ELEMENTS (colors->palette));
}

static void
font_cb (AdwStyleManager *style, GParamSpec *pspec, VteTerminal *terminal)
{
  PangoFontDescription *font
      = pango_font_description_from_string (adw_style_manager_get_monospace_font_name (style));

  vte_terminal_set_font (terminal, font);
  pango_font_description_free (font);
}

void
avb_terminal_style_follow (VteTerminal *terminal)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  g_signal_connect_object (
      style, "notify::dark", G_CALLBACK (colors_cb), terminal, G_CONNECT_DEFAULT);
  g_signal_connect_object (
      style, "notify::monospace-font-name", G_CALLBACK (font_cb), terminal, G_CONNECT_DEFAULT);
  colors_cb (style, NULL, terminal);
  font_cb (style, NULL, terminal);
}
