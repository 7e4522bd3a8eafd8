import type { Deployer } from '../../shared/config/deployer.ts';
import { PlumblineError, problemsOf } from '../../shared/errors.ts';
import type { GitChange } from '../../shared/events/messages.ts';
import { describeProblem } from '../../shared/problem.ts';
import { isOfPullRequest, readPullRequest, readPush } from './push.ts';

/** `body` is the raw text: the signature is over the bytes, before any parsing. Header names are lower-case. */
export type WebhookRequest = { method: string; headers: Record<string, string | undefined>; body: string };
/** `message` is for anybody; `reason`, where there is one, only for the log. */
export type WebhookAnswer = { status: number; message: string; reason?: string; change?: GitChange };

/** @throws PlumblineError if it can't be told */
export type Verify = (body: string, signature: string) => Promise<boolean>;

/** GitHub sends up to 25 MB and Lambda takes 6; of larger pushes the resync finds the result. */
const maximumBytes = 5 * 1024 * 1024;

/**
 * Decides about one delivery: refuses early and in order (method, type, size, signature), and only then reads it.
 *
 * @returns 202 with the change to announce, 200/204 where there is nothing to do, or the reason of the refusal
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export async function receive(
  request: WebhookRequest,
  { verify, environments }: { verify: Verify; environments: Deployer['environments'] },
): Promise<WebhookAnswer> {
  const refusal = refuse(request);
  if (refusal !== undefined) return refusal;
  const signature = request.headers['x-hub-signature-256'] ?? '';
  if (!/^sha256=[0-9a-f]{64}$/.test(signature))
    return { status: 401, message: 'the header X-Hub-Signature-256 is missing or malformed' };
  const verdict = await tryVerify(verify, request.body, signature);
  if (verdict === false) return { status: 401, message: 'the signature does not match' };
  return verdict === true ? decide(request, environments) : verdict;
}

/** Without a secret that can be used nothing is believed; whoever operates this is told why, and the next resync finds what was pushed. */
async function tryVerify(verify: Verify, body: string, signature: string): Promise<boolean | WebhookAnswer> {
  try {
    return await verify(body, signature);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    const reason = problemsOf(error).map(describeProblem).join('; ');
    return { status: 503, message: 'signatures can not be checked at the moment', reason };
  }
}

function refuse({ method, headers, body }: WebhookRequest): WebhookAnswer | undefined {
  if (method !== 'POST') return { status: 405, message: 'only POST is accepted' };
  if (!/^application\/json\b/.test(headers['content-type'] ?? ''))
    return { status: 415, message: 'the content type must be application/json' };
  if (Buffer.byteLength(body) > maximumBytes)
    return { status: 413, message: `the body is over ${maximumBytes} bytes; the next resync looks at the branch` };
  return undefined;
}

function decide({ headers, body }: WebhookRequest, environments: Deployer['environments']): WebhookAnswer {
  const event = headers['x-github-event'];
  if (event === 'ping') return { status: 200, message: 'pong' };
  const change = event === 'push' ? readPush(body) : isOfPullRequest(event) ? readPullRequest(body, event) : 'unused';
  if (change === 'unused') return { status: 202, message: 'this event is not used' };
  if (change === undefined) return { status: 400, message: `the body is not a ${event} event as GitHub describes it` };
  const concerned = Object.values(environments).some(
    ({ repository, branch }) =>
      repository.toLowerCase() === change.repository.toLowerCase() && branch === change.branch,
  );
  if (!concerned) return { status: 202, message: 'no environment is deployed from this branch' };
  const cause = `delivery ${headers['x-github-delivery']?.slice(0, 64) ?? 'without id'}`;
  return { status: 202, message: 'accepted', change: { kind: 'git-change', ...change, cause } };
}
