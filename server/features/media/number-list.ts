/**
 * A list of whole numbers (32 bits) that takes four bytes for each: for lists that
 * are as long as a recording.
 */
export class NumberList {
  #numbers = Buffer.alloc(4_096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (4 * this.#length === this.#numbers.length)
      this.#numbers = Buffer.concat([this.#numbers, Buffer.alloc(this.#numbers.length)]);
    this.#numbers.writeUInt32BE(value, 4 * this.#length);
    this.#length += 1;
  }

  /** A number, counted from the end where `index` is negative. */
  at(index: number): number {
    return this.#numbers.readUInt32BE(4 * (index < 0 ? this.#length + index : index));
  }

  set(index: number, value: number): void {
    this.#numbers.writeUInt32BE(value, 4 * (index < 0 ? this.#length + index : index));
  }

  /** All numbers, big-endian, as MP4 has them. */
  bytes(): Buffer {
    return this.#numbers.subarray(0, 4 * this.#length);
  }
}

/** Pairs of a count and a value, for values of which many in succession are the same. */
export class RunList {
  #pairs = new NumberList();

  push(value: number): void {
    if (this.#pairs.length > 0 && this.#pairs.at(-1) === value) this.#pairs.set(-2, this.#pairs.at(-2) + 1);
    else {
      this.#pairs.push(1);
      this.#pairs.push(value);
    }
  }

  /** How many pairs there are. */
  get length(): number {
    return this.#pairs.length / 2;
  }

  *[Symbol.iterator](): Generator<[count: number, value: number]> {
    for (let index = 0; index < this.#pairs.length; index += 2)
      yield [this.#pairs.at(index), this.#pairs.at(index + 1)];
  }

  bytes(): Buffer {
    return this.#pairs.bytes();
  }

  /** Adds `amount` to all values; those below zero are kept as their two's complement. */
  shift(amount: number): void {
    for (let index = 1; index < this.#pairs.length; index += 2)
      this.#pairs.set(index, (this.#pairs.at(index) + amount) >>> 0);
  }
}
