/** virtio-blk (VIRTIO 1.2, section 5.2): a disk, with flush, discard and write-zeroes. */
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { featureBits, hasFeature } from '../virtio/abi.ts';
import type { Chain } from '../virtio/chain.ts';
import { RingError } from '../virtio/guest-bytes.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';
import { type Disk, SECTOR } from './disk.ts';

const FEATURE = {
  SIZE_MAX: 1,
  SEG_MAX: 2,
  RO: 5,
  BLK_SIZE: 6,
  FLUSH: 9,
  TOPOLOGY: 10,
  CONFIG_WCE: 11,
  DISCARD: 13,
  WRITE_ZEROES: 14,
} as const;

const REQUEST = { IN: 0, OUT: 1, FLUSH: 4, GET_ID: 8, DISCARD: 11, WRITE_ZEROES: 13 } as const;
const STATUS = { OK: 0, IOERR: 1, UNSUPP: 2 } as const;

/** Offsets in the configuration space (5.2.4). */
const CONFIG = {
  capacity: 0,
  sizeMax: 8,
  segMax: 12,
  blockSize: 20,
  physicalExponent: 24,
  minimumIo: 26,
  optimalIo: 28,
  writeback: 32,
  queues: 34,
  discardSectors: 36,
  discardSegments: 40,
  discardAlignment: 44,
  zeroSectors: 48,
  zeroSegments: 52,
  zeroMayUnmap: 56,
  size: 60,
} as const;

const QUEUE_SIZE = 256;
const HEADER = 16;
const ID_LENGTH = 20;
const SEGMENT = 16;
const UNMAP = 1;
/** Bytes of one segment, and segments of one request: together below what a chain may move. */
const SIZE_MAX = 256 * 1024;
const SEG_MAX = QUEUE_SIZE - 2;
/** Of one request to discard or to write zeroes. */
const MOST_SEGMENTS = 16;
const MOST_ZEROED = 2 ** 22 / SECTOR;
/** Physical sectors are pages: 2³ logical ones. */
const PHYSICAL_EXPONENT = 3;

const COUNTERS = {
  'block.reads': 'requests to read',
  'block.writes': 'requests to write',
  'block.bytes-read': 'bytes read from the disk',
  'block.bytes-written': 'bytes written to the disk',
  'block.flushes': 'requests to flush, and flushes after each write where the driver asked for that',
  'block.discards': 'ranges discarded',
  'block.zeroed': 'bytes made zero by request',
  'block.errors': 'requests that failed or are not known',
} as const;

export interface BlockOptions {
  /** What the guest sees as the serial number: up to 20 bytes. */
  readonly serial?: string;
}

export class VirtioBlock implements VirtioModel {
  readonly kind = 'block';
  readonly features: bigint;
  readonly queues = [QUEUE_SIZE];
  readonly #disk: Disk;
  readonly #serial: Uint8Array;
  readonly #counts = countersOf(COUNTERS);
  #writeback = true;
  #bus: VirtioBus | undefined;

  constructor(disk: Disk, options: BlockOptions = {}) {
    this.#disk = disk;
    this.#serial = new Uint8Array(ID_LENGTH);
    new TextEncoder().encodeInto(options.serial ?? 'trapframe', this.#serial);
    const changing = [FEATURE.FLUSH, FEATURE.CONFIG_WCE, FEATURE.DISCARD, FEATURE.WRITE_ZEROES];
    const only = disk.readOnly ? [FEATURE.RO] : changing;
    this.features = featureBits(FEATURE.SIZE_MAX, FEATURE.SEG_MAX, FEATURE.BLK_SIZE, FEATURE.TOPOLOGY, ...only);
  }

  attach(bus: VirtioBus): void {
    this.#bus = bus;
  }

  config(): Uint8Array {
    const config = new DataView(new ArrayBuffer(CONFIG.size));
    config.setBigUint64(CONFIG.capacity, BigInt(this.#disk.size / SECTOR), true);
    config.setUint32(CONFIG.sizeMax, SIZE_MAX, true);
    config.setUint32(CONFIG.segMax, SEG_MAX, true);
    config.setUint32(CONFIG.blockSize, SECTOR, true);
    config.setUint8(CONFIG.physicalExponent, PHYSICAL_EXPONENT);
    config.setUint16(CONFIG.minimumIo, 1 << PHYSICAL_EXPONENT, true);
    config.setUint8(CONFIG.writeback, this.#writeback ? 1 : 0);
    config.setUint16(CONFIG.queues, this.queues.length, true);
    config.setUint32(CONFIG.discardSectors, MOST_ZEROED, true);
    config.setUint32(CONFIG.discardSegments, MOST_SEGMENTS, true);
    config.setUint32(CONFIG.discardAlignment, 1 << PHYSICAL_EXPONENT, true);
    config.setUint32(CONFIG.zeroSectors, MOST_ZEROED, true);
    config.setUint32(CONFIG.zeroSegments, MOST_SEGMENTS, true);
    config.setUint8(CONFIG.zeroMayUnmap, 1);
    return new Uint8Array(config.buffer);
  }

  writeConfig(at: number, bytes: Uint8Array): void {
    const has = hasFeature(this.#bus?.features ?? 0n, FEATURE.CONFIG_WCE);
    if (at === CONFIG.writeback && bytes.length === 1 && has) this.#writeback = bytes[0] !== 0;
  }

  /** Whether what was written must survive before the request ends (5.2.6.2). */
  #writeThrough(): boolean {
    return !hasFeature(this.#bus?.features ?? 0n, FEATURE.FLUSH) || !this.#writeback;
  }

  serve(_index: number, queue: Virtqueue): void {
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      const status = this.#request(chain);
      if (status !== STATUS.OK) this.#counts['block.errors']++;
      // The status is the last byte; what a failed request did not write does not count as written.
      const skipped = chain.writable > 1;
      if (skipped) chain.skipWritable(chain.writable - 1);
      chain.put(Uint8Array.of(status));
      queue.push(chain, skipped ? 0 : chain.written);
    }
  }

  #request(chain: Chain): number {
    const header = chain.taken(HEADER);
    if (header.length < HEADER || chain.writable < 1) return STATUS.IOERR;
    const fields = new DataView(header.buffer);
    const sector = fields.getBigUint64(8, true);
    try {
      switch (fields.getUint32(0, true)) {
        case REQUEST.IN:
          return this.#read(chain, sector);
        case REQUEST.OUT:
          return this.#write(chain, sector);
        case REQUEST.FLUSH:
          return this.#flush();
        case REQUEST.GET_ID:
          chain.put(this.#serial.subarray(0, Math.min(ID_LENGTH, chain.writable - 1)));
          return STATUS.OK;
        case REQUEST.DISCARD:
          return this.#ranges(chain, false);
        case REQUEST.WRITE_ZEROES:
          return this.#ranges(chain, true);
        default:
          return STATUS.UNSUPP;
      }
    } catch (error) {
      // A broken ring is the transport's; anything else is the host's disk (full, gone), and the guest's I/O error.
      if (error instanceof RingError) throw error;
      return STATUS.IOERR;
    }
  }

  /** The offset of a range in bytes; -1 where it is not on the disk or not in whole sectors. */
  #place(sector: bigint, length: number): number {
    const most = BigInt(this.#disk.size / SECTOR);
    if (length % SECTOR !== 0 || sector > most || BigInt(length / SECTOR) > most - sector) return -1;
    return Number(sector) * SECTOR;
  }

  #read(chain: Chain, sector: bigint): number {
    const length = chain.writable - 1;
    const at = this.#place(sector, length);
    if (at < 0) return STATUS.IOERR;
    this.#counts['block.reads']++;
    this.#counts['block.bytes-read'] += length;
    // Pieces of guest memory need not end at sectors; disks take any range.
    chain.putEach(length, (piece, done) => this.#disk.read(at + done, piece));
    return STATUS.OK;
  }

  #write(chain: Chain, sector: bigint): number {
    const length = chain.readable;
    const at = this.#place(sector, length);
    if (at < 0 || this.#disk.readOnly) return STATUS.IOERR;
    this.#counts['block.writes']++;
    this.#counts['block.bytes-written'] += length;
    chain.takeEach(length, (piece, done) => this.#disk.write(at + done, piece));
    return this.#writeThrough() ? this.#flush() : STATUS.OK;
  }

  #flush(): number {
    this.#counts['block.flushes']++;
    if (!this.#disk.readOnly) this.#disk.flush();
    return STATUS.OK;
  }

  /** Discards ranges or makes them zero; all of them are checked before the first is touched (5.2.6.1). */
  #ranges(chain: Chain, zero: boolean): number {
    if (this.#disk.readOnly) return STATUS.IOERR;
    const count = chain.readable / SEGMENT;
    if (!Number.isInteger(count) || count === 0 || count > MOST_SEGMENTS) return STATUS.IOERR;
    const bytes = chain.taken(chain.readable);
    const fields = new DataView(bytes.buffer);
    const ranges: [at: number, length: number][] = [];
    for (let i = 0; i < count; i++) {
      const sectors = fields.getUint32(SEGMENT * i + 8, true);
      const flags = fields.getUint32(SEGMENT * i + 12, true);
      if (flags & ~UNMAP || (!zero && flags & UNMAP)) return STATUS.UNSUPP;
      const at = this.#place(fields.getBigUint64(SEGMENT * i, true), sectors * SECTOR);
      if (at < 0 || sectors > MOST_ZEROED) return STATUS.IOERR;
      ranges.push([at, sectors * SECTOR]);
    }
    for (const [at, length] of ranges) {
      chain.charge(length);
      if (zero) {
        this.#disk.zero(at, length);
        this.#counts['block.zeroed'] += length;
      } else {
        this.#disk.discard(at, length);
        this.#counts['block.discards']++;
      }
    }
    return zero && this.#writeThrough() ? this.#flush() : STATUS.OK;
  }

  reset(): void {
    this.#writeback = true;
  }

  save(into: StateWriter): void {
    into.flag(this.#writeback).counts(this.#counts);
    into.flag(this.#disk.save !== undefined);
    this.#disk.save?.(into);
  }

  restore(from: StateReader): void {
    this.#writeback = from.flag();
    from.counts(this.#counts);
    if (from.flag()) this.#disk.restore?.(from);
  }

  counters() {
    return { ...this.#counts };
  }
}
