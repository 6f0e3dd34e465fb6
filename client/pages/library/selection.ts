import { isFinal, type Recording } from '@reelroom/shared';

/** The selected recordings, by name, and the anchor of a shift-click. */
export interface Selection {
  names: ReadonlySet<string>;
  anchor: string | undefined;
}

/** Nothing selected. */
export const noSelection: Selection = { names: new Set(), anchor: undefined };

/** A recording in progress can be neither changed nor deleted. */
export const isSelectable = ({ status }: Recording): boolean => isFinal(status);

/** The selection after a click on one recording's box. */
export function toggled({ names }: Selection, name: string): Selection {
  const now = new Set(names);
  if (!now.delete(name)) now.add(name);
  return { names: now, anchor: name };
}

/** The selection after a shift-click: the range from the anchor becomes as the anchor is. */
export function extended(selection: Selection, rows: readonly Recording[], name: string): Selection {
  const places = [selection.anchor, name].map((end) => rows.findIndex((row) => row.name === end));
  const [from = -1, to = -1] = places.sort((a, b) => a - b);
  if (from < 0 || selection.anchor === undefined) return toggled(selection, name);
  const now = new Set(selection.names);
  const isChosen = now.has(selection.anchor);
  for (const row of rows.slice(from, to + 1).filter(isSelectable)) {
    if (isChosen) now.add(row.name);
    else now.delete(row.name);
  }
  return { names: now, anchor: name };
}

/** Every recording that is loaded. */
export const allOf = (rows: readonly Recording[]): Selection => ({
  names: new Set(rows.filter(isSelectable).map(({ name }) => name)),
  anchor: undefined,
});

/** The selected recordings that still exist. */
export const chosenOf = ({ names }: Selection, rows: readonly Recording[]): Recording[] =>
  names.size === 0 ? [] : rows.filter((row) => names.has(row.name));

/** The most recordings of one ZIP file. */
export const maxDownloads = 1_000;

/** The selected recordings that have a file. */
export const downloadsOf = (chosen: readonly Recording[]): Recording[] =>
  chosen.filter(({ status }) => status === 'ready');
