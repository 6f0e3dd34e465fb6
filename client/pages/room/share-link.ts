import { m } from '../../messages/messages.ts';
import { paths } from '../../app/routes.ts';
import { copy } from '../../design/copy.ts';

/** Copies the address that leads into a room. */
export const shareLink = (roomName: string): Promise<void> =>
  copy(new URL(paths.room(roomName), location.href).href, m.room_link_copied);
