import { expect, it, vi } from 'vitest';
import type { AccessEntry } from '../../../local/kubernetes/access-entries.ts';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import { identifyBySignature } from '../../../local/kubernetes/signed-caller.ts';
import type { Authenticator } from '../../../local/kubernetes/token-review.ts';
import { type Admin, patience, requestWithToken } from './cluster-client.ts';
import { eksToken } from './eks-tokens.ts';

const account = 'arn:aws:iam::111122223333';
const entries: AccessEntry[] = [{ principalArn: `${account}:role/reconciler`, groups: ['deployers'] }];
const keys = new Map(
  ['reconciler', 'stranger'].map((role) => [
    `ASIA${role.toUpperCase()}`,
    { secretAccessKey: `secret of ${role}`, arn: `arn:aws:sts::111122223333:assumed-role/${role}/session` },
  ]),
);
const signerOf = (role: string) => {
  const accessKeyId = `ASIA${role.toUpperCase()}`;
  return { accessKeyId, secretAccessKey: keys.get(accessKeyId)?.secretAccessKey ?? '' };
};
const tokenOf = (role: string, options: { clusterName?: string; now?: Date } = {}) =>
  eksToken({ signer: signerOf(role), clusterName: 'example', ...options });

/** Knows two roles, one of which has an access entry. */
export const authenticator: Authenticator = {
  clusterName: 'example',
  identify: identifyBySignature((id) => keys.get(id)),
  accessEntries: () => entries,
};

/** What a cluster that was started with `authenticator` must make of tokens. */
export function itKnowsWhoIsWho(clusterAtHand: () => { cluster: LocalCluster; admin: Admin }): void {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const whoAmI = (token: string) =>
    requestWithToken(clusterAtHand().cluster, token, '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);

  it('a role with an access entry is the user that EKS makes of it, under the EKS-like name', async () => {
    const { status, json } = await whoAmI(await tokenOf('reconciler'));
    expect(status).toBe(201);
    expect(json.status.userInfo).toMatchObject({
      username: 'arn:aws:sts::111122223333:assumed-role/reconciler/session',
      groups: ['deployers', 'system:authenticated'],
    });
  });

  it('a role without an access entry is nobody', async () => {
    expect((await whoAmI(await tokenOf('stranger'))).status).toBe(401);
  });

  it.each([
    ['for another cluster', { clusterName: 'another' }],
    ['long ago', { now: new Date(Date.now() - 3_600_000) }],
  ])('a token that was signed %s is nobody', async (_when, options) => {
    expect((await whoAmI(await tokenOf('reconciler', options))).status).toBe(401);
  });

  it('an access entry holds as long as it is there', async () => {
    const entry = { principalArn: `${account}:role/stranger`, username: 'guest:{{SessionName}}' };
    entries.push(entry);
    await vi.waitFor(
      async () => expect((await whoAmI(await tokenOf('stranger'))).json.status.userInfo.username).toBe('guest:session'),
      patience,
    );
    entries.splice(entries.indexOf(entry), 1);
    const token = await tokenOf('stranger');
    // The API server itself remembers an accepted token for 10 seconds.
    await vi.waitFor(async () => expect((await whoAmI(token)).status).toBe(401), patience);
  });

  it('RBAC decides what a role may do', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    expect((await requestWithToken(clusterAtHand().cluster, await tokenOf('reconciler'), path)).status).toBe(403);
    await clusterAtHand().admin.create(`${roles}/rolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'deployers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'deployers' }],
    });
    await vi.waitFor(
      async () =>
        expect((await requestWithToken(clusterAtHand().cluster, await tokenOf('reconciler'), path)).status).toBe(200),
      patience,
    );
    expect(
      (
        await requestWithToken(
          clusterAtHand().cluster,
          await tokenOf('reconciler'),
          '/api/v1/namespaces/kube-system/configmaps',
        )
      ).status,
    ).toBe(403);
  });

  it('a service account has a token of its own', async () => {
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = await clusterAtHand().admin.create(
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      request,
    );
    expect((await whoAmI(status.token)).json.status.userInfo.username).toBe('system:serviceaccount:default:default');
  });
}
