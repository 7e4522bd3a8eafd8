import { describe, expect, it } from 'vitest';
import { authorOf, describeAuthor } from '../../../shared/kubernetes/authors.ts';
import type { Part } from '../../../shared/kubernetes/difference.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';

const manager = 'plumbline:staging/web';
const [web, port] = ['k:{"name":"web"}', 'k:{"containerPort":80,"protocol":"TCP"}'];
const object: LiveObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    name: 't',
    uid: 'u',
    resourceVersion: '1',
    managedFields: [
      { manager, operation: 'Apply', time: '2026-11-21T15:00:00Z', fieldsV1: { 'f:spec': { 'f:ours': {} } } },
      {
        manager: 'kubectl-edit',
        operation: 'Update',
        time: '2026-11-21T12:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:paused': {},
            'f:selector': {},
            'f:containers': { [web]: { 'f:image': {}, 'f:ports': { [port]: { 'f:name': {} } } } },
          },
        },
      },
      {
        manager: 'kubectl-patch',
        operation: 'Update',
        time: '2026-11-21T13:00:00Z',
        fieldsV1: { 'f:spec': { 'f:paused': {} } },
      },
      { manager: 'kubectl', operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    ],
  },
  spec: {
    containers: [{ name: 'side' }, { name: 'web', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }],
  },
};

describe('who changed a field', () => {
  it.each<[string, Part[], string]>([
    ['a value, by the last of several', ['spec', 'paused'], ', by kubectl-patch at 2026-11-21T13:00:00Z'],
    ['a scaled one, which has no time', ['spec', 'replicas'], ', by kubectl'],
    ['part of what is owned as a whole', ['spec', 'selector', 'app'], ', by kubectl-edit at 2026-11-21T12:00:00Z'],
    ['a whole of which parts are owned', ['spec', 'containers'], ', by kubectl-edit at 2026-11-21T12:00:00Z'],
    [
      'an item by its name, and one below it by its place',
      ['spec', 'containers', { name: 'web' }, 'ports', 0, 'name'],
      ', by kubectl-edit at 2026-11-21T12:00:00Z',
    ],
    ['what only we own', ['spec', 'ours'], ''],
    ['what nobody owns', ['spec', 'containers', { name: 'side' }, 'image'], ''],
    ['what is gone', ['spec', 'containers', { name: 'gone' }], ''],
  ])('%s', (_, path, text) => {
    expect(describeAuthor(authorOf(object, path, manager))).toBe(text);
  });
});
