import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configurationDocuments } from './configuration-reference.ts';
import { costDocument } from './cost/document.ts';
import { permissionsDocument } from './permissions-reference.ts';

/** `npm run docs`: writes the documents that are generated from code. A test fails when they are stale. */
for (const [name, text] of Object.entries({
  ...configurationDocuments(),
  'cost.md': costDocument(),
  'permissions.md': permissionsDocument(),
})) {
  const file = join(import.meta.dirname, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
