/** Where distributions and the VM's own files are. Imports nothing heavy: see wire.ts. */
import { join } from 'node:path';
import { stateFolder } from '../daemon/place.ts';

/** `wsl` below the state folder. */
export const stateDirectory = (env: NodeJS.ProcessEnv = process.env): string => join(stateFolder(env), 'wsl');

export const socketOf = (state: string): string => join(state, 'vm.sock');
export const pidOf = (state: string): string => join(state, 'vm.pid');
export const logOf = (state: string): string => join(state, 'vm.log');
