import { paths } from '../../app/routes.ts';
import { copy } from '../../design/copy.ts';

/** Copies the address that leads into a room. */
export const shareLink = (roomName: string): Promise<void> =>
  copy(
    new URL(paths.room(roomName), location.href).href,
    'Link copied. Share it with the people you want to invite.',
  );
