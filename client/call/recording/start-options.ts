import { m } from '../../messages/messages.ts';
import { startOptionsSchema, type StartOptions } from '@reelroom/shared';

/** The options of a recording. */
export type Options = Omit<StartOptions, 'roomName'>;

const defaults: Options = startOptionsSchema.parse({});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Parses stored options; the defaults where they are invalid. */
export function parseOptions(text: string | undefined): Options {
  return startOptionsSchema.safeParse(parseJson(text ?? '')).data ?? defaults;
}

/** The choices, in words. */
export const layouts: { value: Options['layout']; label: string; hint: string }[] = [
  { value: 'grid', label: m.layout_grid, hint: m.layout_grid_hint },
  { value: 'speaker', label: m.layout_speaker, hint: m.layout_speaker_hint },
  { value: 'single-speaker', label: m.layout_single, hint: m.layout_single_hint },
];
export const qualities: { value: Options['quality']; label: string }[] = [
  { value: '480p', label: '480p' },
  { value: '720p', label: '720p' },
  { value: '1080p', label: '1080p' },
];
