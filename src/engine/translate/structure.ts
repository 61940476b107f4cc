/**
 * From a graph of blocks to structured control flow: loops where the graph has them, blocks for what is joined, and one
 * dispatch at the head for entries and for the edges of loops with several entries.
 *
 * Works on the dominator tree: a node is placed inside what dominates it; one that several edges lead forward to stands
 * behind a block, so that a branch out of the block reaches it.
 */
import type { Code, Label } from './wasm.ts';

interface Node<B> {
  readonly block: B | null;
  readonly successors: Node<B>[];
  readonly predecessors: Node<B>[];
  readonly children: Node<B>[];
  order: number;
  dominator: Node<B> | null;
  joined: boolean;
  loops: boolean;
}

export interface Shape<B> {
  /** Heads reachable by number, entries first. */
  readonly heads: readonly B[];
  readonly root: Node<B>;
  readonly nodes: ReadonlyMap<B, Node<B>>;
  /** The nodes of blocks, each behind what leads forward to it. */
  readonly ordered: readonly Node<B>[];
}

function build<B>(blocks: readonly B[], successors: (b: B) => readonly B[], heads: readonly B[]) {
  const make = (block: B | null): Node<B> => ({
    block,
    successors: [],
    predecessors: [],
    children: [],
    order: -1,
    dominator: null,
    joined: false,
    loops: false,
  });
  const root = make(null);
  const nodes = new Map(blocks.map((b) => [b, make(b)]));
  for (const b of heads) root.successors.push(nodes.get(b)!);
  for (const b of blocks) for (const s of successors(b)) nodes.get(b)!.successors.push(nodes.get(s)!);

  const post: Node<B>[] = [];
  const seen = new Set<Node<B>>([root]);
  const stack: [Node<B>, number][] = [[root, 0]];
  while (stack.length) {
    const top = stack.at(-1)!;
    const s = top[0].successors[top[1]++];
    if (!s) {
      post.push(top[0]);
      stack.pop();
    } else if (!seen.has(s)) {
      seen.add(s);
      stack.push([s, 0]);
    }
  }
  const ordered = post.reverse();
  ordered.forEach((n, i) => {
    n.order = i;
  });
  for (const n of ordered) for (const s of n.successors) s.predecessors.push(n);

  root.dominator = root;
  for (let changed = true; changed; ) {
    changed = false;
    for (const n of ordered.slice(1)) {
      let best: Node<B> | null = null;
      for (const p of n.predecessors) {
        if (!p.dominator) continue;
        let other = p;
        if (!best) {
          best = p;
          continue;
        }
        while (best !== other) {
          while (best!.order > other.order) best = best!.dominator;
          while (other.order > best!.order) other = other.dominator!;
        }
      }
      if (best !== n.dominator) {
        n.dominator = best;
        changed = true;
      }
    }
  }
  return { root, nodes, ordered };
}

function dominates<B>(a: Node<B>, b: Node<B>): boolean {
  let n = b;
  while (n.order > a.order) n = n.dominator!;
  return n === a;
}

/** The shape of a graph in which every block can be reached from `entries`. */
export function shapeOf<B>(blocks: readonly B[], successors: (b: B) => readonly B[], entries: readonly B[]): Shape<B> {
  const heads = [...entries];
  for (;;) {
    const { root, nodes, ordered } = build(blocks, successors, heads);
    const before = heads.length;
    for (const n of ordered) {
      for (const s of n.successors) {
        if (s.order > n.order || dominates(s, n)) continue;
        if (!heads.includes(s.block!)) heads.push(s.block!);
      }
    }
    if (heads.length > before) continue;
    for (const n of ordered.slice(1)) {
      n.dominator!.children.push(n);
      const forward = n.predecessors.filter((p) => p.order < n.order);
      n.joined = forward.length > 1 || forward.includes(root);
      n.loops = n.predecessors.some((p) => p.order >= n.order && dominates(n, p));
    }
    return { heads, root, nodes, ordered: ordered.slice(1) };
  }
}

/** What is on the way from some of a head's predecessors back to it. */
function around<B>(head: Node<B>, latches: readonly Node<B>[]): Set<Node<B>> {
  const body = new Set([head, ...latches]);
  // What is added while it is gone through is gone through too.
  for (const n of body) if (n !== head) for (const p of n.predecessors) body.add(p);
  return body;
}

const latchesOf = <B>(head: Node<B>): Node<B>[] =>
  head.predecessors.filter((p) => p.order >= head.order && dominates(head, p));

const inOrder = <B>(body: ReadonlySet<Node<B>>): B[] =>
  [...body].sort((a, b) => a.order - b.order).map((n) => n.block!);

/** The loops that have no other in them, by their heads: what is on the way from each back to it. */
export function innermostLoops<B>({ ordered }: Shape<B>): Map<B, B[]> {
  const found = new Map<B, B[]>();
  for (const head of ordered) {
    if (!head.loops) continue;
    const body = around(head, latchesOf(head));
    if (![...body].some((n) => n !== head && n.loops)) found.set(head.block!, inOrder(body));
  }
  return found;
}

/**
 * What may be taken for a loop that has no other in it, by the heads, in order: where several edges lead back to a head, what is on the way
 * of each, and of all of them. Some may be those of an outer loop, whose inner one is the entry: nothing else dominates both.
 */
export function tightLoops<B>({ ordered }: Shape<B>): Map<B, B[][]> {
  const found = new Map<B, B[][]>();
  for (const head of ordered) {
    if (!head.loops) continue;
    const bodies = latchesOf(head).map((latch) => around(head, [latch]));
    const tight = bodies.filter((body) => ![...body].some((n) => n !== head && n.loops));
    if (tight.length > 1) tight.unshift(new Set(tight.flatMap((body) => [...body])));
    if (tight.length) found.set(head.block!, tight.map(inOrder));
  }
  return found;
}

/** Prints a shape. `select` is the local with the number of the head to start at. */
export class Printer<B> {
  private readonly code: Code;
  private readonly shape: Shape<B>;
  private readonly select: number;
  private readonly body: (block: B, to: (target: B) => void) => void;
  private readonly beforeLoop: (head: B) => void;
  private readonly labels = new Map<Node<B>, Label>();
  private readonly loops = new Map<Node<B>, Label>();
  private dispatch: Label = { depth: 0 };

  /**
   * `body` prints a block; it calls `to` where control passes to a successor. It must not fall through. `beforeLoop` prints what precedes a
   * loop.
   */
  constructor(
    code: Code,
    shape: Shape<B>,
    select: number,
    body: (block: B, to: (target: B) => void) => void,
    beforeLoop: (head: B) => void = () => {},
  ) {
    this.code = code;
    this.shape = shape;
    this.select = select;
    this.body = body;
    this.beforeLoop = beforeLoop;
  }

  /** Whether a block is printed in the midst of the only one that leads to it. */
  inMidst(block: B): boolean {
    const { joined, loops } = this.shape.nodes.get(block)!;
    return !joined && !loops;
  }

  print(): void {
    if (this.shape.heads.length > 1) {
      this.dispatch = this.code.loop();
      this.tree(this.shape.root);
      this.code.end();
    } else this.tree(this.shape.root);
  }

  private tree(n: Node<B>): void {
    const { code } = this;
    if (n.loops) {
      this.beforeLoop(n.block!);
      this.loops.set(n, code.loop());
    }
    const joined = n.children.filter((c) => c.joined).sort((a, b) => b.order - a.order);
    for (const c of joined) this.labels.set(c, code.block());
    if (n.block === null) {
      const labels = this.shape.heads.map((b) => this.labels.get(this.shape.nodes.get(b)!)!);
      if (labels.length > 1) {
        code.get(this.select);
        code.brTable(labels);
      } else code.br(labels[0]!);
    } else {
      this.body(n.block, (target) => this.branch(n, this.shape.nodes.get(target)!));
    }
    for (const c of joined.reverse()) {
      code.end();
      this.tree(c);
    }
    if (n.loops) code.end();
  }

  private branch(from: Node<B>, to: Node<B>): void {
    const { code } = this;
    if (to.order > from.order) {
      if (to.joined) code.br(this.labels.get(to)!);
      else this.tree(to);
    } else if (dominates(to, from)) {
      code.br(this.loops.get(to)!);
    } else {
      code.i32(this.shape.heads.indexOf(to.block!));
      code.set(this.select);
      code.br(this.dispatch);
    }
  }
}
