/** A short message in the corner, dismissed by itself. */
export interface Toast {
  id: number;
  text: string;
  tone: 'error' | 'warning' | 'info';
  /** Undoes what it tells of; its button dismisses it, too. */
  undo?: (() => void) | undefined;
}

const shownForMs = { error: 9000, warning: 9000, info: 4000 };
let shown = $state.raw<readonly Toast[]>([]);
let lastId = 0;
let isHeld = false;
const timers: Record<number, ReturnType<typeof setTimeout> | undefined> = {};

/** The messages that are on screen. */
export const toasts = {
  get shown() {
    return shown;
  },
};

function startTimer({ id, tone, undo }: Toast) {
  if (!isHeld) timers[id] = setTimeout(() => dismiss(id), shownForMs[undo ? 'warning' : tone]);
}

/** Shows a message, unless it is on screen already. */
export function toast(text: string, tone: Toast['tone'] = 'info', undo?: Toast['undo']): void {
  if (shown.some((other) => other.text === text)) return;
  const added: Toast = { id: ++lastId, text, tone, undo };
  for (const { id } of shown.slice(0, -2)) dismiss(id);
  shown = [...shown, added];
  startTimer(added);
}

/** Dismisses a message. */
export function dismiss(id: number): void {
  clearTimeout(timers[id]);
  timers[id] = undefined;
  shown = shown.filter((other) => other.id !== id);
  if (shown.length === 0) isHeld = false;
}

/** Keeps the messages while the pointer or the focus is on them. */
export function holdToasts(): void {
  isHeld = true;
  for (const { id } of shown) clearTimeout(timers[id]);
}

/** Starts the timers again, each in full. */
export function releaseToasts(): void {
  isHeld = false;
  for (const each of shown) startTimer(each);
}
