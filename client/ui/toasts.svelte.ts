/** A short message in the corner, that goes by itself. */
export interface Toast {
  id: number;
  text: string;
  tone: 'error' | 'warning' | 'info';
}

const shownFor = { error: 9000, warning: 9000, info: 4000 };
let shown = $state.raw<readonly Toast[]>([]);
let lastId = 0;

/** The messages that are on screen. */
export const toasts = {
  get shown() {
    return shown;
  },
};

/** Shows a message; one that is on screen already is not shown twice. */
export function toast(text: string, tone: Toast['tone'] = 'info'): void {
  if (shown.some((other) => other.text === text)) return;
  const id = ++lastId;
  shown = [...shown.slice(-2), { id, text, tone }];
  setTimeout(() => dismiss(id), shownFor[tone]);
}

/** Takes a message away. */
export function dismiss(id: number): void {
  shown = shown.filter((other) => other.id !== id);
}
