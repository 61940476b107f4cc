/** The images of this host, for all commands and the processes that run containers. */
import type { ImageLimits } from '../../image/oci/limits.ts';
import { ImageStore } from '../../machine/images/store.ts';
import { nodeFolder } from '../../machine/node/folder.ts';
import { imagesFolder } from '../daemon/place.ts';

export const hostImages = (limits: Partial<ImageLimits> = {}): ImageStore =>
  new ImageStore(nodeFolder(imagesFolder()), Date.now, limits);
