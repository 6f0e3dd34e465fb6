import type { ApiKey, KeyInput } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { signInFirst } from '../../app/sign-in-first.ts';
import { trpc } from '../../app/trpc.ts';
import { toast } from '../../design/toasts.svelte.ts';

/** The API keys of this Reelroom. */
class Keys {
  #all = $state.raw<readonly ApiKey[]>();
  #secret = $state<string>();
  #problem = $state('');
  #isBusy = $state(false);

  /** Newest first; unknown until they are loaded. */
  get all() {
    return this.#all;
  }
  /** The key that was just made, which nobody can show again. */
  get secret() {
    return this.#secret;
  }
  /** Why they could not be loaded, as the page says it. */
  get problem() {
    return this.#problem;
  }
  get isBusy() {
    return this.#isBusy;
  }

  load = async () => {
    try {
      this.#all = await trpc.keys.list.query();
      this.#problem = '';
    } catch (error) {
      signInFirst(error, location.pathname);
      this.#problem = errorSentence(error);
    }
  };

  /** Makes a key; returns whether that worked. */
  create(wanted: KeyInput): Promise<boolean> {
    return this.#change(async () => {
      const { key, ...made } = await trpc.keys.create.mutate(wanted);
      this.#all = [made, ...(this.#all ?? [])];
      this.#secret = key;
      return 'Key made.';
    });
  }

  revoke({ id, name }: ApiKey): Promise<boolean> {
    return this.#change(async () => {
      await trpc.keys.revoke.mutate({ id });
      this.#all = this.#all?.filter((key) => key.id !== id);
      return `The key ${name} was revoked.`;
    });
  }

  /** Makes one change; a toast says whether it worked. */
  async #change(work: () => Promise<string>): Promise<boolean> {
    this.#isBusy = true;
    try {
      toast(await work());
      return true;
    } catch (error) {
      toast(errorSentence(error), 'error');
      return false;
    } finally {
      this.#isBusy = false;
    }
  }
}

/** The API keys; {@link Keys.load} fetches them. */
export const createKeys = () => new Keys();
