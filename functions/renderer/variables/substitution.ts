import { type Expansion, expand, type Variables } from '../../../shared/variables/expand.ts';

/** Puts in what `${…}` stands for. One for each rendering: it counts what is added, and stops at a bound. */
export type Substitution = (text: string) => Expansion;

/** Of all that variables add to the manifests of one application. */
const maximumAdded = 16 * 1024 * 1024;

export function createSubstitution(variables: Variables): Substitution {
  let added = 0;
  return (text) => {
    const expansion = expand(text, variables);
    added += 'text' in expansion ? Math.max(0, expansion.text.length - text.length) : 0;
    return added > maximumAdded ? { faults: [{ source: text.slice(0, 60), message: excessive }] } : expansion;
  };
}

const excessive = 'is where the variables together add more than 16 MB; make their values smaller';

const prefixes = ['plumbline.dev', 'kustomize.toolkit.fluxcd.io'];

/** Whether an object says, by annotation or label, that its `${…}` are no variables. */
export function isLeftAlone(read: (map: 'labels' | 'annotations', key: string) => unknown): boolean {
  return prefixes.some(
    (prefix) =>
      read('labels', `${prefix}/substitute`) === 'disabled' ||
      read('annotations', `${prefix}/substitute`) === 'disabled',
  );
}
