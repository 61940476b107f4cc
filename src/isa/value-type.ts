/** Value types of an expression, as in WebAssembly. An f register is an i64 bit pattern. */
export type ValueType = 'i32' | 'i64';
