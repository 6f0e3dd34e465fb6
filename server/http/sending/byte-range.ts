/** What a `Range` header asks for, before the size of the object is known. */
export type ByteRange =
  /** No range, or one that RFC 9110 §14.2 lets a server ignore: the whole object. */
  | { kind: 'whole' }
  /** One range, as S3 takes it: `bytes=0-99`. */
  | { kind: 'part'; header: string }
  /** A range that no object satisfies: 416. */
  | { kind: 'unsatisfiable' };

const whole: ByteRange = { kind: 'whole' };

/**
 * Reads a `Range` header (RFC 9110 §14.1.2): one closed, open or suffix range. Several ranges, another unit
 * and an invalid header count as none (§14.2).
 * @param portionSize the most bytes sent for an open-ended range; no cap when absent
 */
export function parseByteRange(header: string | undefined, portionSize?: number): ByteRange {
  const [, firstText = '', lastText = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (!firstText) {
    if (!lastText) return whole;
    return Number(lastText) === 0
      ? { kind: 'unsatisfiable' }
      : { kind: 'part', header: `bytes=-${Math.min(Number(lastText), Number.MAX_SAFE_INTEGER)}` };
  }
  const first = Number(firstText);
  const last = lastText ? Number(lastText) : portionSize === undefined ? Infinity : first + portionSize - 1;
  if (last < first) return whole;
  if (!Number.isSafeInteger(first)) return { kind: 'unsatisfiable' };
  return { kind: 'part', header: `bytes=${first}-${Number.isSafeInteger(last) ? last : ''}` };
}

/**
 * The bytes of a range of `size` bytes, from `start` to before `end`; undefined where the range is
 * unsatisfiable.
 * @param header as {@link parseByteRange} returns it
 */
export function resolveByteRange(header: string, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  const start = first ? Number(first) : Math.max(size - Number(last), 0);
  const end = first && last ? Math.min(Number(last) + 1, size) : size;
  return start < end ? { start, end } : undefined;
}
