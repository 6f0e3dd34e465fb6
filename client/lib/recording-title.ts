import { m } from '../messages/messages.ts';
import type { Recording } from '@reelroom/shared';
import { formatDate } from './format.ts';

/** What a recording is called where it is listed: its title, or else its room. */
export const shownName = ({ title, roomName }: Pick<Recording, 'title' | 'roomName'>): string =>
  title ?? roomName;

/** A recording in words that tell it from others: what the buttons of its row are named after. */
export const spokenName = (recording: Pick<Recording, 'title' | 'roomName' | 'startedAt'>): string =>
  `${recording.title ? `“${recording.title}”` : m.recording_spoken(recording.roomName)}, ${formatDate(recording.startedAt)}`;
