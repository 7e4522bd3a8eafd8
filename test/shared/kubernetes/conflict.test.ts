import { describe, expect, it } from 'vitest';
import {
  decideConflict,
  describeConflict,
  describeConflicts,
  type FieldConflict,
  reportConflicts,
  withoutField,
} from '../../../shared/kubernetes/conflict.ts';

const conflict = (manager: string, field = '.spec.replicas'): FieldConflict => ({ manager, field });

describe('fault 38: a conflict', () => {
  it.each(['fail', 'yield', 'force'] as const)('with kubectl is forced, policy %s', (policy) => {
    expect(decideConflict([conflict('kubectl-edit'), conflict('before-first-apply')], { policy })).toEqual({
      do: 'force',
    });
  });

  it.each(['fail', 'yield', 'force'] as const)('with another application is refused, policy %s', (policy) => {
    const decision = decideConflict([conflict('plumbline:production/shop', '.data.a'), conflict('kubectl')], {
      policy,
    });
    expect(decision).toMatchObject({
      do: 'refuse',
      message: expect.stringMatching(/application production\/shop \(it owns \.data\.a\)/),
    });
  });

  it('with a controller is a matter of policy', () => {
    const conflicts = [conflict('hpa'), conflict('hpa', '.spec.paused')];
    expect(decideConflict(conflicts, { policy: 'force' })).toEqual({ do: 'force' });
    expect(decideConflict(conflicts, { policy: 'yield' })).toEqual({
      do: 'yield',
      fields: ['.spec.replicas', '.spec.paused'],
      force: false,
    });
    expect(decideConflict(conflicts, { policy: 'fail' })).toMatchObject({
      do: 'refuse',
      message: expect.stringContaining('.spec.replicas, .spec.paused to "hpa"'),
    });
  });

  it("yields a controller's field and forces what kubectl did beside it", () => {
    expect(decideConflict([conflict('hpa'), conflict('kubectl', '.spec.paused')], { policy: 'yield' })).toEqual({
      do: 'yield',
      fields: ['.spec.replicas'],
      force: true,
    });
  });
});

describe('fault 38: a conflict about what is left to others', () => {
  const isLeft = ({ manager }: FieldConflict) => manager === 'hpa';

  it.each(['fail', 'yield', 'force'] as const)('leaves the field, policy %s', (policy) => {
    expect(decideConflict([conflict('hpa')], { policy, isLeft })).toEqual({
      do: 'yield',
      fields: ['.spec.replicas'],
      force: false,
    });
  });

  it('forces what kubectl did beside it, but not where both own one field', () => {
    const rules = { policy: 'fail', isLeft } as const;
    const beside = decideConflict([conflict('hpa'), conflict('kubectl', '.spec.paused')], rules);
    expect(beside).toMatchObject({ fields: ['.spec.replicas'], force: true });
    expect(decideConflict([conflict('hpa'), conflict('kubectl')], rules)).toMatchObject({ force: false });
  });

  it('still fails where somebody else owns another field, and names only that', () => {
    const conflicts = [conflict('hpa'), conflict('mesh', '.spec.paused')];
    expect(decideConflict(conflicts, { policy: 'fail', isLeft })).toMatchObject({
      do: 'refuse',
      message: expect.stringMatching(/^another field manager owns fields that Git sets: \.spec\.paused to "mesh"\./),
    });
  });

  it('never leaves it to another application', () => {
    const conflicts = [conflict('plumbline:production/shop')];
    expect(decideConflict(conflicts, { policy: 'force', isLeft: () => true })).toMatchObject({ do: 'refuse' });
  });
});

it('takes what it is told to take', () => {
  const rules = { policy: 'fail', isTaken: ({ manager }: FieldConflict) => manager === 'helm' } as const;
  expect(decideConflict([conflict('helm')], rules)).toEqual({ do: 'force' });
});

describe('withoutField', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations: { 'example.org/a.b': '1', example: '2' } },
    spec: {
      replicas: 2,
      containers: [
        { name: 'web', image: 'w:1', ports: [{ containerPort: 80, name: 'http' }] },
        { name: 'a]b"', image: 's:1' },
      ],
      finalizers: ['a', 'b'],
    },
  };

  it.each([
    ['.spec.replicas', (o: typeof object) => Reflect.deleteProperty(o.spec, 'replicas')],
    [
      '.metadata.annotations.example.org/a.b',
      (o: typeof object) => Reflect.deleteProperty(o.metadata.annotations, 'example.org/a.b'),
    ],
    ['.metadata.annotations.example', (o: typeof object) => Reflect.deleteProperty(o.metadata.annotations, 'example')],
    [
      '.spec.containers[name="web"].image',
      (o: typeof object) => Reflect.deleteProperty(o.spec.containers[0] ?? {}, 'image'),
    ],
    ['.spec.containers[name="web"]', (o: typeof object) => o.spec.containers.shift()],
    [
      '.spec.containers[name="a]b\\""].image',
      (o: typeof object) => Reflect.deleteProperty(o.spec.containers[1] ?? {}, 'image'),
    ],
    [
      '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name',
      (o: typeof object) => Reflect.deleteProperty(o.spec.containers[0]?.ports?.[0] ?? {}, 'name'),
    ],
    ['.spec.finalizers[="b"]', (o: typeof object) => o.spec.finalizers.pop()],
    ['.spec.finalizers[0]', (o: typeof object) => o.spec.finalizers.shift()],
    ['.spec.unknown.field', () => undefined],
    ['.spec.containers[name="gone"].image', () => undefined],
  ])('%s', (path, expect_) => {
    const expected = structuredClone(object);
    expect_(expected);
    expect(withoutField(object, path)).toEqual(expected);
  });

  it('leaves the object itself as it is', () => {
    const copy = structuredClone(object);
    withoutField(object, '.spec.containers[name="web"].image');
    expect(object).toEqual(copy);
  });
});

describe('the report of a conflict', () => {
  const object = (kind: string, replicas: number) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'a', annotations: { 'example.org/a.b': String(replicas) } },
    data: { key: 'c2VjcmV0' },
    spec: { replicas },
  });
  const at = (field: string) => [conflict('hpa', field)];

  it('has both values', () => {
    const [report] = reportConflicts(at('.spec.replicas'), object('Deployment', 2), object('Deployment', 5));
    expect(report).toEqual({ manager: 'hpa', field: '.spec.replicas', ours: '2', theirs: '5' });
    expect(describeConflict(report as never)).toMatch(
      /^Git has 2, "hpa" has 5\. Remove it from Git, or set "conflicts"/,
    );
  });

  it('finds names with dots, and says what is not known', () => {
    const field = '.metadata.annotations.example.org/a.b';
    expect(reportConflicts(at(field), object('ConfigMap', 2), undefined)).toEqual([
      { manager: 'hpa', field, ours: '"2"', theirs: '(not known)' },
    ]);
  });

  it("fault 65: masks a Secret's values", () => {
    expect(reportConflicts(at('.data.key'), object('Secret', 1), object('Secret', 1))).toEqual([
      { manager: 'hpa', field: '.data.key', ours: '(masked)', theirs: '(masked)' },
    ]);
  });

  it('makes one sentence of several', () => {
    const reports = reportConflicts(
      [...at('.spec.replicas'), ...at('.data.key')],
      object('Deployment', 2),
      object('Deployment', 5),
    );
    expect(describeConflicts(reports)).toMatch(
      /^another field manager owns fields that Git sets: spec\.replicas \(Git has 2, "hpa" has 5\), data\.key \(/,
    );
  });
});
