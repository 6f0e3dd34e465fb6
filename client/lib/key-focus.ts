import type { Focus } from './keys.ts';

const fields = 'input:not([type=range]), textarea, select, [contenteditable], [role=menu]';
const buttons = 'button, a[href], summary, [role=button]';

/** What has the focus when a key is pressed, by the way that the event takes, out of shadow trees, too. */
export function focusOf(path: readonly EventTarget[]): Focus {
  const elements = path.filter((target) => target instanceof Element);
  const isOn = (selector: string) => elements.some((element) => element.matches(selector));
  if (isOn(fields)) return 'field';
  if (isOn('media-time-range')) return 'timeline';
  if (isOn('input[type=range]')) return 'slider';
  return isOn(buttons) ? 'button' : 'nothing';
}

/** Whether a dialog is open that the element is not in: what is pressed is then meant for the dialog. */
export const isBehindDialog = (element: Element): boolean =>
  [...document.querySelectorAll('dialog[open]')].some((dialog) => !dialog.contains(element));
