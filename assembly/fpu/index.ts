/**
 * The floating-point unit: IEEE 754 arithmetic on bit patterns in RISC-V's flavour (unprivileged ISA, chapters 20, 21
 * and 27). Operands and results are patterns, 32-bit and 16-bit ones without NaN boxing; `rm` is 0 to 4 (RNE, RTZ, RDN,
 * RUP, RMM); flags are added to the FFLAGS cell. No function traps or allocates.
 */
export { f16Add, f16Sub, f32Add, f32Sub, f64Add, f64Sub } from './add';
export { f16Mul, f32Mul, f64Mul } from './multiply';
export { f16Div, f32Div, f64Div } from './divide';
export { f16Sqrt, f32Sqrt, f64Sqrt } from './sqrt';
export { f16MulAdd, f32MulAdd, f64MulAdd } from './fma';
export { f16ToF32, f16ToF64, f32ToF16, f32ToF64, f64ToF16, f64ToF32 } from './convert';
export {
  f16ToI32, f16ToI64, f16ToU32, f16ToU64, f32ToI32, f32ToI64, f32ToU32, f32ToU64, f64ToI32, f64ToI64, f64ToU32,
  f64ToU64,
} from './to-integer';
export {
  f16FromI32, f16FromI64, f16FromU32, f16FromU64, f32FromI32, f32FromI64, f32FromU32, f32FromU64, f64FromI32,
  f64FromI64, f64FromU32, f64FromU64,
} from './from-integer';
export {
  f16Classify, f16Eq, f16Le, f16Lt, f16Max, f16Min, f32Classify, f32Eq, f32Le, f32Lt, f32Max, f32Min, f64Classify,
  f64Eq, f64Le, f64Lt, f64Max, f64Min,
} from './compare';
