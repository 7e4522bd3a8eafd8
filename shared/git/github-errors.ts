import { PlumblineError, RefusedError, TryAgainError } from '../errors.ts';

/** Who asked for what, so that an error can say what is missing where. */
export type Attempt = {
  appId: number;
  /** `owner/name` */
  repository: string;
  /** What was tried, e.g. `commit to the branch staging of`. */
  doing: string;
  /** What the App needs for it, as GitHub's settings call it, e.g. `Contents: write`. */
  permission: string;
};

type Failure = { status: number | undefined; headers: Record<string, string>; message: string; types: string[] };

/**
 * What GitHub's answer means for whoever can mend it. Neither request nor response is kept: they may carry a token.
 *
 * @param error whatever the GitHub library threw
 */
export function explainGitHubError(error: unknown, attempt: Attempt): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const failure = readFailure(error);
  const said = `${attempt.doing} ${attempt.repository}: GitHub answered ${describe(failure)}`;
  const cause = new Error(failure.message);
  if (isRateLimit(failure)) return new TryAgainError(`could not ${said}`, { cause, afterSeconds: waitOf(failure) });
  if (isProtection(failure)) return new RefusedError(`may not ${said}. ${protectionRemedy(attempt)}`, { cause });
  if (failure.status === 401) return new RefusedError(`may not ${said}. ${credentialRemedy(attempt)}`, { cause });
  if (isPermission(failure)) return new RefusedError(`may not ${said}. ${permissionRemedy(attempt)}`, { cause });
  if (failure.status === undefined || failure.status >= 500) return new TryAgainError(`could not ${said}`, { cause });
  return new RefusedError(`could not ${said}`, { cause });
}

export const statusOf = (error: unknown) => readFailure(error).status;
export const messageOf = (error: unknown) => readFailure(error).message;

/** The `type` of each error of a GraphQL answer, e.g. `STALE_DATA`. */
export const graphqlTypesOf = (error: unknown) => readFailure(error).types;

function readFailure(error: unknown): Failure {
  const {
    status,
    message = '',
    response,
    headers,
    errors,
  } = Object(error) as {
    status?: unknown;
    message?: unknown;
    response?: { headers?: Record<string, string>; data?: { errors?: unknown } };
    headers?: Record<string, string>;
    errors?: unknown;
  };
  const list: unknown[] = [errors ?? response?.data?.errors ?? []].flat();
  const types = list.map((item) => String((Object(item) as { type?: unknown }).type ?? ''));
  return {
    status: typeof status === 'number' ? status : types.length > 0 ? 200 : undefined,
    headers: response?.headers ?? headers ?? {},
    message: String(message).slice(0, 500),
    types,
  };
}

function describe({ status, message, types }: Failure): string {
  const number = status === undefined || status === 200 ? undefined : String(status);
  return [number, ...types, message.replaceAll('\n', ' ')]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function isRateLimit({ status, headers, message, types }: Failure): boolean {
  if (status === 429 || types.includes('RATE_LIMITED') || /rate limit/i.test(message)) return true;
  return status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0');
}

/** Seconds, by the headers that GitHub documents. @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately */
function waitOf({ headers }: Failure): number | undefined {
  const after = Number(headers['retry-after']);
  if (after > 0) return after;
  const reset = Number(headers['x-ratelimit-reset']) - Date.parse(headers.date ?? '') / 1000;
  return headers['x-ratelimit-remaining'] === '0' && reset > 0 ? Math.ceil(reset) : undefined;
}

const isProtection = ({ message, types }: Failure) =>
  types.includes('BRANCH_PROTECTION_RULE_VIOLATION') ||
  /rule violations?|protected branch|verified signatures?|through a pull request/i.test(message);

/** 422 is how a token is refused that asks for more than the installation has. */
const isPermission = ({ status, types }: Failure) =>
  status === 403 || status === 404 || status === 422 || types.includes('FORBIDDEN') || types.includes('NOT_FOUND');

const protectionRemedy = ({ appId }: Attempt) =>
  `The branch is protected: add the App ${appId} to the bypass list of the rule (the repository's Settings → Rules → Rulesets, or Settings → Branches)`;

const credentialRemedy = ({ appId }: Attempt) =>
  `Put a current private key of the App ${appId} into its secret (the App's settings → General → Private keys), and check appId in deployer.yaml`;

const permissionRemedy = ({ appId, repository, permission }: Attempt) =>
  `The App ${appId} must be installed on ${repository} and have the permission "${permission}" (the App's settings → Permissions & events; ` +
  'a new permission must be accepted in the installation); a renamed repository must be renamed in deployer.yaml too';
