import { describe, expect, it } from 'vitest';
import { differences, showValue } from '../../../shared/kubernetes/difference.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

const object = (fields: object, kind = 'Deployment', metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'web', ...metadata },
  ...fields,
});

const lines = (before: KubernetesObject, after: KubernetesObject) =>
  differences(before, after).map(({ field, from, to }) => `${field}: ${from} → ${to}`);

describe('differences', () => {
  it.each([
    ['a value', { spec: { replicas: 2 } }, { spec: { replicas: 5 } }, ['spec.replicas: 2 → 5']],
    ['a field that came', { spec: {} }, { spec: { paused: true } }, ['spec.paused: (absent) → true']],
    ['a field that went', { spec: { paused: true } }, { spec: {} }, ['spec.paused: true → (absent)']],
    [
      'an item by its name, wherever it stands',
      {
        c: [
          { name: 'a', v: 1 },
          { name: 'b', v: 1 },
        ],
      },
      {
        c: [
          { name: 'b', v: 2 },
          { name: 'a', v: 1 },
        ],
      },
      ['c[name=b].v: 1 → 2'],
    ],
    [
      'an item that came',
      { c: [{ name: 'a' }] },
      { c: [{ name: 'a' }, { name: 'b' }] },
      ['c[name=b]: (absent) → {"name":"b"}'],
    ],
    [
      'items without names, by their place',
      { c: [{ v: 1 }, { v: 2 }] },
      { c: [{ v: 1 }, { v: 3 }] },
      ['c[1].v: 2 → 3'],
    ],
    ['lists of other lengths, as a whole', { c: [1, 2] }, { c: [1] }, ['c: [1,2] → [1]']],
    [
      'items of one name, as a whole',
      {
        c: [
          { name: 'a', v: 1 },
          { name: 'a', v: 2 },
        ],
      },
      { c: [{ name: 'a', v: 1 }] },
      ['c: [{"name":"a","v":1},{"name":"a","v":2}] → [{"name":"a","v":1}]'],
    ],
    ['nothing but the order of keys', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, []],
    ['the status', { status: { a: 1 } }, { status: { a: 2 } }, []],
  ])('tells %s', (_, before, after, expected) => {
    expect(lines(object(before), object(after))).toEqual(expected);
  });

  it("leaves the server's bookkeeping out, and quotes names with dots", () => {
    const before = object({}, 'ConfigMap', { resourceVersion: '1', uid: 'a', labels: { 'a.b/c': '1' } });
    const after = object({}, 'ConfigMap', { resourceVersion: '2', uid: 'b', generation: 2, labels: { 'a.b/c': '2' } });
    expect(lines(before, after)).toEqual(['metadata.labels["a.b/c"]: "1" → "2"']);
  });

  it('cuts long values', () => {
    const [line = ''] = lines(object({ a: '' }), object({ a: 'x'.repeat(1000) }));
    expect(line.length).toBeLessThan(140);
  });

  it('shows of long values where they begin to differ', () => {
    const file = (line: string) => object({ data: { 'app.conf': `${'same: 1\n'.repeat(100)}${line}\n` } }, 'ConfigMap');
    const [line = ''] = lines(file('level: info'), file('level: debug'));
    expect(line).toMatch(/^data\["app.conf"\]: ….*level: info.* → ….*level: debug/);
    expect(line.length).toBeLessThan(280);
  });

  it("fault 65: never shows a Secret's values, wherever they stand", () => {
    const copy = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"k":"czNjcmV0"}}' };
    const before = object({ type: 'Opaque', data: { k: 'b2xk', gone: 'Z29uZQ==' } }, 'Secret');
    const after = object(
      { type: 'x', data: { k: 'czNjcmV0', came: 'Y2FtZQ==' }, stringData: { s: 'plain' } },
      'Secret',
      { annotations: copy, labels: { l: '1' } },
    );
    const text = lines(before, after).join('\n');
    expect(text).toContain('data.k: (masked) → (masked, different)');
    expect(text).toContain('data.came: (absent) → (masked, different)');
    expect(text).toContain('data.gone: (masked) → (absent)');
    expect(text).toContain('type: "Opaque" → "x"');
    expect(text).not.toMatch(/b2xk|czNjcmV0|Y2FtZQ|Z29uZQ|plain/);
  });

  it('fault 65: shows a value of a Secret only as masked', () => {
    expect(showValue(object({}, 'Secret'), 'data.k', 'czNjcmV0')).toBe('(masked)');
    expect(showValue(object({}, 'ConfigMap'), 'data.k', 'v')).toBe('"v"');
  });
});
