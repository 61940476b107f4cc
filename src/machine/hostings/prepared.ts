/** What is made once and begun from often: states of guests that have just booted, by their machine. */

/** Some twenty megabytes each. */
const MOST = 8;

export class Prepared<T> {
  private readonly made = new Map<string, Promise<T>>();

  /** What was made for `key`, or is made now. The one that was made first goes where there are too many, and one that could not be made. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.made.get(key);
    if (known) return known;
    const made = make();
    this.made.set(key, made);
    made.catch(() => this.made.delete(key));
    const [oldest] = this.made.keys();
    if (this.made.size > MOST) this.made.delete(oldest!);
    return made;
  }
}
