import { addTranslation, setLanguage } from 'media-chrome/utils/i18n';
import { m } from '../messages/messages.ts';
import { language } from '../messages/words.ts';

/** What the controls say, by Media Chrome's own names; a language that it has not is as good as one that it has. */
addTranslation(language, {
  Play: m.media_play_tip,
  Pause: m.media_pause_tip,
  play: m.media_play,
  pause: m.media_pause,
  Mute: m.media_mute_tip,
  Unmute: m.media_unmute_tip,
  mute: m.media_mute,
  unmute: m.media_unmute,
  'Enter fullscreen mode': m.media_enter_fullscreen_mode_tip,
  'Exit fullscreen mode': m.media_exit_fullscreen_mode_tip,
  'enter fullscreen mode': m.media_enter_fullscreen_mode,
  'exit fullscreen mode': m.media_exit_fullscreen_mode,
  'Enter picture in picture mode': m.media_enter_picture_in_picture_mode_tip,
  'Exit picture in picture mode': m.media_exit_picture_in_picture_mode_tip,
  'enter picture in picture mode': m.media_enter_picture_in_picture_mode,
  'exit picture in picture mode': m.media_exit_picture_in_picture_mode,
  'Playback rate': m.media_playback_rate_tip,
  'Playback rate {playbackRate}': m.media_playback_rate_playbackRate__tip,
  'playback time': m.media_playback_time,
  'media loading': m.media_media_loading,
  'video not loaded, unknown time.': m.media_video_not_loaded_unknown_time,
  '{currentTime} of {totalTime}': m.media_currentTime_of_totalTime,
  '{time} remaining': m.media_time_remaining,
  seek: m.media_seek,
  volume: m.media_volume,
  'audio player': m.media_audio_player,
  'video player': m.media_video_player,
  hour: m.media_hour,
  hours: m.media_hours,
  minute: m.media_minute,
  minutes: m.media_minutes,
  second: m.media_second,
  seconds: m.media_seconds,
});
// Otherwise they are in the browser's.
setLanguage(language);
