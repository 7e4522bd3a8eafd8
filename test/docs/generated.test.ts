import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationDocuments } from '../../docs/configuration-reference.ts';
import { costDocument } from '../../docs/cost/document.ts';
import { permissionsDocument } from '../../docs/permissions-reference.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the generated documents', () => {
  it.each(
    Object.entries({ ...configurationDocuments(), 'cost.md': costDocument(), 'permissions.md': permissionsDocument() }),
  )('docs/%s is what `npm run docs` writes', (name, text) => {
    expect(read(`docs/${name}`)).toBe(text);
  });

  it.each([
    ['deployer', 'examples/deployer.yaml'],
    ['environment', 'examples/example-environment/environment.yaml'],
  ])('the JSON Schema of %s.yaml takes %s, and refuses an unknown field', (name, example) => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse(read(`docs/schemas/${name}.schema.json`)),
    );
    const value = parse(read(example));
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...value, unknown: 1 })).toBe(false);
  });
});
