/** The shape of a device tree: what devices say of themselves, and src/image/fdt.ts writes. */

/** A property: text, several texts, 32-bit cells, or nothing (a flag). */
export type Property = string | readonly string[] | readonly number[] | true;

export interface TreeNode {
  readonly name: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly children?: readonly TreeNode[];
}

/** Two cells of a 64-bit number. */
export const cells64 = (n: number): number[] => [Math.floor(n / 2 ** 32), n >>> 0];
