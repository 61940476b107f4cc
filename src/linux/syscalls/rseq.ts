/** rseq(2). */
import { E, fail } from '../errno.ts';
import { USER_END } from '../memory/tables.ts';
import { AREA, tellProcessor, UNREGISTERED } from '../task/rseq.ts';
import type { Call } from './call.ts';

const UNREGISTER = 1;

export const rseq: Call = (_k, t, va, length, flags, signature) => {
  const known = t.rseq;
  if (flags & UNREGISTER) {
    if (flags !== UNREGISTER || !known || known.va !== va || length !== AREA.size) fail(E.INVAL);
    if (known.signature !== (signature | 0)) fail(E.PERM);
    tellProcessor(t, va, UNREGISTERED);
    t.rseq = null;
    return 0;
  }
  if (flags) fail(E.INVAL);
  if (known) {
    if (known.va !== va || length !== AREA.size) fail(E.INVAL);
    return fail(known.signature === (signature | 0) ? E.BUSY : E.PERM);
  }
  if (length !== AREA.size || va % AREA.size) fail(E.INVAL);
  if (va < 0 || va + AREA.size > USER_END) fail(E.FAULT);
  tellProcessor(t, va, 0);
  t.rseq = { va, signature: signature | 0 };
  return 0;
};
