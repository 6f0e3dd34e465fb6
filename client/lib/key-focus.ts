import type { Focus } from './keys.ts';

const fields = 'input:not([type=range]), textarea, select, [contenteditable], [role=menu]';
const buttons = 'button, a[href], summary, [role=button]';

/** The focus when a key is pressed, from the event's composed path, which includes shadow trees. */
export function focusOf(path: readonly EventTarget[]): Focus {
  const elements = path.filter((target) => target instanceof Element);
  const isOn = (selector: string) => elements.some((element) => element.matches(selector));
  if (isOn(fields)) return 'field';
  if (isOn('media-time-range')) return 'timeline';
  if (isOn('input[type=range]')) return 'slider';
  return isOn(buttons) ? 'button' : 'nothing';
}

/** Whether a dialog is open that does not contain the element: keys belong to the dialog then. */
export const isBehindDialog = (element: Element): boolean =>
  [...document.querySelectorAll('dialog[open]')].some((dialog) => !dialog.contains(element));
