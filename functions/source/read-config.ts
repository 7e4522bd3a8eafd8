import { posix } from 'node:path';
import { type Environment, environmentSchema } from '../../shared/config/environment.ts';
import { fieldName } from '../../shared/config/issues.ts';
import { createLineOf, parseConfiguration } from '../../shared/config/parse.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { Mistake } from './list-applications.ts';

export type EnvironmentConfig = {
  config: Environment;
  /** For messages. */
  file: string;
  problemAt(mistake: Mistake): Problem;
};

/** `environment.yaml` of an environment's folder, or its defaults where there is none. @throws BadInputError */
export function readConfig(tree: Tree, folder: string): EnvironmentConfig {
  const file = posix.join(folder, 'environment.yaml');
  const refusal = tree.refused.get(file);
  if (refusal !== undefined) throw new BadInputError([{ file, message: refusal }]);
  const bytes = tree.files.get(file);
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes);
  const lineOf = createLineOf(text);
  return {
    config: parseConfiguration(text, file, environmentSchema),
    file,
    problemAt({ path, message }) {
      const line = bytes === undefined ? {} : { line: lineOf(path) };
      return { file, ...line, field: fieldName(path), message };
    },
  };
}
