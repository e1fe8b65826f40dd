/** The revision shared by all kinds of one server: every write takes the next number. */
export class VersionCounter {
  #current = 0;

  get current(): number {
    return this.#current;
  }

  next(): number {
    this.#current += 1;
    return this.#current;
  }
}
