/** Numbers of VIRTIO 1.2 that all devices share: registers of the memory-mapped transport, status bits, features, device types. */

/** MMIO registers, 32 bits each (section 4.2.2). */
export const REGISTER = {
  MagicValue: 0x000,
  Version: 0x004,
  DeviceID: 0x008,
  VendorID: 0x00c,
  DeviceFeatures: 0x010,
  DeviceFeaturesSel: 0x014,
  DriverFeatures: 0x020,
  DriverFeaturesSel: 0x024,
  QueueSel: 0x030,
  QueueNumMax: 0x034,
  QueueNum: 0x038,
  QueueReady: 0x044,
  QueueNotify: 0x050,
  InterruptStatus: 0x060,
  InterruptACK: 0x064,
  Status: 0x070,
  QueueDescLow: 0x080,
  QueueDescHigh: 0x084,
  QueueDriverLow: 0x090,
  QueueDriverHigh: 0x094,
  QueueDeviceLow: 0x0a0,
  QueueDeviceHigh: 0x0a4,
  SHMSel: 0x0ac,
  SHMLenLow: 0x0b0,
  SHMLenHigh: 0x0b4,
  SHMBaseLow: 0x0b8,
  SHMBaseHigh: 0x0bc,
  QueueReset: 0x0c0,
  ConfigGeneration: 0x0fc,
  Config: 0x100,
} as const;

/** "virt", little-endian. */
export const MAGIC = 0x7472_6976;
export const TRANSPORT_VERSION = 2;
/** "TRAP", little-endian. */
export const VENDOR = 0x5041_5254;

/** Device status (section 2.1). */
export const STATUS = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  DEVICE_NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Bits of InterruptStatus (section 4.2.2). */
export const INTERRUPT = { USED_BUFFER: 1, CONFIG_CHANGE: 2 } as const;

/** Features of the transport, as bit numbers (section 6). */
export const FEATURE = {
  RING_INDIRECT_DESC: 28,
  RING_EVENT_IDX: 29,
  VERSION_1: 32,
  RING_RESET: 40,
} as const;

/** Device types (section 5). */
export const DEVICE_ID = {
  net: 1,
  block: 2,
  console: 3,
  entropy: 4,
  balloon: 5,
  '9p': 9,
  vsock: 19,
} as const;

export type VirtioKind = keyof typeof DEVICE_ID;

/** A set of feature bits from their numbers. */
export const featureBits = (...numbers: readonly number[]): bigint =>
  numbers.reduce((bits, number) => bits | (1n << BigInt(number)), 0n);

export const hasFeature = (features: bigint, number: number): boolean => ((features >> BigInt(number)) & 1n) === 1n;
