import { describe, expect, it } from 'vitest';
import { loadVariables } from '../../../../functions/renderer/variables/load-variables.ts';
import type { VariableLayer } from '../../../../shared/artifacts/artifact.ts';
import { BadInputError } from '../../../../shared/errors.ts';
import { describeProblem } from '../../../../shared/problem.ts';
import { aTree } from '../../../support/examples.ts';
import { aConfigMap } from '../../../support/renderer.ts';

const layer = (part: Partial<VariableLayer>): VariableLayer => ({ values: {}, from: [], ...part });
const load = (files: Record<string, string>, layers: VariableLayer[]) =>
  Object.fromEntries(loadVariables(aTree(files), layers));

function problems(files: Record<string, string>, from = Object.keys(files)): string[] {
  try {
    load(files, [layer({ from })]);
    return [];
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(describeProblem);
    throw error;
  }
}

describe('the variables of an application', () => {
  it('come from layers: a later one wins, and in each its values over its files, and a later file over an earlier', () => {
    const files = {
      'one.yaml': `${aConfigMap('a', 'A: file')}  B: file\n  C: file\n---\n${aConfigMap('b', 'D: second')}`,
      'two.yaml': aConfigMap('a', 'B: second'),
    };
    const layers = [
      layer({ from: ['one.yaml', 'two.yaml'], values: { C: 'value', E: 'value' } }),
      layer({ values: { E: 'own' } }),
    ];
    expect(load(files, layers)).toEqual({ A: 'file', B: 'second', C: 'value', D: 'second', E: 'own' });
  });

  it('have no line breaks, as in Flux', () => {
    expect(
      load({ 'a.yaml': aConfigMap('a', 'A: |\n    one\n    two') }, [
        layer({ from: ['a.yaml'], values: { B: 'x\n' } }),
      ]),
    ).toEqual({
      A: 'onetwo',
      B: 'x',
    });
  });

  it.each([
    { text: 'kind: Secret\napiVersion: v1\nstringData: {A: hunter2}\n', said: 'a.yaml:1: must be a ConfigMap' },
    { text: `${aConfigMap('a')}---\n\nA: b\n`, said: 'a.yaml:9: must be a ConfigMap' },
    { text: '# nothing\n', said: 'a.yaml: must be a ConfigMap' },
    { text: `---\n${aConfigMap('a', 'A: 1.10')}`, said: 'a.yaml:7: data.A: must be text: put it in quotes' },
    { text: aConfigMap('a', 'a-b: x'), said: "a.yaml:6: data.a-b: can't be the name of a variable" },
    { text: aConfigMap('a', '1a: x'), said: "a.yaml:6: data.1a: can't be the name of a variable" },
    { text: `${aConfigMap('a', 'A: x')}  A: y\n`, said: 'a.yaml:7: has the key "A" twice' },
    { text: `# one\n---\n${aConfigMap('a', 'A: b: c')}`, said: 'a.yaml:8: is not valid YAML' },
    { text: 'a: '.repeat(300), said: 'a.yaml:1:' },
    { text: '['.repeat(1000), said: 'a.yaml:1: is nested more than 200 levels' },
  ])('are refused with file and line: $said', ({ text, said }) => {
    const [first = ''] = problems({ 'a.yaml': text });
    expect(first).toContain(said);
    expect(first).not.toContain('hunter2');
  });

  it('are refused where a file is not there', () => {
    expect(problems({}, ['nope.yaml', '../out.yaml'])).toEqual([
      'nope.yaml: is not in the repository at this revision',
      '../out.yaml: is not in the repository at this revision',
    ]);
  });
});
