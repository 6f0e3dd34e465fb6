import { m } from '../messages/messages.ts';
import type { Share, ShareInput } from '@reelroom/shared';
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
  /** Why the links could not be loaded, as the page says it. */
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

  /** Creates a link. */
  create(wanted: Omit<ShareInput, 'name'>) {
    return this.#change(async () => {
      const share = await trpc.recordings.share.mutate({ ...wanted, name: this.#name });
      this.#shares = [share, ...this.#without(share.id)];
      return m.share_created;
    });
  }

  revoke(id: string) {
    return this.#change(async () => {
      await trpc.recordings.unshare.mutate({ name: this.#name, id });
      this.#shares = this.#without(id);
      return m.share_revoked;
    });
  }

  revokeAll = () =>
    this.#change(async () => {
      const { revoked } = await trpc.recordings.unshare.mutate({ name: this.#name });
      this.#shares = [];
      return m.share_revoked_count(revoked);
    });

  /** Makes one change; a toast says whether it worked. */
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
