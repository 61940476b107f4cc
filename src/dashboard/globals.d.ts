/** Version of this software; vite.config.ts puts it in. */
declare const __VERSION__: string;
