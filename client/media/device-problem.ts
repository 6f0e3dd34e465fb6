import { m } from '../messages/messages.ts';

export type DeviceKind = 'camera' | 'microphone';

/** Why a camera or microphone cannot be used, and what to do: `name` is that of the browser's error. */
export function deviceProblem(kind: DeviceKind, name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return m.device_blocked(kind);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return m.device_not_found(kind);
    case 'NotReadableError':
    case 'AbortError':
      return m.device_in_use(kind);
    case 'InsecureContext':
      return m.device_insecure(kind);
    default:
      return m.device_failed(kind);
  }
}
