import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { variables } from '../../shared/environment-variables.ts';

/** The variables that the handler in a folder of `functions/` reads, by its source. */
export function variablesRead(name: string): string[] {
  const handler = readFileSync(resolve(import.meta.dirname, '../../functions', name, 'handler.ts'), 'utf8');
  const names = [...handler.matchAll(/requireVariable\(variables\.(\w+)/g)].map(([, field = '']) => field);
  return [...new Set(names)].map((field) => variables[field as keyof typeof variables]).sort();
}
