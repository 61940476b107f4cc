// Generated from src/isa by `npm run generate`. Do not edit.

/** Ops with a meaning of their own; the others are the cases of the interpreter. */
export const OP_NOT_DECODED: u32 = 0;
export const OP_PAGE_END: u32 = 1;
export const OP_ILLEGAL: u32 = 2;
export const OP_TRANSLATED: u32 = 3;
export const OP_HALT: u32 = 32768;

/** Where a write to x0 goes: the slot behind x31. */
const SINK: u32 = 256;

function sink(rd: u32): u32 {
  return rd == 0 ? SINK : rd << 3;
}

/** Fills a record: u16 op, rd, rs1, rs2 (each × 8), i32 immediate, u32 instruction bits. */
function put(ip: u32, op: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  store<u16>(ip, <u16>op);
  store<u16>(ip, <u16>rd, 2);
  store<u16>(ip, <u16>rs1, 4);
  store<u16>(ip, <u16>rs2, 6);
  store<i32>(ip, imm, 8);
  store<u32>(ip, word, 12);
}

function illegal(ip: u32, word: u32): void {
  put(ip, OP_ILLEGAL, SINK, 0, 0, <i32>word, word);
}

/**
 * Whether the record stands alone, not among those of its page: an instruction that straddles two pages (each mapping may
 * give it another second half), or one the caller keeps apart, which it says by an offset outside of every page.
 */
function alone(off: u32, word: u32): bool {
  return off >= 4096 || (off == 0xffe && (word & 3) == 3);
}

/** A transfer by a known distance, which is kept in bytes of records when it stays inside the page. */
function direct(ip: u32, off: u32, near: u32, far: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  if (off + <u32>imm < 4096 && !alone(off, word)) put(ip, near, rd, rs1, rs2, imm << 3, word);
  else put(ip, far, rd, rs1, rs2, imm, word);
}

/** A transfer to where a register says. */
function indirect(ip: u32, off: u32, near: u32, far: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  put(ip, alone(off, word) ? far : near, rd, rs1, rs2, imm, word);
}

/**
 * Fills the record at ip for the instruction at page offset `off` (4096 or more: the record stands alone); of a 16-bit
 * instruction only the low half of `bits` counts.
 */
export function decode(ip: u32, off: u32, bits: u32): void {
  if ((bits & 3) == 3) decodeFull(ip, off, bits);
  else decodeCompressed(ip, off, bits & 0xffff);
}

function decodeFull(ip: u32, off: u32, word: u32): void {
  switch (word & 0x7c) {
    case 0: {
      switch (word & 0x7000) {
        case 0: {
          return put(ip, 39, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lb
        }
        case 0x1000: {
          return put(ip, 40, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lh
        }
        case 0x2000: {
          return put(ip, 41, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lw
        }
        case 0x3000: {
          return put(ip, 43, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // ld
        }
        case 0x4000: {
          return put(ip, 45, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lbu
        }
        case 0x5000: {
          return put(ip, 46, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lhu
        }
        case 0x6000: {
          return put(ip, 47, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // lwu
        }
      }
      break;
    }
    case 4: {
      switch (word & 0x7000) {
        case 0x1000: {
          return put(ip, 175, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // flh
        }
        case 0x2000: {
          return put(ip, 169, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // flw
        }
        case 0x3000: {
          return put(ip, 171, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // fld
        }
      }
      break;
    }
    case 0xc: {
      switch (word & 0x7000) {
        case 0: {
          if ((word & 0xffff8f80) == 0x1000000) {
            return put(ip, 104, SINK, 0, 0, <i32>0, word); // pause
          }
          if ((word & 0xfff00000) == 0x83300000) {
            return put(ip, 103, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fence.tso
          }
          return put(ip, 102, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fence
        }
        case 0x1000: {
          return put(ip, 105, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // fence.i
        }
        case 0x2000: {
          switch (word & 0xfff00f80) {
            case 0: {
              return put(ip, 162, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cbo.inval
            }
            case 0x100000: {
              return put(ip, 163, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cbo.clean
            }
            case 0x200000: {
              return put(ip, 164, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cbo.flush
            }
            case 0x400000: {
              return put(ip, 165, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cbo.zero
            }
          }
          break;
        }
      }
      break;
    }
    case 0x10: {
      switch (word & 0x7000) {
        case 0: {
          if (((word >> 7) & 0x1f) == 0) return put(ip, 57, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // nop
          if (((word >> 15) & 0x1f) == 0) return put(ip, 59, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // li
          if ((<i32>word >> 20) == 0) return put(ip, 60, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // mv
          return put(ip, 54, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // addi
        }
        case 0x1000: {
          switch (word & 0xfc000000) {
            case 0: {
              return put(ip, 68, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // slli
            }
            case 0x28000000: {
              return put(ip, 309, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // bseti
            }
            case 0x48000000: {
              return put(ip, 306, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // bclri
            }
            case 0x60000000: {
              switch (word & 0x3f00000) {
                case 0: {
                  return put(ip, 278, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // clz
                }
                case 0x100000: {
                  return put(ip, 279, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // ctz
                }
                case 0x200000: {
                  return put(ip, 280, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cpop
                }
                case 0x400000: {
                  return put(ip, 281, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // sext.b
                }
                case 0x500000: {
                  return put(ip, 282, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // sext.h
                }
              }
              break;
            }
            case 0x68000000: {
              return put(ip, 308, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // binvi
            }
          }
          break;
        }
        case 0x2000: {
          if (((word >> 7) & 0x1f) == 0 && ((word >> 15) & 0x1f) == 0 && (<i32>word >> 20) >= 1 && (<i32>word >> 20) <= 4) return put(ip, 62, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // hint
          return put(ip, 61, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // slti
        }
        case 0x3000: {
          return put(ip, 63, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // sltiu
        }
        case 0x4000: {
          return put(ip, 64, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // xori
        }
        case 0x5000: {
          switch (word & 0xfc000000) {
            case 0: {
              return put(ip, 70, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // srli
            }
            case 0x28000000: {
              if ((word & 0x3f00000) == 0x700000) {
                return put(ip, 297, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // orc.b
              }
              break;
            }
            case 0x40000000: {
              return put(ip, 72, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // srai
            }
            case 0x48000000: {
              return put(ip, 307, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // bexti
            }
            case 0x60000000: {
              return put(ip, 293, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // rori
            }
            case 0x68000000: {
              switch (word & 0x3f00000) {
                case 0x700000: {
                  return put(ip, 313, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // brev8
                }
                case 0x3800000: {
                  return put(ip, 298, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // rev8
                }
              }
              break;
            }
          }
          break;
        }
        case 0x6000: {
          if ((word & 0x1f00f80) == 0) {
            return put(ip, 166, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>((<i32>word >> 25) << 5), word); // prefetch.i
          }
          if ((word & 0x1f00f80) == 0x100000) {
            return put(ip, 167, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>((<i32>word >> 25) << 5), word); // prefetch.r
          }
          if ((word & 0x1f00f80) == 0x300000) {
            return put(ip, 168, SINK, ((word >> 15) & 0x1f) << 3, 0, <i32>((<i32>word >> 25) << 5), word); // prefetch.w
          }
          return put(ip, 65, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // ori
        }
        case 0x7000: {
          return put(ip, 66, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // andi
        }
      }
      break;
    }
    case 0x14: {
      return put(ip, 6, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>word >> 12) << 12), word); // auipc
    }
    case 0x18: {
      switch (word & 0x7000) {
        case 0: {
          return put(ip, 90, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // addiw
        }
        case 0x1000: {
          switch (word & 0xfc000000) {
            case 0: {
              if ((word & 0x2000000) == 0) {
                return put(ip, 92, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x1f), word); // slliw
              }
              break;
            }
            case 0x8000000: {
              return put(ip, 274, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x3f), word); // slli.uw
            }
            case 0x60000000: {
              switch (word & 0x3f00000) {
                case 0: {
                  return put(ip, 283, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // clzw
                }
                case 0x100000: {
                  return put(ip, 284, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // ctzw
                }
                case 0x200000: {
                  return put(ip, 285, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // cpopw
                }
              }
              break;
            }
          }
          break;
        }
        case 0x5000: {
          switch (word & 0xfe000000) {
            case 0: {
              return put(ip, 93, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x1f), word); // srliw
            }
            case 0x40000000: {
              return put(ip, 94, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x1f), word); // sraiw
            }
            case 0x60000000: {
              return put(ip, 296, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 20) & 0x1f), word); // roriw
            }
          }
          break;
        }
      }
      break;
    }
    case 0x20: {
      switch (word & 0x7000) {
        case 0: {
          return put(ip, 48, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // sb
        }
        case 0x1000: {
          return put(ip, 49, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // sh
        }
        case 0x2000: {
          return put(ip, 50, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // sw
        }
        case 0x3000: {
          return put(ip, 52, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // sd
        }
      }
      break;
    }
    case 0x24: {
      switch (word & 0x7000) {
        case 0x1000: {
          return put(ip, 176, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // fsh
        }
        case 0x2000: {
          return put(ip, 170, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // fsw
        }
        case 0x3000: {
          return put(ip, 173, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 25) & 0x7f) << 5) | ((word >> 7) & 0x1f)) << 20) >> 20), word); // fsd
        }
      }
      break;
    }
    case 0x2c: {
      switch (word & 0xf8007000) {
        case 0x2000: {
          return put(ip, 128, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoadd.w
        }
        case 0x3000: {
          return put(ip, 129, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoadd.d
        }
        case 0x8002000: {
          return put(ip, 126, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoswap.w
        }
        case 0x8003000: {
          return put(ip, 127, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoswap.d
        }
        case 0x10002000: {
          if ((word & 0x1f00000) == 0) {
            return put(ip, 122, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // lr.w
          }
          break;
        }
        case 0x10003000: {
          if ((word & 0x1f00000) == 0) {
            return put(ip, 123, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // lr.d
          }
          break;
        }
        case 0x18002000: {
          return put(ip, 124, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sc.w
        }
        case 0x18003000: {
          return put(ip, 125, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sc.d
        }
        case 0x20002000: {
          return put(ip, 130, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoxor.w
        }
        case 0x20003000: {
          return put(ip, 131, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoxor.d
        }
        case 0x28002000: {
          return put(ip, 144, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amocas.w
        }
        case 0x28003000: {
          return put(ip, 145, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amocas.d
        }
        case 0x28004000: {
          if ((word & 0x100080) == 0) {
            return put(ip, 146, sink((((word >> 8) & 0xf) << 1)), ((word >> 15) & 0x1f) << 3, (((word >> 21) & 0xf) << 1) << 3, <i32>0, word); // amocas.q
          }
          break;
        }
        case 0x40002000: {
          return put(ip, 134, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoor.w
        }
        case 0x40003000: {
          return put(ip, 135, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoor.d
        }
        case 0x60002000: {
          return put(ip, 132, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoand.w
        }
        case 0x60003000: {
          return put(ip, 133, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amoand.d
        }
        case 0x80002000: {
          return put(ip, 136, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomin.w
        }
        case 0x80003000: {
          return put(ip, 137, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomin.d
        }
        case 0xa0002000: {
          return put(ip, 138, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomax.w
        }
        case 0xa0003000: {
          return put(ip, 139, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomax.d
        }
        case 0xc0002000: {
          return put(ip, 140, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amominu.w
        }
        case 0xc0003000: {
          return put(ip, 141, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amominu.d
        }
        case 0xe0002000: {
          return put(ip, 142, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomaxu.w
        }
        case 0xe0003000: {
          return put(ip, 143, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // amomaxu.d
        }
      }
      break;
    }
    case 0x30: {
      switch (word & 0xfe007000) {
        case 0: {
          return put(ip, 74, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // add
        }
        case 0x1000: {
          return put(ip, 79, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sll
        }
        case 0x2000: {
          return put(ip, 80, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // slt
        }
        case 0x3000: {
          return put(ip, 81, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sltu
        }
        case 0x4000: {
          return put(ip, 82, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // xor
        }
        case 0x5000: {
          return put(ip, 84, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // srl
        }
        case 0x6000: {
          return put(ip, 86, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // or
        }
        case 0x7000: {
          return put(ip, 88, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // and
        }
        case 0x2000000: {
          return put(ip, 109, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // mul
        }
        case 0x2001000: {
          return put(ip, 110, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // mulh
        }
        case 0x2002000: {
          return put(ip, 111, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // mulhsu
        }
        case 0x2003000: {
          return put(ip, 112, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // mulhu
        }
        case 0x2004000: {
          return put(ip, 113, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // div
        }
        case 0x2005000: {
          return put(ip, 114, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // divu
        }
        case 0x2006000: {
          return put(ip, 115, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // rem
        }
        case 0x2007000: {
          return put(ip, 116, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // remu
        }
        case 0x8004000: {
          return put(ip, 310, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // pack
        }
        case 0x8007000: {
          return put(ip, 311, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // packh
        }
        case 0xa001000: {
          return put(ip, 299, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // clmul
        }
        case 0xa002000: {
          return put(ip, 300, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // clmulr
        }
        case 0xa003000: {
          return put(ip, 301, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // clmulh
        }
        case 0xa004000: {
          return put(ip, 287, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // min
        }
        case 0xa005000: {
          return put(ip, 288, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // minu
        }
        case 0xa006000: {
          return put(ip, 289, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // max
        }
        case 0xa007000: {
          return put(ip, 290, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // maxu
        }
        case 0xe005000: {
          return put(ip, 316, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // czero.eqz
        }
        case 0xe007000: {
          return put(ip, 317, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // czero.nez
        }
        case 0x20002000: {
          return put(ip, 268, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh1add
        }
        case 0x20004000: {
          return put(ip, 269, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh2add
        }
        case 0x20006000: {
          return put(ip, 270, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh3add
        }
        case 0x28001000: {
          return put(ip, 305, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // bset
        }
        case 0x28002000: {
          return put(ip, 314, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // xperm4
        }
        case 0x28004000: {
          return put(ip, 315, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // xperm8
        }
        case 0x40000000: {
          return put(ip, 77, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sub
        }
        case 0x40004000: {
          return put(ip, 277, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // xnor
        }
        case 0x40005000: {
          return put(ip, 85, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sra
        }
        case 0x40006000: {
          return put(ip, 276, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // orn
        }
        case 0x40007000: {
          return put(ip, 275, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // andn
        }
        case 0x48001000: {
          return put(ip, 302, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // bclr
        }
        case 0x48005000: {
          return put(ip, 303, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // bext
        }
        case 0x60001000: {
          return put(ip, 291, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // rol
        }
        case 0x60005000: {
          return put(ip, 292, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // ror
        }
        case 0x68001000: {
          return put(ip, 304, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // binv
        }
      }
      break;
    }
    case 0x34: {
      return put(ip, 4, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>word >> 12) << 12), word); // lui
    }
    case 0x38: {
      switch (word & 0xfe007000) {
        case 0: {
          return put(ip, 95, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // addw
        }
        case 0x1000: {
          return put(ip, 99, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sllw
        }
        case 0x5000: {
          return put(ip, 100, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // srlw
        }
        case 0x2000000: {
          return put(ip, 117, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // mulw
        }
        case 0x2004000: {
          return put(ip, 118, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // divw
        }
        case 0x2005000: {
          return put(ip, 119, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // divuw
        }
        case 0x2006000: {
          return put(ip, 120, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // remw
        }
        case 0x2007000: {
          return put(ip, 121, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // remuw
        }
        case 0x8000000: {
          return put(ip, 267, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // add.uw
        }
        case 0x8004000: {
          if ((word & 0x1f00000) == 0) {
            return put(ip, 286, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // zext.h
          }
          return put(ip, 312, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // packw
        }
        case 0x20002000: {
          return put(ip, 271, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh1add.uw
        }
        case 0x20004000: {
          return put(ip, 272, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh2add.uw
        }
        case 0x20006000: {
          return put(ip, 273, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sh3add.uw
        }
        case 0x40000000: {
          return put(ip, 97, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // subw
        }
        case 0x40005000: {
          return put(ip, 101, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sraw
        }
        case 0x60001000: {
          return put(ip, 294, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // rolw
        }
        case 0x60005000: {
          return put(ip, 295, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // rorw
        }
      }
      break;
    }
    case 0x40: {
      switch (word & 0x6000000) {
        case 0: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 177, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmadd.s
        }
        case 0x2000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 203, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmadd.d
        }
        case 0x4000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 229, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmadd.h
        }
      }
      break;
    }
    case 0x44: {
      switch (word & 0x6000000) {
        case 0: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 178, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmsub.s
        }
        case 0x2000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 204, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmsub.d
        }
        case 0x4000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 230, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmsub.h
        }
      }
      break;
    }
    case 0x48: {
      switch (word & 0x6000000) {
        case 0: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 179, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmsub.s
        }
        case 0x2000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 205, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmsub.d
        }
        case 0x4000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 231, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmsub.h
        }
      }
      break;
    }
    case 0x4c: {
      switch (word & 0x6000000) {
        case 0: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 180, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmadd.s
        }
        case 0x2000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 206, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmadd.d
        }
        case 0x4000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 232, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fnmadd.h
        }
      }
      break;
    }
    case 0x50: {
      switch (word & 0xfe000000) {
        case 0: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 181, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fadd.s
        }
        case 0x2000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 207, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fadd.d
        }
        case 0x4000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 233, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fadd.h
        }
        case 0x8000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 182, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fsub.s
        }
        case 0xa000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 208, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fsub.d
        }
        case 0xc000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 234, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fsub.h
        }
        case 0x10000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 183, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmul.s
        }
        case 0x12000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 209, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmul.d
        }
        case 0x14000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 235, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fmul.h
        }
        case 0x18000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 184, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fdiv.s
        }
        case 0x1a000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 210, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fdiv.d
        }
        case 0x1c000000: {
          if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
          return put(ip, 236, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((word >> 12) & 7), word); // fdiv.h
        }
        case 0x20000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 186, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnj.s
            }
            case 0x1000: {
              return put(ip, 187, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjn.s
            }
            case 0x2000: {
              return put(ip, 188, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjx.s
            }
          }
          break;
        }
        case 0x22000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 212, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnj.d
            }
            case 0x1000: {
              return put(ip, 213, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjn.d
            }
            case 0x2000: {
              return put(ip, 214, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjx.d
            }
          }
          break;
        }
        case 0x24000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 238, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnj.h
            }
            case 0x1000: {
              return put(ip, 239, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjn.h
            }
            case 0x2000: {
              return put(ip, 240, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fsgnjx.h
            }
          }
          break;
        }
        case 0x28000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 189, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmin.s
            }
            case 0x1000: {
              return put(ip, 190, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmax.s
            }
          }
          break;
        }
        case 0x2a000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 215, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmin.d
            }
            case 0x1000: {
              return put(ip, 216, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmax.d
            }
          }
          break;
        }
        case 0x2c000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 241, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmin.h
            }
            case 0x1000: {
              return put(ip, 242, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fmax.h
            }
          }
          break;
        }
        case 0x40000000: {
          switch (word & 0x1f00000) {
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 261, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.d
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 264, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.h
            }
          }
          break;
        }
        case 0x42000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 262, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.s
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 266, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.h
            }
          }
          break;
        }
        case 0x44000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 263, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.s
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 265, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.d
            }
          }
          break;
        }
        case 0x58000000: {
          if ((word & 0x1f00000) == 0) {
            if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
            return put(ip, 185, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fsqrt.s
          }
          break;
        }
        case 0x5a000000: {
          if ((word & 0x1f00000) == 0) {
            if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
            return put(ip, 211, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fsqrt.d
          }
          break;
        }
        case 0x5c000000: {
          if ((word & 0x1f00000) == 0) {
            if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
            return put(ip, 237, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fsqrt.h
          }
          break;
        }
        case 0xa0000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 193, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fle.s
            }
            case 0x1000: {
              return put(ip, 192, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // flt.s
            }
            case 0x2000: {
              return put(ip, 191, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // feq.s
            }
          }
          break;
        }
        case 0xa2000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 219, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fle.d
            }
            case 0x1000: {
              return put(ip, 218, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // flt.d
            }
            case 0x2000: {
              return put(ip, 217, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // feq.d
            }
          }
          break;
        }
        case 0xa4000000: {
          switch (word & 0x7000) {
            case 0: {
              return put(ip, 245, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // fle.h
            }
            case 0x1000: {
              return put(ip, 244, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // flt.h
            }
            case 0x2000: {
              return put(ip, 243, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // feq.h
            }
          }
          break;
        }
        case 0xc0000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 195, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.w.s
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 196, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.wu.s
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 197, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.l.s
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 198, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.lu.s
            }
          }
          break;
        }
        case 0xc2000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 221, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.w.d
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 222, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.wu.d
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 223, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.l.d
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 224, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.lu.d
            }
          }
          break;
        }
        case 0xc4000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 247, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.w.h
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 248, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.wu.h
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 249, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.l.h
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 250, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.lu.h
            }
          }
          break;
        }
        case 0xd0000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 199, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.w
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 200, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.wu
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 201, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.l
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 202, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.s.lu
            }
          }
          break;
        }
        case 0xd2000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 225, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.w
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 226, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.wu
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 227, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.l
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 228, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.d.lu
            }
          }
          break;
        }
        case 0xd4000000: {
          switch (word & 0x1f00000) {
            case 0: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 251, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.w
            }
            case 0x100000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 252, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.wu
            }
            case 0x200000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 253, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.l
            }
            case 0x300000: {
              if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);
              return put(ip, 254, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>((word >> 12) & 7), word); // fcvt.h.lu
            }
          }
          break;
        }
        case 0xe0000000: {
          switch (word & 0x1f07000) {
            case 0: {
              return put(ip, 255, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.x.w
            }
            case 0x1000: {
              return put(ip, 194, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fclass.s
            }
          }
          break;
        }
        case 0xe2000000: {
          switch (word & 0x1f07000) {
            case 0: {
              return put(ip, 257, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.x.d
            }
            case 0x1000: {
              return put(ip, 220, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fclass.d
            }
          }
          break;
        }
        case 0xe4000000: {
          switch (word & 0x1f07000) {
            case 0: {
              return put(ip, 259, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.x.h
            }
            case 0x1000: {
              return put(ip, 246, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fclass.h
            }
          }
          break;
        }
        case 0xf0000000: {
          if ((word & 0x1f07000) == 0) {
            return put(ip, 256, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.w.x
          }
          break;
        }
        case 0xf2000000: {
          if ((word & 0x1f07000) == 0) {
            return put(ip, 258, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.d.x
          }
          break;
        }
        case 0xf4000000: {
          if ((word & 0x1f07000) == 0) {
            return put(ip, 260, ((word >> 7) & 0x1f) << 3, ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // fmv.h.x
          }
          break;
        }
      }
      break;
    }
    case 0x60: {
      switch (word & 0x7000) {
        case 0: {
          return direct(ip, off, 23, 24, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // beq
        }
        case 0x1000: {
          return direct(ip, off, 27, 28, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // bne
        }
        case 0x4000: {
          return direct(ip, off, 31, 32, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // blt
        }
        case 0x5000: {
          return direct(ip, off, 33, 34, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // bge
        }
        case 0x6000: {
          return direct(ip, off, 35, 36, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // bltu
        }
        case 0x7000: {
          return direct(ip, off, 37, 38, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>((<i32>((((word >> 31) & 1) << 12) | (((word >> 25) & 0x3f) << 5) | (((word >> 8) & 0xf) << 1) | (((word >> 7) & 1) << 11)) << 19) >> 19), word); // bgeu
        }
      }
      break;
    }
    case 0x64: {
      if ((word & 0x7000) == 0) {
        if (((word >> 7) & 0x1f) == 0) return indirect(ip, off, 21, 22, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // jr
        return indirect(ip, off, 15, 16, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>(<i32>word >> 20), word); // jalr
      }
      break;
    }
    case 0x6c: {
      if (((word >> 7) & 0x1f) == 0) return direct(ip, off, 13, 14, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>((((word >> 31) & 1) << 20) | (((word >> 21) & 0x3ff) << 1) | (((word >> 20) & 1) << 11) | (((word >> 12) & 0xff) << 12)) << 11) >> 11), word); // j
      return direct(ip, off, 7, 8, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>((((word >> 31) & 1) << 20) | (((word >> 21) & 0x3ff) << 1) | (((word >> 20) & 1) << 11) | (((word >> 12) & 0xff) << 12)) << 11) >> 11), word); // jal
    }
    case 0x70: {
      switch (word & 0x7000) {
        case 0: {
          switch (word & 0xfe000f80) {
            case 0: {
              switch (word & 0x1ff8000) {
                case 0: {
                  return put(ip, 106, SINK, 0, 0, <i32>0, word); // ecall
                }
                case 0x100000: {
                  return put(ip, 107, SINK, 0, 0, <i32>0, word); // ebreak
                }
                case 0xd00000: {
                  return put(ip, 147, SINK, 0, 0, <i32>0, word); // wrs.nto
                }
                case 0x1d00000: {
                  return put(ip, 148, SINK, 0, 0, <i32>0, word); // wrs.sto
                }
              }
              break;
            }
            case 0x10000000: {
              switch (word & 0x1ff8000) {
                case 0x200000: {
                  return put(ip, 155, SINK, 0, 0, <i32>0, word); // sret
                }
                case 0x500000: {
                  return put(ip, 157, SINK, 0, 0, <i32>0, word); // wfi
                }
              }
              break;
            }
            case 0x12000000: {
              return put(ip, 158, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sfence.vma
            }
            case 0x16000000: {
              return put(ip, 159, SINK, ((word >> 15) & 0x1f) << 3, ((word >> 20) & 0x1f) << 3, <i32>0, word); // sinval.vma
            }
            case 0x18000000: {
              switch (word & 0x1ff8000) {
                case 0: {
                  return put(ip, 160, SINK, 0, 0, <i32>0, word); // sfence.w.inval
                }
                case 0x100000: {
                  return put(ip, 161, SINK, 0, 0, <i32>0, word); // sfence.inval.ir
                }
              }
              break;
            }
            case 0x30000000: {
              if ((word & 0x1ff8000) == 0x200000) {
                return put(ip, 156, SINK, 0, 0, <i32>0, word); // mret
              }
              break;
            }
          }
          break;
        }
        case 0x1000: {
          return put(ip, 149, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // csrrw
        }
        case 0x2000: {
          return put(ip, 150, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // csrrs
        }
        case 0x3000: {
          return put(ip, 151, sink(((word >> 7) & 0x1f)), ((word >> 15) & 0x1f) << 3, 0, <i32>0, word); // csrrc
        }
        case 0x5000: {
          return put(ip, 152, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((word >> 15) & 0x1f), word); // csrrwi
        }
        case 0x6000: {
          return put(ip, 153, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((word >> 15) & 0x1f), word); // csrrsi
        }
        case 0x7000: {
          return put(ip, 154, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((word >> 15) & 0x1f), word); // csrrci
        }
      }
      break;
    }
  }
  illegal(ip, word);
}

function decodeCompressed(ip: u32, off: u32, word: u32): void {
  switch (word & 0xe003) {
    case 0: {
      if (((((word >> 11) & 3) << 4) | (((word >> 7) & 0xf) << 6) | (((word >> 6) & 1) << 2) | (((word >> 5) & 1) << 3)) != 0) {
        return put(ip, 55, sink((((word >> 2) & 7) + 8)), 16, 0, <i32>((((word >> 11) & 3) << 4) | (((word >> 7) & 0xf) << 6) | (((word >> 6) & 1) << 2) | (((word >> 5) & 1) << 3)), word); // addi
      }
      break;
    }
    case 1: {
      if ((word & 0xf80) == 0) {
        return put(ip, 56, SINK, 0, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // nop
      }
      if (((word >> 7) & 0x1f) != 0) {
        if (((word >> 7) & 0x1f) == 0) return put(ip, 58, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // li
        return put(ip, 55, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // addi
      }
      break;
    }
    case 2: {
      return put(ip, 69, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, 0, <i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)), word); // slli
    }
    case 0x2000: {
      return put(ip, 172, (((word >> 2) & 7) + 8) << 3, (((word >> 7) & 7) + 8) << 3, 0, <i32>((((word >> 10) & 7) << 3) | (((word >> 5) & 3) << 6)), word); // fld
    }
    case 0x2001: {
      if (((word >> 7) & 0x1f) != 0) {
        return put(ip, 91, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // addiw
      }
      break;
    }
    case 0x2002: {
      return put(ip, 172, ((word >> 7) & 0x1f) << 3, 16, 0, <i32>((((word >> 12) & 1) << 5) | (((word >> 5) & 3) << 3) | (((word >> 2) & 7) << 6)), word); // fld
    }
    case 0x4000: {
      return put(ip, 42, sink((((word >> 2) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, 0, <i32>((((word >> 10) & 7) << 3) | (((word >> 6) & 1) << 2) | (((word >> 5) & 1) << 6)), word); // lw
    }
    case 0x4001: {
      if (((word >> 7) & 0x1f) == 0) return put(ip, 56, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // nop
      return put(ip, 58, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // li
    }
    case 0x4002: {
      if (((word >> 7) & 0x1f) != 0) {
        return put(ip, 42, sink(((word >> 7) & 0x1f)), 16, 0, <i32>((((word >> 12) & 1) << 5) | (((word >> 4) & 7) << 2) | (((word >> 2) & 3) << 6)), word); // lw
      }
      break;
    }
    case 0x6000: {
      return put(ip, 44, sink((((word >> 2) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, 0, <i32>((((word >> 10) & 7) << 3) | (((word >> 5) & 3) << 6)), word); // ld
    }
    case 0x6001: {
      if ((word & 0xf80) == 0x100 && ((<i32>((((word >> 12) & 1) << 9) | (((word >> 6) & 1) << 4) | (((word >> 5) & 1) << 6) | (((word >> 3) & 3) << 7) | (((word >> 2) & 1) << 5)) << 22) >> 22) != 0) {
        return put(ip, 55, 16, 16, 0, <i32>((<i32>((((word >> 12) & 1) << 9) | (((word >> 6) & 1) << 4) | (((word >> 5) & 1) << 6) | (((word >> 3) & 3) << 7) | (((word >> 2) & 1) << 5)) << 22) >> 22), word); // addi
      }
      if (((word >> 7) & 0x1f) != 2 && ((<i32>((((word >> 12) & 1) << 17) | (((word >> 2) & 0x1f) << 12)) << 14) >> 14) != 0) {
        return put(ip, 5, sink(((word >> 7) & 0x1f)), 0, 0, <i32>((<i32>((((word >> 12) & 1) << 17) | (((word >> 2) & 0x1f) << 12)) << 14) >> 14), word); // lui
      }
      break;
    }
    case 0x6002: {
      if (((word >> 7) & 0x1f) != 0) {
        return put(ip, 44, sink(((word >> 7) & 0x1f)), 16, 0, <i32>((((word >> 12) & 1) << 5) | (((word >> 5) & 3) << 3) | (((word >> 2) & 7) << 6)), word); // ld
      }
      break;
    }
    case 0x8001: {
      switch (word & 0xc00) {
        case 0: {
          return put(ip, 71, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, 0, <i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)), word); // srli
        }
        case 0x400: {
          return put(ip, 73, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, 0, <i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)), word); // srai
        }
        case 0x800: {
          return put(ip, 67, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 5) | ((word >> 2) & 0x1f)) << 26) >> 26), word); // andi
        }
        case 0xc00: {
          switch (word & 0x1060) {
            case 0: {
              return put(ip, 78, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // sub
            }
            case 0x20: {
              return put(ip, 83, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // xor
            }
            case 0x40: {
              return put(ip, 87, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // or
            }
            case 0x60: {
              return put(ip, 89, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // and
            }
            case 0x1000: {
              return put(ip, 98, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // subw
            }
            case 0x1020: {
              return put(ip, 96, sink((((word >> 7) & 7) + 8)), (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>0, word); // addw
            }
          }
          break;
        }
      }
      break;
    }
    case 0x8002: {
      switch (word & 0x1000) {
        case 0: {
          if ((word & 0x7c) == 0 && ((word >> 7) & 0x1f) != 0) {
            return indirect(ip, off, 19, 20, SINK, ((word >> 7) & 0x1f) << 3, 0, <i32>0, word); // jr
          }
          if (((word >> 2) & 0x1f) != 0) {
            return put(ip, 76, sink(((word >> 7) & 0x1f)), 0, ((word >> 2) & 0x1f) << 3, <i32>0, word); // copy
          }
          break;
        }
        case 0x1000: {
          if ((word & 0xffc) == 0) {
            return put(ip, 108, SINK, 0, 0, <i32>0, word); // ebreak
          }
          if ((word & 0x7c) == 0 && ((word >> 7) & 0x1f) != 0) {
            return indirect(ip, off, 17, 18, 8, ((word >> 7) & 0x1f) << 3, 0, <i32>0, word); // jalr
          }
          if (((word >> 2) & 0x1f) != 0) {
            if (((word >> 7) & 0x1f) == 0) return put(ip, 76, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, ((word >> 2) & 0x1f) << 3, <i32>0, word); // copy
            return put(ip, 75, sink(((word >> 7) & 0x1f)), ((word >> 7) & 0x1f) << 3, ((word >> 2) & 0x1f) << 3, <i32>0, word); // add
          }
          break;
        }
      }
      break;
    }
    case 0xa000: {
      return put(ip, 174, SINK, (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>((((word >> 10) & 7) << 3) | (((word >> 5) & 3) << 6)), word); // fsd
    }
    case 0xa001: {
      return direct(ip, off, 11, 12, SINK, 0, 0, <i32>((<i32>((((word >> 12) & 1) << 11) | (((word >> 11) & 1) << 4) | (((word >> 9) & 3) << 8) | (((word >> 8) & 1) << 10) | (((word >> 7) & 1) << 6) | (((word >> 6) & 1) << 7) | (((word >> 3) & 7) << 1) | (((word >> 2) & 1) << 5)) << 20) >> 20), word); // j
    }
    case 0xa002: {
      return put(ip, 174, SINK, 16, ((word >> 2) & 0x1f) << 3, <i32>((((word >> 10) & 7) << 3) | (((word >> 7) & 7) << 6)), word); // fsd
    }
    case 0xc000: {
      return put(ip, 51, SINK, (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>((((word >> 10) & 7) << 3) | (((word >> 6) & 1) << 2) | (((word >> 5) & 1) << 6)), word); // sw
    }
    case 0xc001: {
      return direct(ip, off, 25, 26, SINK, (((word >> 7) & 7) + 8) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 8) | (((word >> 10) & 3) << 3) | (((word >> 5) & 3) << 6) | (((word >> 3) & 3) << 1) | (((word >> 2) & 1) << 5)) << 23) >> 23), word); // beq
    }
    case 0xc002: {
      return put(ip, 51, SINK, 16, ((word >> 2) & 0x1f) << 3, <i32>((((word >> 9) & 0xf) << 2) | (((word >> 7) & 3) << 6)), word); // sw
    }
    case 0xe000: {
      return put(ip, 53, SINK, (((word >> 7) & 7) + 8) << 3, (((word >> 2) & 7) + 8) << 3, <i32>((((word >> 10) & 7) << 3) | (((word >> 5) & 3) << 6)), word); // sd
    }
    case 0xe001: {
      return direct(ip, off, 29, 30, SINK, (((word >> 7) & 7) + 8) << 3, 0, <i32>((<i32>((((word >> 12) & 1) << 8) | (((word >> 10) & 3) << 3) | (((word >> 5) & 3) << 6) | (((word >> 3) & 3) << 1) | (((word >> 2) & 1) << 5)) << 23) >> 23), word); // bne
    }
    case 0xe002: {
      return put(ip, 53, SINK, 16, ((word >> 2) & 0x1f) << 3, <i32>((((word >> 10) & 7) << 3) | (((word >> 7) & 7) << 6)), word); // sd
    }
  }
  illegal(ip, word);
}

/** The op of two instructions as a pair, the first one of that length; 0: they have none. */
export function pairOf(first: u32, length: u32, second: u32): u32 {
  switch (first) {
    case 44: { // ld
      if (length != 2) return 0;
      switch (second) {
        case 44: return 318; // ld
        case 55: return 319; // addi
        case 76: return 320; // copy
        case 53: return 321; // sd
        case 25: return 322; // beq
        case 58: return 323; // li
        case 68: return 324; // slli
        case 69: return 325; // slli
        case 91: return 326; // addiw
      }
      return 0;
    }
    case 53: { // sd
      if (length != 2) return 0;
      switch (second) {
        case 53: return 327; // sd
        case 76: return 328; // copy
        case 44: return 329; // ld
        case 55: return 330; // addi
      }
      return 0;
    }
    case 76: { // copy
      if (length != 2) return 0;
      switch (second) {
        case 76: return 331; // copy
        case 44: return 332; // ld
        case 23: return 333; // beq
        case 53: return 334; // sd
        case 25: return 335; // beq
        case 93: return 336; // srliw
      }
      return 0;
    }
    case 52: { // sd
      if (length != 4) return 0;
      switch (second) {
        case 52: return 337; // sd
        case 54: return 338; // addi
        case 43: return 339; // ld
      }
      return 0;
    }
    case 55: { // addi
      if (length != 2) return 0;
      switch (second) {
        case 27: return 340; // bne
        case 19: return 341; // jr
        case 53: return 342; // sd
        case 29: return 343; // bne
        case 109: return 344; // mul
        case 55: return 345; // addi
        case 35: return 346; // bltu
        case 209: return 347; // fmul.d
        case 75: return 348; // add
        case 50: return 349; // sw
        case 23: return 350; // beq
      }
      return 0;
    }
    case 43: { // ld
      if (length != 4) return 0;
      switch (second) {
        case 43: return 351; // ld
        case 54: return 352; // addi
        case 35: return 353; // bltu
        case 25: return 354; // beq
      }
      return 0;
    }
    case 74: { // add
      if (length != 4) return 0;
      switch (second) {
        case 45: return 355; // lbu
      }
      return 0;
    }
    case 209: { // fmul.d
      if (length != 4) return 0;
      switch (second) {
        case 209: return 356; // fmul.d
        case 207: return 357; // fadd.d
        case 208: return 358; // fsub.d
      }
      return 0;
    }
    case 172: { // fld
      if (length != 2) return 0;
      switch (second) {
        case 172: return 359; // fld
        case 55: return 360; // addi
      }
      return 0;
    }
    case 45: { // lbu
      if (length != 4) return 0;
      switch (second) {
        case 55: return 361; // addi
        case 45: return 362; // lbu
        case 48: return 363; // sb
      }
      return 0;
    }
    case 75: { // add
      if (length != 2) return 0;
      switch (second) {
        case 44: return 364; // ld
        case 75: return 365; // add
        case 51: return 366; // sw
        case 74: return 367; // add
        case 43: return 368; // ld
        case 45: return 369; // lbu
      }
      return 0;
    }
    case 68: { // slli
      if (length != 4) return 0;
      switch (second) {
        case 87: return 370; // or
        case 75: return 371; // add
        case 70: return 372; // srli
        case 71: return 373; // srli
        case 93: return 374; // srliw
        case 68: return 375; // slli
      }
      return 0;
    }
    case 42: { // lw
      if (length != 2) return 0;
      switch (second) {
        case 55: return 376; // addi
        case 42: return 377; // lw
        case 27: return 378; // bne
      }
      return 0;
    }
    case 69: { // slli
      if (length != 2) return 0;
      switch (second) {
        case 75: return 379; // add
      }
      return 0;
    }
    case 54: { // addi
      if (length != 4) return 0;
      switch (second) {
        case 52: return 380; // sd
        case 27: return 381; // bne
        case 43: return 382; // ld
        case 21: return 383; // jr
        case 54: return 384; // addi
      }
      return 0;
    }
    case 51: { // sw
      if (length != 2) return 0;
      switch (second) {
        case 55: return 385; // addi
      }
      return 0;
    }
    case 93: { // srliw
      if (length != 4) return 0;
      switch (second) {
        case 68: return 386; // slli
        case 86: return 387; // or
        case 87: return 388; // or
        case 92: return 389; // slliw
      }
      return 0;
    }
    case 174: { // fsd
      if (length != 2) return 0;
      switch (second) {
        case 55: return 390; // addi
        case 174: return 391; // fsd
      }
      return 0;
    }
    case 207: { // fadd.d
      if (length != 4) return 0;
      switch (second) {
        case 174: return 392; // fsd
        case 207: return 393; // fadd.d
      }
      return 0;
    }
    case 6: { // auipc
      if (length != 4) return 0;
      switch (second) {
        case 54: return 394; // addi
        case 15: return 395; // jalr
        case 43: return 396; // ld
      }
      return 0;
    }
    case 40: { // lh
      if (length != 4) return 0;
      switch (second) {
        case 40: return 397; // lh
        case 55: return 398; // addi
      }
      return 0;
    }
    case 109: { // mul
      if (length != 4) return 0;
      switch (second) {
        case 75: return 399; // add
        case 96: return 400; // addw
      }
      return 0;
    }
    case 171: { // fld
      if (length != 4) return 0;
      switch (second) {
        case 171: return 401; // fld
      }
      return 0;
    }
    case 70: { // srli
      if (length != 4) return 0;
      switch (second) {
        case 68: return 402; // slli
        case 75: return 403; // add
      }
      return 0;
    }
    case 71: { // srli
      if (length != 2) return 0;
      switch (second) {
        case 75: return 404; // add
      }
      return 0;
    }
    case 4: { // lui
      if (length != 4) return 0;
      switch (second) {
        case 54: return 405; // addi
      }
      return 0;
    }
    case 87: { // or
      if (length != 2) return 0;
      switch (second) {
        case 93: return 406; // srliw
        case 82: return 407; // xor
        case 68: return 408; // slli
      }
      return 0;
    }
    case 96: { // addw
      if (length != 2) return 0;
      switch (second) {
        case 54: return 409; // addi
      }
      return 0;
    }
    case 59: { // li
      if (length != 4) return 0;
      switch (second) {
        case 37: return 410; // bgeu
      }
      return 0;
    }
    case 50: { // sw
      if (length != 4) return 0;
      switch (second) {
        case 55: return 411; // addi
      }
      return 0;
    }
    case 82: { // xor
      if (length != 4) return 0;
      switch (second) {
        case 83: return 412; // xor
        case 95: return 413; // addw
      }
      return 0;
    }
    case 66: { // andi
      if (length != 4) return 0;
      switch (second) {
        case 23: return 414; // beq
      }
      return 0;
    }
    case 60: { // mv
      if (length != 4) return 0;
      switch (second) {
        case 60: return 415; // mv
      }
      return 0;
    }
    case 83: { // xor
      if (length != 2) return 0;
      switch (second) {
        case 75: return 416; // add
        case 41: return 417; // lw
        case 83: return 418; // xor
      }
      return 0;
    }
    case 173: { // fsd
      if (length != 4) return 0;
      switch (second) {
        case 173: return 419; // fsd
      }
      return 0;
    }
    case 95: { // addw
      if (length != 4) return 0;
      switch (second) {
        case 82: return 420; // xor
      }
      return 0;
    }
    case 58: { // li
      if (length != 2) return 0;
      switch (second) {
        case 76: return 421; // copy
      }
      return 0;
    }
    case 48: { // sb
      if (length != 4) return 0;
      switch (second) {
        case 45: return 422; // lbu
      }
      return 0;
    }
  }
  return 0;
}

/** The op of a record's own instruction, whatever it is paired with. */
export function plainOp(op: u32): u32 {
  switch (op) {
    case 318: return 44;
    case 319: return 44;
    case 320: return 44;
    case 321: return 44;
    case 322: return 44;
    case 323: return 44;
    case 324: return 44;
    case 325: return 44;
    case 326: return 44;
    case 327: return 53;
    case 328: return 53;
    case 329: return 53;
    case 330: return 53;
    case 331: return 76;
    case 332: return 76;
    case 333: return 76;
    case 334: return 76;
    case 335: return 76;
    case 336: return 76;
    case 337: return 52;
    case 338: return 52;
    case 339: return 52;
    case 340: return 55;
    case 341: return 55;
    case 342: return 55;
    case 343: return 55;
    case 344: return 55;
    case 345: return 55;
    case 346: return 55;
    case 347: return 55;
    case 348: return 55;
    case 349: return 55;
    case 350: return 55;
    case 351: return 43;
    case 352: return 43;
    case 353: return 43;
    case 354: return 43;
    case 355: return 74;
    case 356: return 209;
    case 357: return 209;
    case 358: return 209;
    case 359: return 172;
    case 360: return 172;
    case 361: return 45;
    case 362: return 45;
    case 363: return 45;
    case 364: return 75;
    case 365: return 75;
    case 366: return 75;
    case 367: return 75;
    case 368: return 75;
    case 369: return 75;
    case 370: return 68;
    case 371: return 68;
    case 372: return 68;
    case 373: return 68;
    case 374: return 68;
    case 375: return 68;
    case 376: return 42;
    case 377: return 42;
    case 378: return 42;
    case 379: return 69;
    case 380: return 54;
    case 381: return 54;
    case 382: return 54;
    case 383: return 54;
    case 384: return 54;
    case 385: return 51;
    case 386: return 93;
    case 387: return 93;
    case 388: return 93;
    case 389: return 93;
    case 390: return 174;
    case 391: return 174;
    case 392: return 207;
    case 393: return 207;
    case 394: return 6;
    case 395: return 6;
    case 396: return 6;
    case 397: return 40;
    case 398: return 40;
    case 399: return 109;
    case 400: return 109;
    case 401: return 171;
    case 402: return 70;
    case 403: return 70;
    case 404: return 71;
    case 405: return 4;
    case 406: return 87;
    case 407: return 87;
    case 408: return 87;
    case 409: return 96;
    case 410: return 59;
    case 411: return 50;
    case 412: return 82;
    case 413: return 82;
    case 414: return 66;
    case 415: return 60;
    case 416: return 83;
    case 417: return 83;
    case 418: return 83;
    case 419: return 173;
    case 420: return 95;
    case 421: return 58;
    case 422: return 48;
  }
  return op;
}
