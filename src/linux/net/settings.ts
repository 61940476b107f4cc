/** What an administrator may change of one network (/proc/sys/net). */
export interface NetSettings {
  /** Connections that may wait for accept(2). */
  somaxconn: number;
  /** Ports the kernel chooses from. */
  firstPort: number;
  lastPort: number;
  /** A port below wants CAP_NET_BIND_SERVICE. */
  firstUnprivileged: number;
  /** Time to live of what says none itself. */
  hops: number;
  /** Whether IPv4 pings are left without an answer. */
  echoIgnored: boolean;
}

export const netSettings = (): NetSettings => ({
  somaxconn: 4096,
  firstPort: 32_768,
  lastPort: 60_999,
  firstUnprivileged: 1024,
  hops: 64,
  echoIgnored: false,
});
