import { m } from '../../messages/messages.ts';
import type { Invite, RoomRules } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { paths } from '../../app/routes.ts';
import { trpc } from '../../app/trpc.ts';
import { copy } from '../../design/copy.ts';
import { toast } from '../../design/toasts.svelte.ts';

/** The options of a new invite. */
interface InviteChoices {
  role: 'guest' | 'host';
  expiresInSeconds: number;
  /** For one person only. */
  isSingle: boolean;
}

/** The invites and the rules of a room. */
class Invites {
  readonly #roomName: string;
  #list = $state.raw<readonly Invite[]>();
  #rules = $state.raw<RoomRules>();
  #problem = $state('');
  #busy = $state(false);

  constructor(roomName: string) {
    this.#roomName = roomName;
  }

  /** Newest first; unknown until they are loaded. */
  get list() {
    return this.#list;
  }
  get rules() {
    return this.#rules;
  }
  /** Why loading failed, a sentence for people. */
  get problem() {
    return this.#problem;
  }
  get busy() {
    return this.#busy;
  }

  load = async () => {
    this.#problem = '';
    const roomName = this.#roomName;
    try {
      const [list, { rules }] = await Promise.all([
        trpc.invites.list.query({ roomName }),
        trpc.rooms.get.query({ roomName }),
      ]);
      this.#list = list;
      this.#rules = rules;
    } catch (error) {
      this.#problem = errorSentence(error);
    }
  };

  /** Creates an invite and copies its link, which is not shown again. */
  create = ({ role, expiresInSeconds, isSingle }: InviteChoices) =>
    this.#change(async () => {
      const { token, ...invite } = await trpc.invites.create.mutate({
        ...{ roomName: this.#roomName, role, expiresInSeconds },
        ...(isSingle && { uses: 1 }),
      });
      this.#list = [invite, ...(this.#list ?? [])];
      const link = new URL(paths.room(this.#roomName, token), location.href).href;
      await copy(link, m.invite_copied);
    });

  revoke = (id: string) =>
    this.#change(async () => {
      await trpc.invites.revoke.mutate({ roomName: this.#roomName, id });
      this.#list = this.#list?.filter((invite) => invite.id !== id);
      toast(m.invite_revoked);
    });

  setRules = (rules: Partial<RoomRules>) =>
    this.#change(async () => {
      this.#rules = await trpc.rooms.setRules.mutate({ roomName: this.#roomName, rules });
    });

  async #change(work: () => Promise<void>) {
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      toast(errorSentence(error), 'error');
    }
    this.#busy = false;
  }
}

/** The invites and the rules of a room; {@link Invites.load} fetches them. */
export const createInvites = (roomName: string) => new Invites(roomName);
