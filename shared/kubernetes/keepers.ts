import type { ApplySettings } from '../artifacts/release.ts';
import { groupOf } from '../manifests/object.ts';
import { matchesWildcard } from '../wildcard.ts';
import type { LiveObject } from './live-object.ts';
import { entriesOf } from './ownership.ts';

/** Other tools that keep an object as they want it, told by the marks that they leave on it. */

type Tool = ApplySettings['adopt'][number];

/** What runs a tool's part in it. `namespace` is `''` where the marks don't say it. */
export type Run = {
  kind: 'Kustomization' | 'HelmRelease' | 'Application' | 'release';
  namespace: string;
  name: string;
};

/** `by` is absent where only a manager's name tells that a tool was here. */
export type Keeper = { tool: Tool; by?: Run };

type Traits = { title: string; managers: readonly string[]; marks: readonly string[] };

/**
 * Names of field managers, with `*`, and JSON Pointers of labels and annotations.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#labels-and-annotations
 * @see https://fluxcd.io/flux/components/helm/helmreleases/ (origin labels)
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 * @see https://helm.sh/docs/chart_best_practices/labels/
 */
const tools: Record<Tool, Traits> = {
  flux: {
    title: 'Flux',
    managers: ['kustomize-controller', 'helm-controller', 'flux'],
    marks: [
      '/metadata/labels/kustomize.toolkit.fluxcd.io~1name',
      '/metadata/labels/kustomize.toolkit.fluxcd.io~1namespace',
      '/metadata/labels/helm.toolkit.fluxcd.io~1name',
      '/metadata/labels/helm.toolkit.fluxcd.io~1namespace',
    ],
  },
  argocd: {
    title: 'Argo CD',
    managers: ['argocd-*', 'argocd'],
    marks: [
      '/metadata/annotations/argocd.argoproj.io~1tracking-id',
      '/metadata/annotations/argocd.argoproj.io~1installation-id',
      '/metadata/labels/argocd.argoproj.io~1instance',
    ],
  },
  helm: {
    title: 'Helm',
    managers: ['helm', 'Helm', 'terraform-provider-helm*'],
    marks: [
      '/metadata/annotations/meta.helm.sh~1release-name',
      '/metadata/annotations/meta.helm.sh~1release-namespace',
    ],
  },
};

/** Who keeps an object beside us. Empty for what people or controllers made. */
export function keepersOf(live: LiveObject): Keeper[] {
  const flux = fluxRuns(live);
  const isFluxRelease = flux.some(({ kind }) => kind === 'HelmRelease');
  return [
    ...keepers('flux', flux, live),
    ...keepers('argocd', argoRuns(live), live),
    // A release that Flux makes is Flux's.
    ...(isFluxRelease ? [] : keepers('helm', helmRuns(live), live)),
  ];
}

function keepers(tool: Tool, runs: readonly Run[], live: LiveObject): Keeper[] {
  if (runs.length > 0) return runs.map((by) => ({ tool, by }));
  const isHere = entriesOf(live).some(({ manager = '' }) =>
    tools[tool].managers.some((each) => matchesWildcard(manager, each)),
  );
  return isHere ? [{ tool }] : [];
}

function fluxRuns({ metadata: { labels = {} } }: LiveObject): Run[] {
  const kinds = [
    ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
    ['HelmRelease', 'helm.toolkit.fluxcd.io'],
  ] as const;
  return kinds.flatMap(([kind, prefix]) => {
    const name = labels[`${prefix}/name`];
    return name ? [{ kind, namespace: labels[`${prefix}/namespace`] ?? '', name }] : [];
  });
}

/** Controllers copy labels and annotations to what they make: an id that names another object says nothing of this one. */
function argoRuns(live: LiveObject): Run[] {
  const { annotations = {}, labels = {} } = live.metadata;
  const id = annotations['argocd.argoproj.io/tracking-id'];
  if (id === undefined) return applications(labels['argocd.argoproj.io/instance'] ?? labelOfArgo(live));
  const [application = '', kind, place = ''] = id.split(':');
  const isIts = kind === `${groupOf(live.apiVersion)}/${live.kind}` && place.split('/').at(-1) === live.metadata.name;
  return isIts ? applications(application) : [];
}

/** Argo CD's older way to track, by a label that charts set, too. */
const labelOfArgo = (live: LiveObject) =>
  entriesOf(live).some(({ manager = '' }) => manager.startsWith('argocd'))
    ? live.metadata.labels?.['app.kubernetes.io/instance']
    : undefined;

/** `web`, or `team-a_web` of an Application outside Argo CD's own namespace. */
function applications(application: string | undefined): Run[] {
  if (!application) return [];
  const [name = '', namespace = ''] = application.split('_').reverse();
  return [{ kind: 'Application', namespace, name }];
}

function helmRuns({ metadata: { annotations = {}, namespace = '' } }: LiveObject): Run[] {
  const name = annotations['meta.helm.sh/release-name'];
  return name ? [{ kind: 'release', namespace: annotations['meta.helm.sh/release-namespace'] ?? namespace, name }] : [];
}

/** `Flux (Kustomization flux-system/apps)`. */
export function describeKeeper({ tool, by }: Keeper): string {
  const { title } = tools[tool];
  return by === undefined ? title : `${title} (${by.kind} ${by.namespace === '' ? '' : `${by.namespace}/`}${by.name})`;
}

/** What a tool's field managers are called, and where its marks are, as JSON Pointers. */
export function traitsOf({ tool, by }: Keeper): Pick<Traits, 'managers' | 'marks'> {
  const own = tools[tool];
  if (by?.kind !== 'HelmRelease') return own;
  return { managers: [...own.managers, ...tools.helm.managers], marks: [...own.marks, ...tools.helm.marks] };
}
