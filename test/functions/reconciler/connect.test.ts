import { describe, expect, it } from 'vitest';
import { createConnect } from '../../../functions/reconciler/connect.ts';
import type { ApiRequest } from '../../../shared/kubernetes/transport.ts';
import { createFakeApiServer } from '../../fakes/api-server.ts';
import { createSleepyClock } from '../../support/reconciler-world.ts';

const host = (name: string) => `https://${name}.gr7.eu-west-1.eks.amazonaws.com`;
const address = (name = 'abc', ca = 'PEM') => ({
  cluster: 'main',
  endpoint: host(name),
  certificateAuthority: Buffer.from(ca).toString('base64'),
  describedAt: 't',
});

function setUp() {
  const server = createFakeApiServer();
  const { clock, advance, sleep } = createSleepyClock();
  let announced = 0;
  const opened: { endpoint: string; certificateAuthority: string }[] = [];
  const connect = createConnect({
    token: async () => 'k8s-aws-v1.token',
    openTransport(each) {
      opened.push(each);
      return server.transport;
    },
    clock,
    sleep,
  });
  const deadline = { remaining: () => 60_000 };
  const discoveries = () => server.requests.filter(({ path }: ApiRequest) => path === '/apis').length;
  return {
    server,
    advance,
    opened,
    announced: () => announced,
    discoveries,
    connect: (to = address(), environment = 'staging') =>
      connect(to, environment, deadline, async () => {
        announced += 1;
      }),
  };
}

describe('connecting', () => {
  it('shows our token, and acts as the environment', async () => {
    const { connect, server } = setUp();
    await connect().discovery();
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer k8s-aws-v1.token',
      'impersonate-user': 'system:serviceaccount:plumbline-system:staging',
    });
  });

  it('keeps the connections while the address stays the same, for every environment', async () => {
    const { connect, opened } = setUp();
    connect();
    connect(address(), 'production');
    expect(opened).toEqual([{ endpoint: host('abc'), certificateAuthority: 'PEM' }]);
  });

  it('fault 52: opens new ones when the certificate authority was rotated', async () => {
    const { connect, opened } = setUp();
    connect();
    connect(address('abc', 'another'));
    expect(opened).toHaveLength(2);
  });

  it('announces what is served only when it was asked for, not from memory', async () => {
    const { connect, announced } = setUp();
    await connect().discovery();
    await connect().discovery();
    expect(announced()).toBe(1);
  });

  it('asks what is served once, again on demand, and again after a while', async () => {
    const { connect, discoveries, advance } = setUp();
    await connect().discovery();
    await connect().discovery();
    expect(discoveries()).toBe(1);
    await connect().discovery(true);
    expect(discoveries()).toBe(2);
    advance(11 * 60 * 1000);
    await connect().discovery();
    expect(discoveries()).toBe(3);
  });

  it('refuses any address that is not one of EKS', () => {
    const { connect, opened } = setUp();
    expect(() => connect({ ...address(), endpoint: 'https://example.org' })).toThrow(/\*\.eks\.amazonaws\.com/);
    expect(opened).toEqual([]);
  });
});
