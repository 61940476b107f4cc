// Singly linked lists of addresses of shadow entries: reverse maps and parents. Nodes are 8 bytes: +0 entry, +4 next.
import { FREE_LINKS, LINKS_END, NEXT_LINK } from '../generated/layout';

/** Whether another node can be had without reclaiming. */
@inline export function linksLeft(): bool {
  return load<u32>(FREE_LINKS) != 0 || load<u32>(NEXT_LINK) < load<u32>(LINKS_END);
}

/** Puts `entry` on the list whose head stands at `head`. The caller made sure that `linksLeft`. */
export function link(head: u32, entry: u32): void {
  let node = load<u32>(FREE_LINKS);
  if (node) {
    store<u32>(FREE_LINKS, load<u32>(node, 4));
  } else {
    node = load<u32>(NEXT_LINK);
    store<u32>(NEXT_LINK, node + 8);
  }
  store<u32>(node, entry);
  store<u32>(node, load<u32>(head), 4);
  store<u32>(head, node);
}

/** Takes `entry` off the list. */
export function unlink(head: u32, entry: u32): void {
  let at = head;
  for (let node = load<u32>(at); node; node = load<u32>(at)) {
    if (load<u32>(node) == entry) {
      store<u32>(at, load<u32>(node, 4));
      store<u32>(node, load<u32>(FREE_LINKS), 4);
      store<u32>(FREE_LINKS, node);
      return;
    }
    at = node + 4;
  }
}

@inline export function firstLinked(head: u32): u32 {
  const node = load<u32>(head);
  return node ? load<u32>(node) : 0;
}
