import { dispose, Room } from '@livekit/rtc-node';
import tap, { type Test } from 'tap';

// The library's own thread would keep the process from ending.
tap.teardown(() => dispose());

/**
 * Somebody in a room, as the holder of this token: connected, with neither camera nor
 * microphone. Leaves when asked to, or when the test ends.
 */
export async function joinRoom(t: Test, { token, livekitUrl }: { token: string; livekitUrl: string }) {
  const room = new Room();
  await room.connect(livekitUrl, token, { autoSubscribe: false, dynacast: false });
  const leave = () => room.disconnect();
  t.teardown(leave);
  return { room, leave };
}
