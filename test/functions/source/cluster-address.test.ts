import { describe, expect, it } from 'vitest';
import { BadInputError, TryAgainError } from '../../../shared/errors.ts';
import { createSource, web } from '../../support/source-world.ts';

const address = { endpoint: 'https://x.eks.amazonaws.com', certificateAuthority: 'Y2E=' };
const closed = 'the EKS cluster "example" has no private endpoint';

/** EKS as it answers about the cluster, and how often it was asked. */
function withCluster(source: ReturnType<typeof createSource>) {
  const asked: string[] = [];
  let failure: Error | undefined;
  source.ports.describe = async ({ key, name }) => {
    asked.push(`${key} ${name}`);
    if (failure !== undefined) throw failure;
    return address;
  };
  return {
    asked,
    failAs: (error: Error | undefined) => {
      failure = error;
    },
  };
}

describe('a cluster’s address', () => {
  it('is asked for by the key and the name of deployer.yaml, and again after ten minutes', async () => {
    const source = createSource();
    source.ports.clusters = { example: { name: 'example-cluster' } } as unknown as typeof source.ports.clusters;
    const { asked } = withCluster(source);
    source.push(web('1'));
    await source.refresh();
    source.advance(9);
    await source.refresh();
    expect(asked).toEqual(['example example-cluster']);
    source.advance(1);
    await source.refresh();
    expect(asked).toHaveLength(2);
    expect(await source.state.readCluster('example')).toMatchObject(address);
  });
});

describe('a cluster that can’t be deployed to as it is', () => {
  it('fails the attempt, with what to do, and nothing is deployed', async () => {
    const source = createSource();
    withCluster(source).failAs(new BadInputError([{ message: closed }]));
    const revision = source.push(web('1'));
    expect(await source.refresh()).toMatchObject({ revision, outcome: 'failed' });
    expect(await source.state.readAttempt('staging')).toMatchObject({
      revision,
      outcome: 'failed',
      problems: [{ message: closed }],
    });
    expect([await source.state.readDesired('staging'), source.sent, source.rendered]).toEqual([undefined, [], []]);
  });

  it('is deployed to as soon as it is mended, at the same head', async () => {
    const source = createSource();
    const cluster = withCluster(source);
    cluster.failAs(new BadInputError([{ message: closed }]));
    source.push(web('1'));
    await source.refresh();
    expect(await source.refresh()).toMatchObject({ outcome: 'unchanged' });
    cluster.failAs(undefined);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });

  it('keeps what it runs if that is found out later', async () => {
    const source = createSource();
    const cluster = withCluster(source);
    source.push(web('1'));
    await source.refresh();
    const before = await source.state.readDesired('staging');
    cluster.failAs(new BadInputError([{ message: closed }]));
    source.advance(10);
    source.push(web('2'));
    expect(await source.refresh()).toMatchObject({ outcome: 'failed' });
    expect(await source.state.readDesired('staging')).toEqual(before);
  });

  it('is asked again by the queue where EKS only can’t answer now', async () => {
    const source = createSource();
    withCluster(source).failAs(new TryAgainError('throttled'));
    source.push(web('1'));
    await expect(source.refresh()).rejects.toThrow('throttled');
    expect(await source.state.readAttempt('staging')).toBeUndefined();
  });
});
