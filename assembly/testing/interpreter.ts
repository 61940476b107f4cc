// The generated interpreter over the bare core of this folder: entry of a build that only tests use. The host puts the
// files of core/ in the place of those of cpu/.
export { interpret, interpretPlain } from '../generated/interpret';
export { prepare } from '../cpu/fetch';
