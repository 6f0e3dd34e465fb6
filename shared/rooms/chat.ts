import * as z from 'zod/mini';

/** The most characters of a message in a call's chat. */
export const mostMessageCharacters = 2000;

/** The most messages that a call keeps. */
const mostMessages = 500;

const chatMessageSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Who wrote it: identity, and name at that time. */
  identity: z.string().check(z.maxLength(300)),
  name: z.string().check(z.maxLength(300)),
  /** Unix time in ms, by the clock of who received it first. */
  at: z.number(),
  text: z.string().check(z.minLength(1), z.maxLength(mostMessageCharacters)),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

const listSchema = z.array(chatMessageSchema);

/** The messages in a text of JSON that others or storage gave; none in any other text. */
export function parseMessages(json: string | undefined): ChatMessage[] {
  try {
    const parsed = listSchema.safeParse(JSON.parse(json ?? '[]'));
    return parsed.success ? parsed.data.slice(-mostMessages) : [];
  } catch {
    return [];
  }
}

/** Two lists as one: each message once, in the order of their times, the latest of too many. */
export function mergeMessages(a: readonly ChatMessage[], b: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map([...b, ...a].map((message) => [message.id, message]));
  return [...byId.values()].sort((one, other) => one.at - other.at).slice(-mostMessages);
}
