import { m } from '../messages/messages.ts';
import type { Recording } from '@reelroom/shared';
import { formatDate } from './format.ts';

/** A recording's title in lists: its own, or else its room's name. */
export const shownName = ({ title, roomName }: Pick<Recording, 'title' | 'roomName'>): string =>
  title ?? roomName;

/** A recording's title and date, which identify it in the labels of its buttons. */
export const spokenName = (recording: Pick<Recording, 'title' | 'roomName' | 'startedAt'>): string =>
  `${recording.title ? `“${recording.title}”` : m.recording_spoken(recording.roomName)}, ${formatDate(recording.startedAt)}`;
