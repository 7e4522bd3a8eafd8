/** One value or several, as IAM's JSON allows nearly everywhere. */
export type OneOrMany<T> = T | readonly T[];

/** `{ operator: { key: values } }` */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMany<string | boolean | number>>>>>;

export type PrincipalElement = '*' | Readonly<Record<string, OneOrMany<string>>>;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export type Statement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Principal?: PrincipalElement;
  NotPrincipal?: PrincipalElement;
  Condition?: ConditionBlock;
};

export type PolicyDocument = { Version?: string; Statement: OneOrMany<Statement> };

export function many<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** Reads a policy that a template holds as an object or as text. */
export function parsePolicy(policy: unknown): PolicyDocument {
  return (typeof policy === 'string' ? JSON.parse(policy) : policy) as PolicyDocument;
}

/** `*` stands for any text and `?` for any one character; everything else for itself. */
export function matchesPattern(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
