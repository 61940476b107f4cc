/** A WebAssembly module around function bodies (core specification 2.0, 5.5). */
import { Bytes } from './bytes.ts';
import { type Body, TYPE, type WasmType } from './wasm.ts';

export interface FunctionType {
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
}

export interface ImportedFunction extends FunctionType {
  readonly module: string;
  readonly name: string;
}

/** A function of a module; exported under `name` where it has one. */
export interface DefinedFunction {
  readonly type: FunctionType;
  readonly body: Body;
  readonly name?: string;
}

/** The custom section that hosts read which know branch hints (core specification 3.0, appendix on custom sections). */
function printHints(out: Bytes, firstIndex: number, functions: readonly DefinedFunction[]): void {
  const content = new Bytes();
  content.text('metadata.code.branch_hint');
  const hinted = functions.flatMap(({ body }, n) => (body.unlikely.length ? [{ n, at: body.unlikely }] : []));
  content.unsigned(hinted.length);
  for (const { n, at } of hinted) {
    content.unsigned(firstIndex + n);
    content.unsigned(at.length);
    for (const offset of at) {
      content.unsigned(offset);
      content.byte(1);
      content.byte(0);
    }
  }
  out.byte(0);
  out.unsigned(content.length);
  out.append(content.view());
}

/**
 * A module that imports `env.memory` and the functions, and defines its own: indices in that order. `called`: the type, number 0, of
 * what it calls through the table `env.units`, which it then imports too.
 */
export function encodeModule(
  imports: readonly ImportedFunction[],
  functions: readonly DefinedFunction[],
  called: FunctionType | null = null,
): Uint8Array<ArrayBuffer> {
  const types: FunctionType[] = called ? [called] : [];
  const typeOf = (wanted: FunctionType): number => {
    const known = types.findIndex(
      (t) => t.params.join() === wanted.params.join() && t.results.join() === wanted.results.join(),
    );
    return known >= 0 ? known : types.push(wanted) - 1;
  };
  const importTypes = imports.map(typeOf);
  const ownTypes = functions.map(({ type }) => typeOf(type));
  const out = new Bytes();
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte);
  const section = (id: number, count: number, write: (to: Bytes) => void): void => {
    const content = new Bytes();
    content.unsigned(count);
    write(content);
    out.byte(id);
    out.unsigned(content.length);
    out.append(content.view());
  };
  section(1, types.length, (to) => {
    for (const { params, results } of types) {
      to.byte(0x60);
      for (const list of [params, results]) {
        to.unsigned(list.length);
        for (const type of list) to.byte(TYPE[type]);
      }
    }
  });
  section(2, imports.length + (called ? 2 : 1), (to) => {
    to.text('env');
    to.text('memory');
    for (const byte of [0x02, 0x00, 0x01]) to.byte(byte);
    if (called) {
      to.text('env');
      to.text('units');
      for (const byte of [0x01, 0x70, 0x00, 0x01]) to.byte(byte);
    }
    imports.forEach(({ module, name }, i) => {
      to.text(module);
      to.text(name);
      to.byte(0x00);
      to.unsigned(importTypes[i]!);
    });
  });
  section(3, functions.length, (to) => {
    for (const type of ownTypes) to.unsigned(type);
  });
  section(7, functions.filter(({ name }) => name !== undefined).length, (to) => {
    functions.forEach(({ name }, i) => {
      if (name === undefined) return;
      to.text(name);
      to.byte(0x00);
      to.unsigned(imports.length + i);
    });
  });
  printHints(out, imports.length, functions);
  section(10, functions.length, (to) => {
    for (const { body } of functions) {
      to.unsigned(body.bytes.length);
      to.append(body.bytes);
    }
  });
  return out.copy();
}
