import type { Share } from '@reelroom/shared';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';

/** The links to a recording that are good now, as far as they are known. */
export function createLinks(name: string) {
  let shares = $state.raw<readonly Share[]>();
  let problem = $state('');
  let busy = $state(false);

  /** Does one thing at a time; what goes wrong is told. */
  async function change(work: () => Promise<string>) {
    busy = true;
    try {
      toast(await work());
    } catch (error) {
      toast(errorSentence(error), 'error');
    }
    busy = false;
  }

  const without = (id: string) => (shares ?? []).filter((share) => share.id !== id);

  return {
    /** Newest first; unknown until they are loaded. */
    get shares() {
      return shares;
    },
    /** Why they could not be loaded, a sentence for people. */
    get problem() {
      return problem;
    },
    get busy() {
      return busy;
    },
    async load() {
      problem = '';
      try {
        shares = await trpc.recordings.shares.query({ name });
      } catch (error) {
        problem = errorSentence(error);
      }
    },
    /** Makes a link that is good for so many seconds. */
    create: (expiresInSeconds: number, download: boolean) =>
      change(async () => {
        const share = await trpc.recordings.share.mutate({ name, expiresInSeconds, download });
        shares = [share, ...without(share.id)];
        return 'Link created.';
      }),
    revoke: (id: string) =>
      change(async () => {
        await trpc.recordings.unshare.mutate({ name, id });
        shares = without(id);
        return 'Link taken back: it does not work any more.';
      }),
    revokeAll: () =>
      change(async () => {
        const { revoked } = await trpc.recordings.unshare.mutate({ name });
        shares = [];
        return revoked === 1 ? '1 link taken back.' : `${revoked} links taken back.`;
      }),
  };
}
