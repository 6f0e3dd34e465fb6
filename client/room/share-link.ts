import { paths } from '../routes.ts';
import { toast } from '../ui/toasts.svelte.ts';

/** Copies the address that leads into a room; shows it where the browser does not let a page copy. */
export async function shareLink(roomName: string): Promise<void> {
  const link = new URL(paths.room(roomName), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    toast('Link copied. Send it to whom you want in the call.');
  } catch {
    toast(link);
  }
}
