import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { createS3ObjectStore } from '../../../shared/artifacts/s3.client.ts';
import { objectStoreContract } from '../../contracts/object-store.ts';

const { account } = inject('shared');
const client = new S3Client({ ...account, forcePathStyle: true });

async function createStore() {
  const bucket = `artifacts-${randomUUID()}`;
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  return createS3ObjectStore({ client, bucket });
}

objectStoreContract('in S3', createStore);

describe('presigned URLs', () => {
  it('let their holder read one object and write one other, once, without any rights of its own', async () => {
    const store = await createStore();
    await store.putOnce('trees/staging/a.tar.gz', new TextEncoder().encode('a tree'));
    const read = await fetch(await store.presignGet('trees/staging/a.tar.gz', 60));
    expect(await read.text()).toBe('a tree');

    const url = await store.presignPut('renderings/staging/web/1.json', 60);
    const put = () => fetch(url, { method: 'PUT', body: '{}', headers: { 'if-none-match': '*' } });
    expect((await put()).status).toBe(200);
    expect((await put()).status).toBe(412);
    expect(new TextDecoder().decode(await store.get('renderings/staging/web/1.json'))).toBe('{}');
  });

  it('do not let the condition be left out', async () => {
    const store = await createStore();
    const url = await store.presignPut('renderings/staging/web/2.json', 60);
    expect((await fetch(url, { method: 'PUT', body: '{}' })).status).toBe(403);
  });
});
