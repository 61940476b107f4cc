/** What all namespaces have in common: a number, and users; the last one out ends it (namespaces(7)). */

let lastNumber = 0xf000_0000;

export class Namespace {
  /** The inode number it shows under /proc/pid/ns. */
  readonly id: number = lastNumber++;
  private users = 0;

  /** A task is in it, or an open file of /proc/pid/ns keeps it. */
  hold(): void {
    this.users++;
  }

  release(): void {
    if (--this.users === 0) this.dispose();
  }

  /** Nobody is in it any more. */
  protected dispose(): void {}
}
