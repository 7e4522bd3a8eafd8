import { describe, expect, it } from 'vitest';
import { checkCluster } from '../../../functions/source/check-cluster.ts';

const good = { name: 'main', region: 'eu-west-1', authenticationMode: 'API', endpointPrivateAccess: true };
const messages = (part: Partial<Parameters<typeof checkCluster>[0]>) =>
  checkCluster({ ...good, ...part }).map(({ message }) => message);

describe('a cluster', () => {
  it.each(['API', 'API_AND_CONFIG_MAP'])('with a private endpoint and the authentication mode %s is fine', (mode) => {
    expect(messages({ authenticationMode: mode })).toEqual([]);
  });

  it.each([false, undefined])('without a private endpoint (%s) is refused, with the command that adds it', (access) => {
    expect(messages({ endpointPrivateAccess: access })).toEqual([
      expect.stringContaining(
        'aws eks update-cluster-config --region eu-west-1 --name main --resources-vpc-config endpointPrivateAccess=true',
      ),
    ]);
  });

  it.each(['CONFIG_MAP', undefined])(
    'without access entries (%s) is refused, with the command that adds them',
    (mode) => {
      expect(messages({ authenticationMode: mode })).toEqual([
        expect.stringContaining(
          'aws eks update-cluster-config --region eu-west-1 --name main --access-config authenticationMode=API_AND_CONFIG_MAP',
        ),
      ]);
    },
  );

  it('is told everything at once', () => {
    expect(messages({ endpointPrivateAccess: false, authenticationMode: 'CONFIG_MAP' })).toHaveLength(2);
  });
});
