/** A short message in the corner, that goes by itself. */
export interface Toast {
  id: number;
  text: string;
  tone: 'error' | 'warning' | 'info';
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

function startTimer({ id, tone }: Toast) {
  if (!isHeld) timers[id] = setTimeout(() => dismiss(id), shownForMs[tone]);
}

/** Shows a message; one that is on screen already is not shown twice. */
export function toast(text: string, tone: Toast['tone'] = 'info'): void {
  if (shown.some((other) => other.text === text)) return;
  const added: Toast = { id: ++lastId, text, tone };
  for (const { id } of shown.slice(0, -2)) dismiss(id);
  shown = [...shown, added];
  startTimer(added);
}

/** Takes a message away. */
export function dismiss(id: number): void {
  clearTimeout(timers[id]);
  timers[id] = undefined;
  shown = shown.filter((other) => other.id !== id);
  if (shown.length === 0) isHeld = false;
}

/** Has the messages stay, while a pointer or the focus is on them. */
export function holdToasts(): void {
  isHeld = true;
  for (const { id } of shown) clearTimeout(timers[id]);
}

/** Lets the messages go by themselves again, each after its full time. */
export function releaseToasts(): void {
  isHeld = false;
  for (const each of shown) startTimer(each);
}
