import type { Permissions } from '../apps.ts';

/** The sets of permissions that GitHub's pages name for the routes here. */
export const readContents: Permissions[] = [{ contents: 'read' }];
export const writeContents: Permissions[] = [{ contents: 'write' }];
export const readPulls: Permissions[] = [{ pull_requests: 'read' }];
export const writePulls: Permissions[] = [{ pull_requests: 'write' }];
export const readComments: Permissions[] = [{ issues: 'read' }, { pull_requests: 'read' }];
export const writeComments: Permissions[] = [{ issues: 'write' }, { pull_requests: 'write' }];
export const readStatuses: Permissions[] = [{ statuses: 'read' }];
export const writeStatuses: Permissions[] = [{ statuses: 'write' }];
export const readDeployments: Permissions[] = [{ deployments: 'read' }];
export const writeDeployments: Permissions[] = [{ deployments: 'write' }];
export const readChecks: Permissions[] = [{ checks: 'read' }];
export const writeChecks: Permissions[] = [{ checks: 'write' }];
export const readMetadata: Permissions[] = [{ metadata: 'read' }];
