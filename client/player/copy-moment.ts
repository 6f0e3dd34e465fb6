import { m } from '../messages/messages.ts';
import { paths } from '../app/routes.ts';
import { copy } from '../design/copy.ts';
import { formatDuration } from '../lib/duration.ts';

/** The label of the button that copies a link to a position, in s. */
export const momentLabel = (seconds: number): string =>
  seconds >= 1 ? m.copy_link_at(formatDuration(seconds * 1000)) : m.common_copy_link;

/** Copies a link to a position in a recording, in s. */
export const copyMoment = (recordingName: string, start: number, share: string | undefined): Promise<void> =>
  copy(
    new URL(paths.watch(recordingName, { start, share }), location.href).href,
    start >= 1 ? m.link_copied_at(formatDuration(start * 1000)) : m.link_copied,
  );
