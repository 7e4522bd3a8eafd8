import type { KubernetesObject } from '../manifests/object.ts';

/**
 * How one object stands: `current` is what was asked for; `progressing` is on its way there; `failed` won't get there by itself;
 * `terminating` is being deleted. The message says why, for people; it is empty for `current`.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export type Health = { status: 'current' | 'progressing' | 'failed' | 'terminating'; message: string };

/** Judges live objects of one kind. */
export type HealthRule = (object: KubernetesObject) => Health;

export const current: Health = { status: 'current', message: '' };
export const progressing = (message: string): Health => ({ status: 'progressing', message });
export const failed = (message: string): Health => ({ status: 'failed', message });
export const terminating = (message: string): Health => ({ status: 'terminating', message });
