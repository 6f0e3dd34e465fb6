import { startOptionsSchema, type StartOptions } from '@reelroom/shared';

/** How a room is recorded when one presses Record. */
export type Options = Omit<StartOptions, 'roomName'>;

const usual: Options = startOptionsSchema.parse({});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The options that were remembered as text; the usual ones where that says nothing we understand. */
export function parseOptions(text: string | undefined): Options {
  return startOptionsSchema.safeParse(parseJson(text ?? '')).data ?? usual;
}

/** The choices, in words. */
export const layouts: { value: Options['layout']; label: string; hint: string }[] = [
  { value: 'grid', label: 'Grid', hint: 'Everyone, equally large' },
  { value: 'speaker', label: 'Speaker', hint: 'Whoever speaks large, the others beside' },
  { value: 'single-speaker', label: 'Speaker only', hint: 'Whoever speaks, nobody else' },
];
export const qualities: { value: Options['quality']; label: string }[] = [
  { value: '480p', label: '480p' },
  { value: '720p', label: '720p' },
  { value: '1080p', label: '1080p' },
];
