import { inspect } from 'node:util';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import { BadInputError, MissingError, RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { createSecrets } from '../../../shared/secrets/secrets.client.ts';

type Answer = { SecretString?: string; SecretBinary?: Uint8Array } | Error;

/** Answers in turn, the last one for ever; time stands still until it is moved. */
function start(...answers: [Answer, ...Answer[]]) {
  const asked: string[] = [];
  const time = { now: 0 };
  const client = {
    async send({ input }: { input: { SecretId: string } }) {
      asked.push(input.SecretId);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as SecretsManagerClient;
  const secrets = createSecrets({ client, clock: { now: () => new Date(time.now) } });
  return { secrets, asked, time };
}
const error = (name: string) => Object.assign(new Error('the value hunter2 is wrong'), { name });

describe('secrets', () => {
  test('are asked for once in five minutes', async () => {
    const { secrets, asked, time } = start({ SecretString: 'first' }, { SecretString: 'second' });
    expect(await Promise.all([secrets.get('a'), secrets.get('a')])).toEqual(['first', 'first']);
    time.now += 5 * 60_000 - 1;
    expect(await secrets.get('a')).toBe('first');
    time.now += 1;
    expect(await secrets.get('a')).toBe('second');
    expect(asked).toEqual(['a', 'a']);
  });

  test('fault 59: are asked for sooner where a younger value is wanted', async () => {
    const { secrets, asked, time } = start({ SecretString: 'first' }, { SecretString: 'second' });
    await secrets.get('a');
    time.now += 29_999;
    expect(await secrets.get('a', 30_000)).toBe('first');
    time.now += 1;
    expect(await Promise.all([secrets.get('a', 30_000), secrets.get('a', 30_000)])).toEqual(['second', 'second']);
    expect(asked).toEqual(['a', 'a']);
  });

  test('are kept by name', async () => {
    const { secrets, asked } = start({ SecretString: 'first' }, { SecretString: 'second' });
    expect([await secrets.get('a'), await secrets.get('b'), await secrets.get('a')]).toEqual([
      'first',
      'second',
      'first',
    ]);
    expect(asked).toEqual(['a', 'b']);
  });

  test('fault 59: a failure is not kept, so what is mended works at once', async () => {
    const { secrets } = start(error('AccessDeniedException'), { SecretString: 'value' });
    await expect(secrets.get('a')).rejects.toThrow(RefusedError);
    expect(await secrets.get('a')).toBe('value');
  });

  test.each([
    ['ResourceNotFoundException', MissingError, /no secret plumbline\/key/],
    ['AccessDeniedException', RefusedError, /needs secretsmanager:GetSecretValue/],
    ['DecryptionFailure', RefusedError, /KMS key is disabled/],
    ['InvalidRequestException', RefusedError, /scheduled for deletion/],
    ['ValidationException', BadInputError, /can't be the name of a secret/],
    ['ThrottlingException', TryAgainError, /could not be read \(ThrottlingException\)/],
    ['InternalServiceError', TryAgainError, /could not be read/],
  ])('fault 59: %s is told by remedy, without the value', async (name, kind, message) => {
    const { secrets } = start(error(name));
    const thrown = await secrets.get('plumbline/key').catch((thrown: unknown) => thrown);
    expect(thrown).toBeInstanceOf(kind);
    expect((thrown as Error).message).toMatch(message);
    expect(inspect(thrown, { depth: Infinity })).not.toContain('hunter2');
  });

  test.each([{}, { SecretString: ' \n' }, { SecretBinary: new Uint8Array([1]) }])(
    'fault 59: a secret without text is malformed (%#)',
    async (answer) => {
      await expect(start(answer).secrets.get('a')).rejects.toThrow(BadInputError);
    },
  );
});
