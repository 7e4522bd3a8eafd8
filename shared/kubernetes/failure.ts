import { z } from 'zod';
import type { ConflictReport, FieldConflict } from './conflict.ts';
import { roleOf, systemNamespace } from './names.ts';

/**
 * Why the API server did not do what it was asked, in words for whoever can mend it.
 *
 * `waitsFor` names what will pass by itself soon: a kind that is not served yet, or a deletion under way. `immutable` names fields that
 * can't be changed once the object exists, where they are all that is wrong. `conflicts` are fields that others own. `isCertain`: it is the
 * manifest that is wrong, whatever else stands in the cluster.
 */
export type Failure = {
  message: string;
  retryable: boolean;
  waitsFor?: 'kind' | 'deletion';
  immutable?: string[];
  conflicts?: ConflictReport[];
  isCertain?: true;
};

const causeSchema = z.object({
  reason: z.string().optional(),
  message: z.string().optional(),
  field: z.string().optional(),
});

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({ name: z.string().optional(), kind: z.string().optional(), causes: z.array(causeSchema).optional() })
    .nullish(),
});
export type Status = z.output<typeof statusSchema>;

/** The Status in an answer, or one made of an answer that isn't a Status (a proxy's page, an empty body). */
export function readStatus(text: string): Status {
  try {
    const { success, data } = statusSchema.safeParse(JSON.parse(text));
    if (success) return data;
  } catch {
    // Not JSON: said below.
  }
  return { kind: 'Status', message: text.slice(0, 200).trim() };
}

/** The fields that others own, of the answer to an unforced apply. Empty for any other answer. */
export function readConflicts({ details }: Status): FieldConflict[] {
  const causes = (details?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
  return causes.map(({ message = '', field = '' }) => {
    const [, manager = message, subresource] =
      /^conflict with "((?:[^"\\]|\\.)*)"(?: with subresource "([^"]*)")?/.exec(message) ?? [];
    return { field, manager, ...(subresource !== undefined && { subresource }) };
  });
}

type Rule = {
  when: (code: number, message: string, status: Status) => boolean;
  say: (message: string, status: Status) => string;
  retryable: boolean;
  waitsFor?: Failure['waitsFor'];
  isCertain?: true;
};

const isTerminating = ({ details }: Status) =>
  (details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** The first rule that fits says what went wrong. */
const rules: readonly Rule[] = [
  {
    when: (code, message) => code === 500 && message.startsWith('failed to create typed patch object'),
    say: (message) => `the manifest doesn't fit the kind's schema: ${afterBracket(message)}`,
    retryable: false,
    isCertain: true,
  },
  {
    when: (_code, message) => message.includes('strict decoding error'),
    say: (message) => `the manifest has fields that the kind doesn't know: ${message}`,
    retryable: false,
    isCertain: true,
  },
  {
    when: (code, _message, status) => code === 403 && isTerminating(status),
    say: (message) =>
      `its namespace is being deleted: ${message}. It is applied when the namespace is gone and made anew`,
    retryable: true,
    waitsFor: 'deletion',
  },
  {
    when: (code, message) => code === 403 && message.includes('exceeded quota'),
    say: (message) => `a ResourceQuota forbids it: ${message}`,
    retryable: true,
  },
  {
    when: (_code, message) => /admission webhook "[^"]+" denied/.test(message),
    say: (message) => message,
    retryable: false,
  },
  {
    when: (code, message) => code === 403 && / cannot \w+ resource /.test(message),
    say: (message) => `${message}. Grant it to ${roleIn(message)}, or remove the object from Git`,
    retryable: false,
  },
  { when: (code) => code === 403, say: (message) => `the API server refuses it: ${message}`, retryable: false },
  {
    when: (code, _message, status) => code === 422 && immutableFields(status).length > 0,
    say: (_message, status) => `${immutableFields(status).join(', ')} can't be changed once the object exists`,
    retryable: false,
    isCertain: true,
  },
  {
    when: (code, message) => code === 400 && message.includes('does not support dry run'),
    say: (message) => `is not valid: ${message}`,
    retryable: false,
  },
  {
    when: (code) => code === 422 || code === 400,
    say: (message) => `is not valid: ${message}`,
    retryable: false,
    isCertain: true,
  },
  {
    when: (code, _message, { details }) => code === 404 && details?.kind === 'namespaces',
    say: (_message, { details }) =>
      `the namespace "${details?.name}" does not exist; create it, or let the environment own it (clusterKinds: Namespace in deployer.yaml)`,
    retryable: true,
  },
  {
    when: (code) => code === 404,
    say: () => 'the cluster does not serve this kind (yet)',
    retryable: true,
    waitsFor: 'kind',
  },
  { when: (code) => code === 401, say: () => 'the cluster does not accept our credentials', retryable: true },
  { when: (code) => code === 405, say: () => 'this kind is asked, not kept: it can not be applied', retryable: false },
  { when: (code) => code === 413, say: () => 'is larger than the API server accepts', retryable: false },
];

/** @param code the HTTP status of an answer that is not a success */
export function explainFailure(code: number, status: Status): Failure {
  const message = status.message ?? '';
  const rule = rules.find(({ when }) => when(code, message, status));
  if (rule === undefined) return { message: `the API server answered ${code}: ${message}`, retryable: true };
  const { say, retryable, waitsFor, isCertain } = rule;
  const immutable = code === 422 ? immutableFields(status) : [];
  return {
    message: say(message, status),
    retryable,
    ...(waitsFor && { waitsFor }),
    ...(isCertain && { isCertain }),
    ...(immutable.length > 0 && { immutable }),
  };
}

/** There is no code for it: each kind has words of its own. */
const isImmutable = (message: string) =>
  /immutable|may not (be )?changed?|cannot change|updates to .* are forbidden|updates to statefulset spec/i.test(
    message,
  );

/** The fields that can't be changed, if nothing else is wrong: an object that would be refused anyway must not be deleted for them. */
function immutableFields({ details }: Status): string[] {
  const causes = details?.causes ?? [];
  const isAll = causes.every(({ message = '' }) => isImmutable(message));
  return isAll ? [...new Set(causes.flatMap(({ field }) => field || []))] : [];
}

/** The role that `bootstrapObjects` gives to the environment that was refused. */
function roleIn(message: string): string {
  const environment = new RegExp(`"system:serviceaccount:${systemNamespace}:([^"]+)"`).exec(message)?.[1];
  return environment === undefined ? "the environment's role" : `the role ${roleOf(environment)}`;
}

/** `failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema` */
const afterBracket = (message: string) => message.replace(/^failed to create typed patch object( \([^)]*\))?:? */, '');
