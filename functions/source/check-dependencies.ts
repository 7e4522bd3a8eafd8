import type { Mistake } from './list-applications.ts';

type Dependent = { name: string; dependsOn: readonly string[] };

/** Every dependency that can't be kept: on nobody, on itself, or in a circle, in which everybody would wait for ever. */
export function checkDependencies(applications: readonly Dependent[]): Mistake[] {
  const dependsOn = new Map(applications.map(({ name, dependsOn }) => [name, dependsOn]));
  return [...applications.flatMap((each) => unknown(each, dependsOn)), ...circles(dependsOn)];
}

type Dependencies = ReadonlyMap<string, readonly string[]>;

function unknown({ name, dependsOn }: Dependent, known: Dependencies): Mistake[] {
  return dependsOn.flatMap((dependency, index) => {
    if (known.has(dependency) && dependency !== name) return [];
    const message =
      dependency === name
        ? 'an application can not wait for itself'
        : `must be an application of this environment; found "${dependency}", and there are ${list([...known.keys()])}`;
    return [{ path: ['applications', name, 'dependsOn', index], message }];
  });
}

/** Each circle once, at the first application that leads into it. */
function circles(dependsOn: Dependencies): Mistake[] {
  const mistakes: Mistake[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (name: string) => {
    way.push(name);
    for (const [index, next] of (dependsOn.get(name) ?? []).entries()) {
      const begin = way.indexOf(next);
      if (begin >= 0 && next !== name)
        mistakes.push({
          path: ['applications', name, 'dependsOn', index],
          message: `makes a circle, in which all would wait for ever: ${[...way.slice(begin), next].join(' → ')}`,
        });
      else if (!done.has(next) && next !== name) visit(next);
    }
    way.pop();
    done.add(name);
  };
  for (const name of dependsOn.keys()) if (!done.has(name)) visit(name);
  return mistakes;
}

const list = (names: readonly string[]) =>
  names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
