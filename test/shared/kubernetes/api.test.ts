import { describe, expect, it } from 'vitest';
import { createApi, UnreachableError } from '../../../shared/kubernetes/api.ts';
import { createLimiter } from '../../../shared/kubernetes/limiter.ts';
import type { ApiAnswer, ApiRequest } from '../../../shared/kubernetes/transport.ts';
import { status } from '../../fakes/api-server.ts';

const fine: ApiAnswer = { status: 200, headers: {}, text: '{}' };
const request: ApiRequest = { method: 'GET', path: '/x', headers: { accept: 'application/json' } };

/** An API over a server that answers in turn, the last answer for ever. */
function apiOver(answers: (ApiAnswer | Error)[], remaining = 60_000) {
  const sent: ApiRequest[] = [];
  const waits: number[] = [];
  const renewals: boolean[] = [];
  const limiter = createLimiter(16);
  const api = createApi({
    async transport(each) {
      sent.push(each);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer ?? fine;
    },
    async authenticate(renew) {
      renewals.push(renew);
      return { authorization: renew ? 'Bearer new' : 'Bearer old' };
    },
    limiter,
    deadline: { remaining: () => remaining },
    sleep: async (milliseconds) => waits.push(milliseconds),
    random: () => 1,
  });
  return { api, sent, waits, renewals, limiter };
}

describe('the API', () => {
  it('says who we are with every request', async () => {
    const { api, sent } = apiOver([fine]);
    await api(request);
    expect(sent[0]?.headers).toEqual({ accept: 'application/json', authorization: 'Bearer old' });
  });

  it('fault 40: waits as long as a throttling server says, and lowers what it asks at once', async () => {
    const throttled = { ...status(429, 'TooManyRequests', 'slow'), headers: { 'retry-after': '2' } };
    const { api, waits, limiter } = apiOver([throttled, throttled, fine]);
    expect(await api(request)).toBe(fine);
    expect(waits).toEqual([2000, 2000]);
    expect(limiter.limit()).toBe(4);
  });

  it('fault 42: signs again once after a 401', async () => {
    const { api, sent, renewals } = apiOver([status(401, 'Unauthorized', 'no'), fine]);
    expect(await api(request)).toBe(fine);
    expect(renewals).toEqual([false, true]);
    expect(sent[1]?.headers?.authorization).toBe('Bearer new');
  });

  it('fault 42: takes a second 401 as the answer', async () => {
    const { api, sent } = apiOver([status(401, 'Unauthorized', 'no')]);
    expect((await api(request)).status).toBe(401);
    expect(sent).toHaveLength(2);
  });

  it('fault 41: asks again after a reset', async () => {
    const { api, waits } = apiOver([new Error('reset'), fine]);
    expect(await api(request)).toBe(fine);
    expect(waits).toEqual([200]);
  });

  it.each([new Error('reset'), status(502, 'BadGateway', 'no node')])(
    'asks for what is optional only once: %s',
    async (answer) => {
      const { api, sent, waits } = apiOver([answer, fine]);
      const result = await api({ ...request, isOptional: true }).catch((error: unknown) => error);
      expect(answer instanceof Error ? result instanceof UnreachableError : result === answer).toBe(true);
      expect([sent.length, waits]).toEqual([1, []]);
    },
  );

  it('fault 52: says that there is no answer, after some attempts, without a token', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    const { api, sent } = apiOver([refused]);
    const error = await api(request).catch((each) => each);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ retryable: true, cause: refused });
    expect(error.message).toBe(
      "the cluster's API server can't be reached: ECONNREFUSED (connect ECONNREFUSED 10.0.0.1:443)",
    );
    expect(sent).toHaveLength(4);
  });

  it('fault 56: sends nothing when there is no time left', async () => {
    const { api, sent } = apiOver([fine], 0);
    await expect(api(request)).rejects.toThrow(/no time left/);
    expect(sent).toEqual([]);
  });

  it('hands a lasting refusal on as it is', async () => {
    const { api, sent } = apiOver([status(403, 'Forbidden', 'no')]);
    expect((await api(request)).status).toBe(403);
    expect(sent).toHaveLength(1);
  });
});
