import { describe, expect, test } from 'vitest';
import { nothingReported, type Report } from '../../../shared/state/report.ts';
import { digestOf } from '../../shared/images/versions.ts';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  registryHost,
  rules,
  startUpdater,
} from './bench.ts';
import { aScan } from './events.ts';

const work = 'plumbline/production';
const promotion = { kind: 'promotion', environment: 'staging', cause: 'a revision is healthy' };
const api = `${registryHost}/api`;
const apiFile = 'applications/api/deployment.yaml';
const hour = 3_600_000;

/** Staging at 1.0.0 by its rules, and production at 0.9.0, which is promoted from it and has no rules. */
function start({ images = [] }: { images?: string[] } = {}) {
  const updater = startUpdater({
    environments: { staging: {}, production: { branch: 'production', promoteFrom: 'staging', images } },
  });
  const put = (files: Record<string, string>, branch: string) => updater.write(files, branch);
  let version = 0;
  return {
    ...updater,
    /** A person or the updater changes staging; returns the revision. */
    stage: (image: string, more: Record<string, string> = {}) =>
      put({ 'environment.yaml': rules(application, api), [deploymentFile]: aDeployment(image), ...more }, 'staging'),
    produce: (image: string, more: Record<string, string> = {}) =>
      put({ [deploymentFile]: aDeployment(image), ...more }, 'production'),
    async becomesHealthy(revision: string, part: Partial<Report> = {}) {
      const deployed = { revision, at: updater.ports.clock.now().toISOString() };
      await updater.state.writeReport({ ...nothingReported('staging'), version, deployed, ...part });
      version += 1;
    },
    promote: async () => {
      updater.pass(hour);
      expect(await updater.receive(promotion)).toEqual([]);
    },
    pulls: () => updater.git.pullRequests(gitRepository, work),
    proposed: (file = deploymentFile) => updater.read(file, work),
    notes: () => updater.lines('image left alone').map(({ reason }) => reason),
  };
}

/** The same once 1.0.0 is healthy in staging and proposed to production. */
async function proposed() {
  const world = start();
  world.produce(`${application}:0.9.0`);
  await world.becomesHealthy(world.stage(pinOf('1.0.0')));
  await world.promote();
  return world;
}

describe('a promotion', () => {
  test('is a pull request with the pins that are healthy elsewhere, and since when', async () => {
    const { pulls, proposed: file, messages } = await proposed();
    const [pull, ...others] = await pulls();
    expect(others).toEqual([]);
    expect(pull).toMatchObject({ state: 'open', title: 'production: example-application 1.0.0' });
    expect(file()).toBe(aDeployment(pinOf('1.0.0')));
    expect(pull?.body).toMatch(
      /^These versions run in `staging` at [0-9a-f]{12}, which has been healthy since 1970-01-01T00:00:00.000Z, for 1 hour when this was written\./,
    );
    expect(pull?.body).toContain('in a comment below and in the check `plumbline/production`');
    expect(pull?.body).toContain(`| \`example-application\` | \`0.9.0\` | \`1.0.0\`<br>\`${digestOf('1.0.0')}\` |`);
    expect(pull?.body).toContain(`Plumbline-Environment: production\nPlumbline-Image: ${pinOf('1.0.0')}`);
    expect(messages('production')).toHaveLength(1);
  });

  test('is not written to again while nothing else is healthy, by a message or by a scan', async () => {
    const { git, promote, receive } = await proposed();
    const before = await git.head(gitRepository, work);
    await promote();
    expect(await receive(aScan)).toEqual([]);
    expect(await git.head(gitRepository, work)).toBe(before);
  });

  test('carries what is healthy next, in the same pull request', async () => {
    const { stage, becomesHealthy, promote, pulls, proposed: file } = await proposed();
    await becomesHealthy(stage(pinOf('1.1.0')));
    await promote();
    expect(await pulls()).toMatchObject([{ number: 1, state: 'open', title: 'production: example-application 1.1.0' }]);
    expect(file()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('takes an older version, too, when that is what runs elsewhere', async () => {
    const { git, stage, becomesHealthy, promote, proposed: file } = await proposed();
    git.merge(gitRepository, 1);
    await becomesHealthy(stage(pinOf('0.8.0')));
    await promote();
    expect(file()).toBe(aDeployment(pinOf('0.8.0')));
  });

  test('is what was healthy, not what the branch has meanwhile', async () => {
    const world = start();
    world.produce(`${application}:0.9.0`);
    const healthy = world.stage(pinOf('1.0.0'));
    world.stage(pinOf('1.1.0'));
    await world.becomesHealthy(healthy);
    await world.promote();
    expect(world.proposed()).toBe(aDeployment(pinOf('1.0.0')));
  });

  test.each<[string, Partial<Report> | undefined]>([
    ['was never healthy', undefined],
    ['is broken', { broken: { web: { since: '', told: '', revision: '', problems: '' } } }],
  ])('waits for an environment that %s, and leaves what is open', async (_name, part) => {
    const world = start();
    world.produce(`${application}:0.9.0`);
    const revision = world.stage(pinOf('1.0.0'));
    if (part !== undefined) await world.becomesHealthy(revision, part);
    await world.promote();
    expect(await world.pulls()).toEqual([]);
    const open = await proposed();
    await open.becomesHealthy(open.stage(pinOf('1.1.0')), {
      broken: { web: { since: '', told: '', revision: '', problems: '' } },
    });
    await open.promote();
    expect(await open.pulls()).toMatchObject([{ state: 'open', title: 'production: example-application 1.0.0' }]);
  });

  test('goes on although somebody can’t be told', async () => {
    const world = start();
    world.produce(`${application}:0.9.0`);
    const broken = { '*github': { since: '', told: '', revision: '', problems: '' } };
    await world.becomesHealthy(world.stage(pinOf('1.0.0')), { broken });
    await world.promote();
    expect(await world.pulls()).toHaveLength(1);
  });

  test('that a person closed, or took back, is held until another version is healthy', async () => {
    const { git, stage, becomesHealthy, promote, pulls, produce, notes } = await proposed();
    git.close(gitRepository, 1);
    await promote();
    expect((await pulls()).map(({ state }) => state)).toEqual(['closed']);
    expect(notes().at(-1)).toMatch(/a person took back 1\.0\.0 .* held until another version is promoted/);
    await becomesHealthy(stage(pinOf('1.1.0')));
    await promote();
    git.merge(gitRepository, 2);
    produce(pinOf('1.0.0'));
    await promote();
    expect((await pulls()).map(({ state }) => state)).toEqual(['merged', 'closed']);
  });

  test('is closed when production has the versions in another way', async () => {
    const { produce, promote, pulls } = await proposed();
    produce(pinOf('1.0.0'));
    await promote();
    expect((await pulls()).map(({ state }) => state)).toEqual(['closed']);
  });

  test('leaves alone what production has a rule of its own for', async () => {
    const world = start({ images: [`${registryHost}/*`] });
    world.produce(`${application}:1.0.0`, {
      'environment.yaml': rules(application),
      [apiFile]: aDeployment(`${api}:1`),
    });
    await world.becomesHealthy(world.stage(pinOf('1.0.0'), { [apiFile]: aDeployment(pinOf('2.0.0', api)) }));
    world.has('1.2.0');
    await world.promote();
    expect(world.proposed()).toBe(aDeployment(pinOf('1.2.0')));
    expect(world.proposed(apiFile)).toBe(aDeployment(pinOf('2.0.0', api)));
  });

  test('leaves alone what deployer.yaml doesn’t allow production', async () => {
    const world = start({ images: [api] });
    world.produce(`${application}:0.9.0`);
    await world.becomesHealthy(world.stage(pinOf('1.0.0')));
    await world.promote();
    expect(await world.pulls()).toEqual([]);
    expect(world.notes()).toEqual([
      expect.stringContaining("deployer.yaml doesn't list it under environments.production.images"),
    ]);
  });

  test.each([
    ['several versions', `${application}:1.0.0@${digestOf('1.0.0')}`, 'runs several versions of it'],
    ['no digest', undefined, 'has no tag and digest for it'],
  ])('leaves alone what has %s elsewhere', async (_name, other, reason) => {
    const world = start();
    world.produce(`${application}:0.9.0`);
    const more: Record<string, string> = other === undefined ? {} : { [apiFile]: aDeployment(other) };
    await world.becomesHealthy(world.stage(other === undefined ? `${application}:1.1.0` : pinOf('1.1.0'), more));
    await world.promote();
    expect(await world.pulls()).toEqual([]);
    expect(world.notes()).toEqual([expect.stringContaining(reason)]);
  });

  test('changes nothing else of production', async () => {
    const world = start();
    world.produce(`${application}:0.9.0`, { 'applications/config.yaml': 'kind: ConfigMap\n' });
    await world.becomesHealthy(world.stage(pinOf('1.0.0'), { 'applications/config.yaml': 'kind: Secret\n' }));
    await world.promote();
    expect(world.proposed('applications/config.yaml')).toBe('kind: ConfigMap\n');
    expect(world.proposed('environment.yaml')).toBeUndefined();
  });
});
