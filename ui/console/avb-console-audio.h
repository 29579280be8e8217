/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-spice-session.h"

G_BEGIN_DECLS

/**
 * AvbMicrophone:
 * @AVB_MICROPHONE_ASK: nobody was asked yet: the guest hears nothing.
 * @AVB_MICROPHONE_REFUSED: the guest hears nothing.
 * @AVB_MICROPHONE_ALLOWED: the guest hears the microphone whenever it records.
 */
typedef enum {
  AVB_MICROPHONE_ASK,
  AVB_MICROPHONE_REFUSED,
  AVB_MICROPHONE_ALLOWED,
} AvbMicrophone;

#define AVB_TYPE_MICROPHONE (avb_microphone_get_type ())
GType avb_microphone_get_type (void);

/**
 * AvbConsoleAudio:
 *
 * The guest's sound and, after consent, its microphone, as long as the session lives. Main thread.
 *
 * The sound follows `muted` and `volume` of #AvbConsoleSettings and what the guest's own mixer says.
 * The consent is never kept: the next session asks again.
 *
 * Properties, notifying: `playing` (boolean, read-only: the guest makes sound now), `can-play`,
 * `can-record` (booleans, read-only: the machine has the channel), `wants-microphone` (boolean,
 * read-only: the guest records now, whether it hears anything or not), `microphone` (#AvbMicrophone,
 * read-write), `recording` (boolean, read-only: the guest hears the microphone now), `message`
 * (string, nullable, translated, read-only: why there is no sound although there should be).
 *
 * Signal `ask-microphone`: the guest records for the first time in this session: somebody who can ask the
 * user does, and sets `microphone`.
 */
#define AVB_TYPE_CONSOLE_AUDIO (avb_console_audio_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleAudio, avb_console_audio, AVB, CONSOLE_AUDIO, GObject)

/* (transfer none): the session's, which is made when first asked for and lives as long as it */
AvbConsoleAudio *avb_console_audio_for_session (AvbSpiceSession *session);

gboolean      avb_console_audio_get_can_play         (AvbConsoleAudio *self);
gboolean      avb_console_audio_get_can_record       (AvbConsoleAudio *self);
gboolean      avb_console_audio_get_wants_microphone (AvbConsoleAudio *self);
AvbMicrophone avb_console_audio_get_microphone       (AvbConsoleAudio *self);
void          avb_console_audio_set_microphone       (AvbConsoleAudio *self, AvbMicrophone microphone);
gboolean      avb_console_audio_get_recording        (AvbConsoleAudio *self);
const char   *avb_console_audio_get_message          (AvbConsoleAudio *self); /* (nullable) */

G_END_DECLS
