export type DeviceKind = 'camera' | 'microphone';

const titles = { camera: 'Camera', microphone: 'Microphone' };

/** Why a camera or microphone cannot be used, and what to do: `name` is that of the browser's error. */
export function deviceProblem(kind: DeviceKind, name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return `${titles[kind]} access is blocked. You can allow it in the browser’s address bar.`;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${kind} was found.`;
    case 'NotReadableError':
    case 'AbortError':
      return `The ${kind} is in use by another program. Close that program, then turn it on again.`;
    case 'InsecureContext':
      return `The browser gives a page its ${kind} only over https.`;
    default:
      return `The ${kind} cannot be started.`;
  }
}
