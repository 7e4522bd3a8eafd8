import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Storage, startStorage } from '../../../../bench/reconcile/function/storage.ts';
import { createTable } from '../../../../bench/reconcile/function/table.ts';
import { MissingError } from '../../../../shared/errors.ts';

let storage: Storage;
const written: string[] = [];

beforeAll(async () => {
  storage = await startStorage((item) => written.push(item.sk?.S ?? ''));
});
afterAll(() => storage.close());

const desired = (sequence: number) => ({
  ...{ environment: 'staging', repository: 'o/r', branch: 'b', revision: 'r', release: 'k' },
  ...{ sequence, at: '2026-11-21T12:00:00Z' },
});

const application = (version: number) => ({
  ...{ environment: 'staging', application: 'web', version, sequence: 1, revision: 'r', phase: 'healthy' as const },
  ...{ problems: [], counts: { objects: 1, changed: 0, pruned: 0 }, at: '2026-11-21T12:00:00Z' },
});

describe("the storage that answers at once, by the SDK's own clients", () => {
  it('keeps the greater sequence, and tells what is written', async () => {
    expect(await storage.state.writeDesired(desired(2))).toBe('written');
    expect(await storage.state.writeDesired(desired(1))).toBe('superseded');
    expect((await storage.state.readDesired('staging'))?.sequence).toBe(2);
    expect(written).toEqual(['desired']);
  });

  it('takes a write only over the version that it names, and forgets applications', async () => {
    expect(await storage.state.writeApplication(application(0))).toMatchObject({ version: 1 });
    expect(await storage.state.writeApplication(application(0))).toBe('superseded');
    expect(await storage.state.writeApplication(application(1))).toMatchObject({ version: 2 });
    expect(await storage.state.deleteApplication(application(1))).toBe('superseded');
    storage.forgetApplications();
    expect(await storage.state.readApplication('staging', 'web')).toBeUndefined();
    expect(await storage.state.readDesired('staging')).toBeDefined();
  });

  it('writes an object once', async () => {
    const bytes = new Uint8Array([0, 1, 255]);
    await expect(storage.objects.get('a/b.json')).rejects.toThrow(MissingError);
    expect(await storage.objects.putOnce('a/b.json', bytes)).toBe('written');
    expect(await storage.objects.putOnce('a/b.json', new Uint8Array())).toBe('exists');
    expect(await storage.objects.get('a/b.json')).toEqual(bytes);
  });

  it('writes nothing on a condition that it does not know', () => {
    const call = { Item: { pk: { S: 'a' }, sk: { S: 'b' } }, ConditionExpression: 'size(#field) > :one' };
    expect(() => createTable(() => {}).answer('DynamoDB_20120810.PutItem', call)).toThrow('is not known here');
  });
});
