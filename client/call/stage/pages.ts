/** A participant, as far as pages need it. */
interface Person {
  id: string;
  isLocal: boolean;
  isSpeaking: boolean;
  /** When the participant last spoke, in ms since 1970; 0 if never. */
  lastSpokeAt: number;
}

/**
 * The order of people on the stage: the local participant first, the others as before, newcomers last. A participant
 * who begins to speak on a later page swaps places with the one on the first page who has been silent longest, so
 * that nobody else moves.
 * @param before the ids in the order before
 * @param size how many people a page has
 */
export function orderTiles<P extends Person>(
  people: readonly P[],
  before: readonly string[],
  size: number,
): P[] {
  const rankOf = new Map(before.map((id, rank) => [id, rank]));
  const rank = ({ id, isLocal }: P) => (isLocal ? -1 : (rankOf.get(id) ?? Infinity));
  // The sort is stable: newcomers stay in the order of their arrival.
  const order = [...people].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  for (let index = size; index < order.length; index++) {
    const speaker = order[index];
    if (!speaker?.isSpeaking) continue;
    const [quietest] = order
      .slice(0, size)
      .filter(({ isLocal, isSpeaking }) => !isLocal && !isSpeaking)
      .sort((a, b) => a.lastSpokeAt - b.lastSpokeAt);
    if (!quietest) break;
    order[order.indexOf(quietest)] = speaker;
    order[index] = quietest;
  }
  return order;
}

/** A page of people, counted from 0; the last page where there are fewer. */
export function pageOf<P>(
  people: readonly P[],
  size: number,
  page: number,
): { shown: readonly P[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(people.length / size));
  const within = Math.min(page, pages - 1);
  return { shown: people.slice(within * size, (within + 1) * size), page: within, pages };
}
