/** What an App may do, in the words of GitHub's API. */
export type AppPermissions = Record<string, 'read' | 'write'>;

/** The three Apps, one for each function that speaks to GitHub. Each call's token gets just what the call needs of this. */
export const appNames = ['read', 'write', 'report'] as const;
export type AppName = (typeof appNames)[number];

/** `pull_requests: read` is for plans: which are open, and who agreed. */
export const appPermissions: Record<AppName, AppPermissions> = {
  read: { contents: 'read', pull_requests: 'read' },
  write: { contents: 'write', pull_requests: 'write' },
  report: { statuses: 'write', deployments: 'write', checks: 'write', pull_requests: 'write' },
};

/** What webhooks are used for. */
const webhookEvents = ['push', 'pull_request', 'pull_request_review'];

/** One App for all: whoever holds its key can do all that any of them can. */
export function allPermissions(): AppPermissions {
  const all = Object.values(appPermissions).flatMap((permissions) => Object.entries(permissions));
  // "read" sorts before "write", and the later one wins.
  return Object.fromEntries(all.sort(([, a], [, b]) => a.localeCompare(b)));
}

const longestName = 34;

export type ManifestOptions = {
  /** `read`, or `app` for the one that does all. */
  name: string;
  organization: string;
  /** `https://github.com`, or of a GitHub Enterprise Server. */
  githubUrl: string;
  permissions: AppPermissions;
  /** Where GitHub sends the browser with the code. */
  redirectUrl: string;
  /** Where events go. Default: nowhere; a repository's own webhook is used. */
  webhookUrl?: string | undefined;
};

/**
 * What GitHub makes an App from. Names of Apps are unique on all of GitHub, so the organisation is part of it.
 *
 * @see https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function appManifest(options: ManifestOptions) {
  const { name, organization, githubUrl, permissions, redirectUrl, webhookUrl } = options;
  return {
    name: `plumbline-${name}-${organization}`.slice(0, longestName).replace(/-+$/, ''),
    url: `${githubUrl}/${organization}`,
    redirect_url: redirectUrl,
    public: false,
    default_permissions: permissions,
    ...(webhookUrl !== undefined && {
      hook_attributes: { url: webhookUrl, active: true },
      default_events: webhookEvents,
    }),
  };
}
