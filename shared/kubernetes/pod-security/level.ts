/** The levels of the Pod Security Standards, the strictest last. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** A namespace's label that has the API server refuse pods. @see https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
export const enforceLabel = 'pod-security.kubernetes.io/enforce';

/** Whether `level` lets through what `limit` doesn't. */
export const isLooser = (level: PodSecurityLevel, limit: PodSecurityLevel) =>
  podSecurityLevels.indexOf(level) < podSecurityLevels.indexOf(limit);

export const loosest = (levels: readonly PodSecurityLevel[]): PodSecurityLevel =>
  podSecurityLevels.find((level) => levels.includes(level)) ?? 'baseline';

/** One field of a pod that a level doesn't allow. */
export type PodFault = {
  /** From the object's root, e.g. `spec.template.spec.hostNetwork`. */
  field: string;
  found: string;
  accepted: string;
};
