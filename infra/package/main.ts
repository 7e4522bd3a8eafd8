import { resolve } from 'node:path';
import { buildPackage } from './build-package.ts';

/** `npm run build`: writes the package `plumbline` to `dist/package`, for `npm pack ./dist/package` and `npm publish ./dist/package`. */
const folder = resolve(import.meta.dirname, '../../dist/package');
await buildPackage(folder);
console.log(`Built ${folder}`);
