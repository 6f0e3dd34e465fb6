import { mergeMessages, mostMessageCharacters, parseMessages, type ChatMessage } from '@reelroom/shared';
import { ParticipantKind, RoomEvent, type Room, type TextStreamHandler } from 'livekit-client';
import { activeCall } from '../../lib/storage.ts';

/** LiveKit's own topic of chat, which its other clients use, too. */
const chatTopic = 'lk.chat';
/** Asks for, and answers with, what was written before: as JSON. */
const askTopic = 'reelroom.chat.ask';
const historyTopic = 'reelroom.chat.history';

/** How long, in ms, one participant has to answer with the history before the next is asked. */
const answerMs = 3000;

interface Hooks {
  /** Somebody else has written while the chat was not open. */
  onUnread: (message: ChatMessage) => void;
}

/**
 * The chat of a call. No server keeps it: who is in the call has it, hands it to who comes later, and has it again
 * after a reload of the page (the tab's storage), for as long as LiveKit has this room open.
 */
class Chat {
  messages = $state.raw<readonly ChatMessage[]>([]);
  unread = $state(0);
  #isOpen = $state(false);
  #room: Room | undefined;
  /** LiveKit's id of the room as it is open now. */
  #roomId = '';
  /** Who was asked for the history, and what its coming ends. */
  #asked: { identity: string; done: () => void } | undefined;
  readonly #hooks: Hooks;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Whether the messages are on screen: they are read then. */
  get isOpen(): boolean {
    return this.#isOpen;
  }
  set isOpen(open: boolean) {
    this.#isOpen = open;
    if (open) this.unread = 0;
  }

  /** Follows the chat of a room that is not connected yet. */
  listen(room: Room): void {
    this.#room = room;
    room.registerTextStreamHandler(chatTopic, this.#receive(room));
    room.registerTextStreamHandler(askTopic, async (_reader, { identity }) => {
      const history = JSON.stringify(this.messages);
      await room.localParticipant.sendText(history, {
        topic: historyTopic,
        destinationIdentities: [identity],
      });
    });
    room.registerTextStreamHandler(historyTopic, async (reader, { identity }) => {
      // Nobody adds to the history who was not asked for it.
      if (this.#asked?.identity !== identity) return;
      const { done } = this.#asked;
      this.#keep(parseMessages(await reader.readAll()));
      done();
    });
    room.on(RoomEvent.Connected, () => void this.#catchUp(room));
  }

  /** Sends a message to everyone in the call. */
  async send(text: string): Promise<void> {
    const room = this.#room;
    const trimmed = text.trim().slice(0, mostMessageCharacters);
    if (!room || trimmed === '') return;
    const { identity, name } = room.localParticipant;
    const { id } = await room.localParticipant.sendText(trimmed, { topic: chatTopic });
    this.#keep([{ id, identity, name: name || identity, at: Date.now(), text: trimmed }]);
  }

  #receive(room: Room): TextStreamHandler {
    return async (reader, { identity }) => {
      const text = (await reader.readAll()).trim().slice(0, mostMessageCharacters);
      if (text === '' || room !== this.#room) return;
      const name = room.remoteParticipants.get(identity)?.name || identity;
      const message = { id: reader.info.id, identity, name, at: Date.now(), text };
      this.#keep([message]);
      if (this.#isOpen) return;
      this.unread += 1;
      this.#hooks.onUnread(message);
    };
  }

  #keep(messages: readonly ChatMessage[]): void {
    this.messages = mergeMessages(this.messages, messages);
    // A message may come before the room's id does, and would replace what this tab had.
    if (this.#roomId === '') return;
    activeCall.set('chat', JSON.stringify(this.messages));
    activeCall.set('chat.room', this.#roomId);
  }

  /** Has again what this tab had, then asks those who were there before, the first of them first. */
  async #catchUp(room: Room): Promise<void> {
    const id = await room.getSid();
    if (room !== this.#room) return;
    if (this.#roomId !== '' && id !== this.#roomId) this.messages = [];
    this.#roomId = id;
    this.#keep(activeCall.get('chat.room') === id ? parseMessages(activeCall.get('chat')) : []);
    const others = [...room.remoteParticipants.values()]
      .filter(({ kind }) => kind === ParticipantKind.STANDARD)
      .sort((a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0));
    for (const { identity } of others.slice(0, 3)) {
      if (await this.#ask(room, identity)) return;
    }
  }

  /** Asks one participant for the history; answers whether it came. */
  async #ask(room: Room, identity: string): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answered = new Promise<boolean>((resolve) => {
      this.#asked = { identity, done: () => resolve(true) };
      timer = setTimeout(() => resolve(false), answerMs);
    });
    try {
      await room.localParticipant.sendText('history', { topic: askTopic, destinationIdentities: [identity] });
      return await answered;
    } catch (error) {
      console.warn('The chat so far could not be asked for.', error);
      return false;
    } finally {
      clearTimeout(timer);
      this.#asked = undefined;
    }
  }
}

export type { Chat };

/** The chat of a call; {@link Chat.listen} gives it a room. */
export const createChat = (hooks: Hooks): Chat => new Chat(hooks);
