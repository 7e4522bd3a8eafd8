import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { planGroup, reconciliationGroup, reconciliationSchema } from '../../../shared/events/messages.ts';

const pass = { kind: 'reconciliation', environment: 'staging', application: 'web', mode: 'apply', cause: 'test' };
const plan = { ...pass, mode: 'plan', release: keys.release('staging', digestOf('r')), id: 'pull-7.1' };

const faults = (message: object) => reconciliationSchema.safeParse(message).error?.issues.map(({ path }) => path[0]);

describe('a message on reconciliations', () => {
  it.each([pass, { ...pass, mode: 'check' }, plan])('is read as it was sent: $mode', (message) => {
    expect(reconciliationSchema.parse(message)).toEqual(message);
  });

  it.each([
    ['another mode', { ...pass, mode: 'destroy' }, 'mode'],
    ['a plan without a release', { ...plan, release: undefined }, 'release'],
    ['a plan without an id', { ...plan, id: undefined }, 'id'],
    ["an id that would leave the application's folder", { ...plan, id: '../web/1' }, 'id'],
    ['an id that begins with a dot', { ...plan, id: '..' }, 'id'],
    ['a name that is none', { ...plan, application: 'a/b' }, 'application'],
  ])('is refused with %s', (_, message, field) => {
    expect(faults(message)).toEqual([field]);
  });

  it.each([
    ['another environment', keys.release('production', digestOf('r'))],
    ['something else in the store', keys.inventory('staging', 'web', digestOf('r'))],
    ['a path out of its folder', 'releases/staging/../production/1.json'],
  ])('asks for no plan of %s', (_, release) => {
    expect(reconciliationSchema.safeParse({ ...plan, release }).success).toBe(false);
  });
});

describe('the group of a message', () => {
  it('is one per application, whatever is done', () => {
    const name = { environment: 'staging', application: 'web' };
    expect(reconciliationGroup(name)).toBe('staging/web');
    expect(reconciliationGroup({ ...name, application: 'api' })).not.toBe(reconciliationGroup(name));
  });

  it.each([
    [2, 1],
    [10, 3],
    [100, 33],
  ])('of plans is one of a few, which leave most of %i reconcilers to deployments', (maxConcurrency, most) => {
    const names = Array.from({ length: 500 }, (_, index) => ({ environment: 'staging', application: `app-${index}` }));
    const groups = new Set(names.map((name) => planGroup(name, maxConcurrency)));
    expect(groups.size).toBe(most);
    expect(names.map(reconciliationGroup).filter((group) => groups.has(group))).toEqual([]);
  });

  it('is within the 128 characters that SQS takes', () => {
    const longest = 'x'.repeat(63);
    const group = reconciliationGroup({ environment: longest, application: longest });
    expect(group.length).toBeLessThanOrEqual(128);
  });
});
