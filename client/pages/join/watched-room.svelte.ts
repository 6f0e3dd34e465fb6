import { roomNameSchema, type RoomState } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';
import { isVisible } from '../../lib/page-visible.svelte.ts';

/** How long a name must have stayed as it is, in ms: nobody watches every name on the way to one. */
const settled = 300;

/** What the room whose name is being typed shows of its recording, watched for as long as the component is there. */
export function watchTypedRoom(typed: () => string) {
  const roomName = $derived(roomNameSchema.safeParse(typed()).data);
  let heard = $state.raw<{ roomName: string; state: RoomState }>();

  $effect(() => {
    const asked = roomName;
    if (asked === undefined || !isVisible()) return;
    let stop = () => {};
    const timer = setTimeout(() => {
      const subscription = trpc.rooms.status.subscribe(
        { roomName: asked },
        { onData: (state) => (heard = { roomName: asked, state }) },
      );
      stop = () => subscription.unsubscribe();
    }, settled);
    return () => {
      clearTimeout(timer);
      stop();
    };
  });

  return {
    get state(): RoomState {
      return heard && heard.roomName === roomName ? heard.state : {};
    },
  };
}
