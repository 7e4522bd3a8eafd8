import { expect, it } from 'vitest';
import { secretsOfPod } from '../../../shared/kubernetes/pod-secrets.ts';

it('finds every Secret that a pod gets as a variable or a file, once', () => {
  const pod = {
    spec: {
      initContainers: [{ envFrom: [{ secretRef: { name: 'init' } }, { configMapRef: { name: 'no' } }] }],
      containers: [
        {
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 'variable', key: 'a' } } },
            { name: 'B', value: 'no' },
          ],
          envFrom: [{ secretRef: { name: 'init' } }],
        },
      ],
      volumes: [
        { name: 'a', secret: { secretName: 'file' } },
        { name: 'b', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'no' } }] } },
        { name: 'c', emptyDir: {} },
      ],
    },
  };
  expect(secretsOfPod(pod).sort()).toEqual(['file', 'init', 'projected', 'variable']);
  expect(secretsOfPod({})).toEqual([]);
});
