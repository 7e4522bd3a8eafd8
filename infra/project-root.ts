import { resolve } from 'node:path';

/** The folder of `cdk.json`, wherever the command was started. */
export const projectRoot = resolve(import.meta.dirname, '..');
