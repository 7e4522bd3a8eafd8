import type { ObjectRule } from '../config/object-rule.ts';
import { groupOf, type KubernetesObject } from '../manifests/object.ts';
import { matchesWildcard } from '../wildcard.ts';
import type { ConflictPolicy } from './conflict.ts';
import { annotations } from './names.ts';
import { kindName } from './rules.ts';

type DriftPolicy = 'correct' | 'report' | 'ignore';

/** How one object is applied, kept and given up: its annotations, before the rules that fit it, before the application's settings. */
export type ObjectPolicy = {
  conflicts: ConflictPolicy;
  drift: DriftPolicy;
  /** `create-only`: it is made if it is missing, and then left alone. `never`: it is not touched at all. */
  apply: 'always' | 'create-only' | 'never';
  /** Delete it and make it anew where a field changes that can't be changed. */
  replace: boolean;
  /** `keep`: it stays when Git no longer has it. `delete`: it goes even where data would be kept. */
  prune: 'default' | 'keep' | 'delete';
  /** What managers of the undo list added and Git doesn't say. */
  additions: 'undo' | 'keep';
  /** Lower ones first. Default: 0. */
  wave: number;
  ignore: { fields: string[]; managers: string[] };
};

/** What others may do to an object without that being drift. */
export type Tolerance = Pick<ObjectPolicy, 'additions' | 'ignore'>;

/** Nothing that is ours may change, and nothing may be added by hand. */
export const strict: Tolerance = { additions: 'undo', ignore: { fields: [], managers: [] } };

type Settings = Pick<ObjectPolicy, 'conflicts' | 'drift'> & { rules: readonly ObjectRule[] };
type Meaning = Partial<ObjectPolicy>;

/** Ours first, then what other tools' annotations ask for, so that their repositories can be moved over as they are. */
const meanings: Record<string, Record<string, Meaning>> = {
  [annotations.conflict]: {
    force: { conflicts: 'force' },
    yield: { conflicts: 'yield' },
    fail: { conflicts: 'fail' },
  },
  [annotations.drift]: { correct: { drift: 'correct' }, report: { drift: 'report' }, ignore: { drift: 'ignore' } },
  [annotations.apply]: {
    always: { apply: 'always' },
    'create-only': { apply: 'create-only' },
    never: { apply: 'never' },
  },
  [annotations.replace]: { 'when-immutable': { replace: true }, never: { replace: false } },
  [annotations.prune]: { keep: { prune: 'keep' }, delete: { prune: 'delete' } },
};

/**
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 * @see https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource
 */
const foreignMeanings: Record<string, Record<string, Meaning>> = {
  'kustomize.toolkit.fluxcd.io/ssa': {
    merge: { additions: 'keep' },
    ifnotpresent: { apply: 'create-only' },
    ignore: { apply: 'never' },
  },
  'kustomize.toolkit.fluxcd.io/force': { enabled: { replace: true } },
  'kustomize.toolkit.fluxcd.io/prune': { disabled: { prune: 'keep' } },
  'kustomize.toolkit.fluxcd.io/reconcile': { disabled: { apply: 'never' } },
  'helm.sh/resource-policy': { keep: { prune: 'keep' } },
};

/** @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ */
const foreignWave = 'argocd.argoproj.io/sync-wave';

export function policyOf(object: KubernetesObject, settings: Settings): ObjectPolicy {
  const rules = settings.rules.filter((rule) => fits(rule, object));
  const defaults: ObjectPolicy = {
    conflicts: settings.conflicts,
    drift: settings.drift,
    apply: 'always',
    replace: false,
    prune: 'default',
    additions: 'undo',
    wave: 0,
    ignore: ignoredBy(rules),
  };
  const ruled = rules.map(({ drift, conflicts }) => withoutUndefined({ drift, conflicts }));
  return Object.assign(
    defaults,
    ...ruled,
    waveOf(object),
    ...saidBy(foreignMeanings, object),
    ...saidBy(meanings, object),
  );
}

function fits({ kind, name, namespace }: ObjectRule, object: KubernetesObject): boolean {
  const full = kindName({ group: groupOf(object.apiVersion), kind: object.kind });
  const isKind = kind === undefined || matchesWildcard(full, kind) || matchesWildcard(object.kind, kind);
  const isNamed = name === undefined || matchesWildcard(object.metadata.name, name);
  return isKind && isNamed && (namespace === undefined || matchesWildcard(object.metadata.namespace ?? '', namespace));
}

const ignoredBy = (rules: readonly ObjectRule[]) => ({
  fields: [...new Set(rules.flatMap(({ ignore }) => ignore?.fields ?? []))],
  managers: [...new Set(rules.flatMap(({ ignore }) => ignore?.managers ?? []))],
});

const withoutUndefined = (meaning: Record<string, unknown>): Meaning =>
  Object.fromEntries(Object.entries(meaning).filter(([, value]) => value !== undefined));

const annotationsOf = ({ metadata }: KubernetesObject): Record<string, unknown> => metadata.annotations ?? {};

function saidBy(known: typeof meanings, object: KubernetesObject): Meaning[] {
  const found = annotationsOf(object);
  return Object.entries(known).map(([key, values]) => {
    const value = String(found[key]).toLowerCase();
    return (Object.hasOwn(values, value) && values[value]) || {};
  });
}

function waveOf(object: KubernetesObject): Meaning {
  const { [annotations.wave]: ours, [foreignWave]: theirs } = annotationsOf(object);
  const wave = Number(ours ?? theirs ?? 0);
  return Number.isInteger(wave) ? { wave } : {};
}

/** What is wrong with the annotations that speak to us. Other tools' are not ours to judge. */
export function mistakesIn(object: KubernetesObject): string[] {
  const found = annotationsOf(object);
  const wrong = Object.entries(meanings).flatMap(([key, values]) => {
    const value = found[key];
    if (value === undefined || Object.hasOwn(values, String(value))) return [];
    return [`the annotation ${key} must be ${oneOf(Object.keys(values))}; found "${value}"`];
  });
  const wave = found[annotations.wave];
  const isWave = wave === undefined || /^-?\d{1,6}$/.test(String(wave));
  return isWave ? wrong : [...wrong, `the annotation ${annotations.wave} must be a whole number; found "${wave}"`];
}

const oneOf = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
