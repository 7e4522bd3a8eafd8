import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  startUpdater,
  versionOf,
} from './bench.ts';
import { aPush } from './events.ts';

const other = `${registryHost}/other`;

/** An environment at 1.0.0, with 1.1.0 in the registry; `meanwhile` happens before each of the updater's commits, in turn. */
function start(...meanwhile: ((updater: ReturnType<typeof startUpdater>) => void)[]) {
  const updater = startUpdater();
  updater.write({ 'environment.yaml': rules(application), [deploymentFile]: aDeployment(`${application}:1.0.0`) });
  updater.has('1.0.0', '1.1.0');
  const { commit } = updater.ports.git;
  updater.ports.git.commit = async (change) => {
    meanwhile.shift()?.(updater);
    return commit(change);
  };
  return updater;
}

describe('a branch that moves under the updater', () => {
  test('fault 12: is read, edited and committed to again; both changes land', async () => {
    const updater = start((updater) => updater.write({ 'README.md': 'by a person' }));
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read('README.md')).toBe('by a person');
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('images pinned')).toMatchObject([{ attempt: 2 }]);
  });

  test('fault 12: keeps what a person changed in the same file', async () => {
    const changed = (image: string) => aDeployment(image).replace('name: web\nspec', 'name: renamed\nspec');
    const updater = start((updater) => updater.write({ [deploymentFile]: changed(`${application}:1.0.0`) }));
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(changed(pinOf('1.1.0')));
  });

  test('fault 12: gives the message back when the branch does not come to rest, after longer and longer waits', async () => {
    const move = (updater: ReturnType<typeof startUpdater>) =>
      void updater.write({ 'README.md': String(Math.random()) });
    const updater = start(move, move, move, move, move, move);
    expect(await updater.receive(aPush('1.1.0'))).toEqual(['message-0']);
    expect(updater.waits).toEqual([250, 500, 1000, 2000, 4000, 8000]);
    expect(updater.read()).toBe(aDeployment(`${application}:1.0.0`));
  });

  test.each([0, 0.5, 1])(
    'fault 12: those who collided try again at different times (at random: %s)',
    async (random) => {
      const updater = start((updater) => updater.write({ 'README.md': 'by a person' }));
      updater.ports.random = () => random;
      await updater.receive(aPush('1.1.0'));
      expect(updater.waits).toEqual([250 * (0.5 + random)]);
    },
  );

  test('fault 13: a person who changes the same line meanwhile wins, and it is told', async () => {
    const updater = start((updater) => updater.write({ [deploymentFile]: aDeployment(`${application}:1.0.5`) }));
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(`${application}:1.0.5`));
    expect(updater.lines('image left alone')).toMatchObject([
      { reason: expect.stringMatching(/somebody changed it to .*:1\.0\.5 while it was being updated$/) },
    ]);
  });

  test('fault 13: a person who lowers meanwhile what was right before wins as well', async () => {
    const settled = { 'b.yaml': aDeployment(pinOf('1.1.0')).replace('name: web', 'name: other') };
    const lowered = { 'b.yaml': aDeployment(`${application}:1.0.0`).replace('name: web', 'name: other') };
    const updater = start((updater) => updater.write(lowered));
    updater.write(settled);
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.read('b.yaml')).toBe(lowered['b.yaml']);
  });

  test('a second updater that wrote an older version meanwhile does not hold up the newer one', async () => {
    const updater = start((updater) => {
      updater.git.push(
        { repository: gitRepository, branch: 'staging' },
        { [deploymentFile]: aDeployment(pinOf('1.0.9')) },
        `example-application 1.0.9\n\nPlumbline-Environment: staging\nPlumbline-Image: ${pinOf('1.0.9')}`,
      );
    });
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('two updaters at once lose nothing of each other', async () => {
    const updater = startUpdater();
    updater.write({
      'environment.yaml': rules(application, other),
      'a.yaml': aDeployment(`${application}:1.0.0`),
      'b.yaml': aDeployment(`${other}:1.0.0`),
    });
    updater.has('1.1.0');
    updater.registry.push(repositoryOf(other), versionOf('1.2.0'));
    await Promise.all([updater.receive(aPush('1.1.0')), updater.receive(aPush('1.2.0', 'other'))]);
    expect(updater.read('a.yaml')).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.read('b.yaml')).toBe(aDeployment(pinOf('1.2.0', other)));
  });
});

describe('a person', () => {
  test('fault 13: who reverts an update keeps what is reverted to, until there is a newer version', async () => {
    const updater = start();
    await updater.receive(aPush('1.1.0'));
    updater.write({ [deploymentFile]: aDeployment(`${application}:1.0.0`) });
    await updater.receive(aPush('1.1.0'));
    await updater.receive({ kind: 'image-scan', cause: 'tick' });
    expect(updater.read()).toBe(aDeployment(`${application}:1.0.0`));
    expect(updater.lines('image left alone')[0]).toMatchObject({
      reason: expect.stringMatching(/a person took back 1\.1\.0 .* 1\.0\.0 stands there: held/),
    });
    updater.has('1.2.0');
    await updater.receive(aPush('1.2.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test('who reverts the revert gets no further commit', async () => {
    const updater = start();
    await updater.receive(aPush('1.1.0'));
    updater.write({ [deploymentFile]: aDeployment(`${application}:1.0.0`) });
    updater.write({ [deploymentFile]: aDeployment(pinOf('1.1.0')) });
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(4);
  });

  type Step = { by: 'registry' | 'person' | 'revert'; minor: number };
  const step: fc.Arbitrary<Step> = fc.record({
    by: fc.constantFrom('registry', 'registry', 'person', 'revert'),
    minor: fc.nat(9),
  });
  const minorIn = (text: string | undefined) => Number(/:1\.(\d)\.0/.exec(text ?? '')?.[1]);

  test('fault 13: what we wrote and a person replaced never comes back by itself, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const updater = start();
        let ours = -1;
        let beforeOurs = 0;
        for (const { by, minor } of steps) {
          const stands = minorIn(updater.read());
          if (by !== 'registry') {
            const wanted = by === 'person' ? minor : beforeOurs;
            updater.write({ [deploymentFile]: aDeployment(`${application}:1.${wanted}.0`) });
            continue;
          }
          updater.has(`1.${minor}.0`);
          await updater.receive(aPush(`1.${minor}.0`));
          const now = minorIn(updater.read());
          expect(now).toBeGreaterThanOrEqual(stands);
          if (now === stands) continue;
          expect(now).toBeGreaterThan(ours);
          [beforeOurs, ours] = [stands, now];
        }
      }),
      { numRuns: 200 },
    );
  });
});
