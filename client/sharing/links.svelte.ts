import type { Share } from '@reelroom/shared';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';

/** The active links to a recording. */
class Links {
  readonly #name: string;
  #shares = $state.raw<readonly Share[]>();
  #problem = $state('');
  #busy = $state(false);

  constructor(name: string) {
    this.#name = name;
  }

  /** Newest first; unknown until they are loaded. */
  get shares() {
    return this.#shares;
  }
  /** Why they could not be loaded, a sentence for people. */
  get problem() {
    return this.#problem;
  }
  get busy() {
    return this.#busy;
  }

  load = async () => {
    this.#problem = '';
    try {
      this.#shares = await trpc.recordings.shares.query({ name: this.#name });
    } catch (error) {
      this.#problem = errorSentence(error);
    }
  };

  /** Makes a link that is good for so many seconds. */
  create(expiresInSeconds: number, download: boolean) {
    return this.#change(async () => {
      const share = await trpc.recordings.share.mutate({ name: this.#name, expiresInSeconds, download });
      this.#shares = [share, ...this.#without(share.id)];
      return 'Link created.';
    });
  }

  revoke(id: string) {
    return this.#change(async () => {
      await trpc.recordings.unshare.mutate({ name: this.#name, id });
      this.#shares = this.#without(id);
      return 'Link taken back: it does not work any more.';
    });
  }

  revokeAll = () =>
    this.#change(async () => {
      const { revoked } = await trpc.recordings.unshare.mutate({ name: this.#name });
      this.#shares = [];
      return revoked === 1 ? '1 link taken back.' : `${revoked} links taken back.`;
    });

  /** Makes one change at a time; a toast says what came of it. */
  async #change(work: () => Promise<string>) {
    this.#busy = true;
    try {
      toast(await work());
    } catch (error) {
      toast(errorSentence(error), 'error');
    }
    this.#busy = false;
  }

  #without(id: string) {
    return (this.#shares ?? []).filter((share) => share.id !== id);
  }
}

/** The active links to a recording, by its name; {@link Links.load} fetches them. */
export const createLinks = (name: string) => new Links(name);
