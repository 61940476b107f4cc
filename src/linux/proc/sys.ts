/** /sys, as far as programs look: a processor, and where the control groups go. */
import type { Kernel } from '../kernel.ts';
import { classNet, networkOf } from './net.ts';
import { directory, NodeFs, text } from './nodes.ts';

const SYSFS = 0x6265_6572;

export const sysFs = (kernel: Kernel): NodeFs =>
  new NodeFs(
    'sysfs',
    SYSFS,
    () => kernel.clock.coarse(),
    directory({
      devices: () =>
        directory({
          system: () =>
            directory({
              cpu: () =>
                directory({
                  online: () => text(() => '0\n'),
                  possible: () => text(() => '0\n'),
                  cpu0: () => directory({}),
                }),
            }),
        }),
      class: () => directory({ net: () => classNet(() => networkOf(kernel)) }),
      fs: () => directory({ cgroup: () => directory({}) }),
      kernel: () => directory({ mm: () => directory({}) }),
    }),
  );
