/** What pages need to know of a participant. */
interface Person {
  id: string;
  isLocal: boolean;
  isSpeaking: boolean;
  /** Unix time in ms; 0 for who has not spoken yet. */
  lastSpokeAt: number;
}

/**
 * The order in which people stand on the stage: the local one first, the others as before, newcomers last. Who begins to speak on a page that is not
 * the first changes places with the one on the first who has been silent longest, so that nobody else moves.
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

/** A page of people, the first is 0; the last one where there are not as many. */
export function pageOf<P>(
  people: readonly P[],
  size: number,
  page: number,
): { shown: readonly P[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(people.length / size));
  const within = Math.min(page, pages - 1);
  return { shown: people.slice(within * size, (within + 1) * size), page: within, pages };
}
