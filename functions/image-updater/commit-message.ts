import { type ImageReference, shortName } from '../../shared/images/reference.ts';
import { oneLine } from '../../shared/text/one-line.ts';
import type { Update } from './decide-updates.ts';
import { linkOf } from './source-revisions.ts';
import { trailersOf } from './trailers.ts';

const longestSubject = 72;

/**
 * The message of a commit that pins images:
 *
 * ```
 * example-application 1.1.0
 *
 * staging:
 * - 123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application: 1.0.0 → 1.1.0
 *   applications/example-application/deployment.yaml
 *   https://github.com/example-org/example-application/compare/0a1b2c3d...4e5f6a7b
 *
 * Plumbline-Environment: staging
 * Plumbline-Image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application:1.1.0@sha256:…
 * Plumbline-Pushed: 2026-01-02T03:04:05.000Z
 * Plumbline-Previous: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application:1.0.0
 * Plumbline-Policy: semver >=1.0.0 <2.0.0
 * Plumbline-Source: https://github.com/example-org/example-application
 * Plumbline-Revision: 4e5f6a7b
 * ```
 */
export function commitMessage(updates: readonly Update[]): string {
  return [subjectOf(updates), ...changesOf(updates), trailersOf(updates).join('\n')].join('\n\n');
}

/** Image and version, or how many there are. */
export function subjectOf(updates: readonly Update[]): string {
  const versions = [...new Set(updates.map(({ pin }) => `${shortName(pin.repository)} ${pin.tag}`))];
  const all = versions.join(', ');
  return all.length <= longestSubject || versions.length === 1 ? all : `${versions.length} images`;
}

/** One paragraph per environment. */
function changesOf(updates: readonly Update[]): string[] {
  return [...Map.groupBy(updates, ({ environment }) => environment)].map(([environment, group]) => {
    const changes = [...Map.groupBy(group, describeChange)];
    return [
      `${environment}:`,
      ...changes.flatMap(([change, places]) => [`- ${change}`, ...filesOf(places), ...linksOf(places)]),
    ].join('\n');
  });
}

/** `repository: 1.0.0 → 1.1.0` */
export const describeChange = ({ pin, previous }: Pick<Update, 'pin' | 'previous'>): string =>
  `${pin.repository}: ${versionIn(previous)} → ${pin.tag}`;

const versionIn = ({ tag, digest }: ImageReference) => oneLine(tag ?? digest ?? 'no version');

const filesOf = (updates: Update[]) => new Set(updates.map(({ file }) => `  ${oneLine(file)}`));

const linksOf = (updates: Update[]) =>
  new Set(updates.flatMap((update) => linkOf(update) ?? []).map((link) => `  ${link}`));
