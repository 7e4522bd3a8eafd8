import { type AppPermissions, allPermissions, appNames, appPermissions } from '../../shared/git/app-manifest.ts';

/** One App that is to be created. */
export type PlannedApp = { name: string; does: string; permissions: AppPermissions; hasWebhook: boolean };

const uses = {
  read: 'reads your environment repositories, for rendering and plans',
  write: 'commits image versions, or opens pull requests with them',
  report: 'writes commit statuses, deployments, checks and comments',
};

/** @param isOne one App for everything, the lesser choice */
export const planApps = (isOne: boolean): PlannedApp[] =>
  isOne
    ? [{ name: 'app', does: 'reads, commits and reports', permissions: allPermissions(), hasWebhook: true }]
    : appNames.map((name) => ({
        name,
        does: uses[name],
        permissions: appPermissions[name],
        hasWebhook: name === 'read',
      }));

/** The REST address that belongs to the address that people open. @throws TypeError if it is none */
export function apiUrlOf(githubUrl: string): string {
  const { hostname, origin } = new URL(githubUrl);
  if (hostname === 'github.com') return 'https://api.github.com';
  return hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${origin}/api/v3`;
}
