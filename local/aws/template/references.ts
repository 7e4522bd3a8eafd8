import { TemplateError } from './intrinsics.ts';

/** A resource as it stands in the template. */
export type TemplateResource = {
  Type: string;
  Properties?: unknown;
  DependsOn?: string | string[];
  Condition?: string;
  Metadata?: Readonly<Record<string, unknown>>;
};

export type Resources = Readonly<Record<string, TemplateResource>>;

/** The names that a value mentions in `Ref`, `Fn::GetAtt` and `Fn::Sub`. */
function mentions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentions);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) => [...mentionsOf(key, argument), ...mentions(argument)]);
}

function mentionsOf(key: string, argument: unknown): string[] {
  if (key === 'Ref') return [String(argument)];
  if (key === 'Fn::GetAtt') return [String(Array.isArray(argument) ? argument[0] : argument).split('.')[0] ?? ''];
  if (key !== 'Fn::Sub') return [];
  const text = String(Array.isArray(argument) ? argument[0] : argument);
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
}

/** The resources that have to be there before this one: those that it mentions and those of its `DependsOn`. */
export function dependenciesOf(resource: TemplateResource, resources: Resources): string[] {
  const named = [...mentions(resource.Properties), ...[resource.DependsOn ?? []].flat()];
  return [...new Set(named)].filter((name) => name in resources);
}

/**
 * Refuses resources that wait for each other.
 *
 * @throws TemplateError that names the circle.
 */
export function refuseCircles(resources: Resources): void {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return;
    if (path.includes(id))
      throw new TemplateError(`the template has a circle: ${[...path.slice(path.indexOf(id)), id].join(' → ')}`);
    for (const next of dependenciesOf(resources[id] as TemplateResource, resources)) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
}
