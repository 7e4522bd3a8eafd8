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
import { aPush, aScan } from './events.ts';

const other = `${registryHost}/other`;
const work = 'plumbline/staging';

function start(write: 'commit' | 'pullRequest') {
  const updater = startUpdater({ environments: { staging: { write } } });
  updater.write({
    'environment.yaml': rules(application, other),
    [deploymentFile]: aDeployment(`${application}:1.0.0`),
    'other.yaml': aDeployment(`${other}:1.0.0`),
  });
  return updater;
}

type Updater = ReturnType<typeof start>;

const minorIn = (text: string | undefined) => Number(/:1\.(\d+)\.0/.exec(text ?? '')?.[1]);
const withMinor = (text: string | undefined, minor: number) =>
  (text ?? '').replace(/:1\.\d+\.0(@sha256:[0-9a-f]{64})?/, `:1.${minor}.0`);

/** Every call of Git waits until the scheduler lets it go on, so that what two updaters and a person do is mixed in any order. */
function interleave(updater: Updater, scheduler: fc.Scheduler): void {
  const { git } = updater.ports;
  const names = ['head', 'archive', 'history', 'commit', 'replace', 'pullRequests', 'openPullRequest'] as const;
  for (const name of names)
    Object.assign(git, { [name]: scheduler.scheduleFunction(git[name] as (...given: unknown[]) => Promise<unknown>) });
}

/** As the queue does: what was given back comes again. */
async function deliver(updater: Updater, message: unknown): Promise<void> {
  for (let tries = 0; (await updater.receive(message)).length > 0; tries += 1) expect(tries).toBeLessThan(5);
}

describe('two updaters and a person at once', () => {
  /** What a person does in one moment, and what must be true of it in the end. */
  const actions = {
    'writes another file': (updater: Updater) => {
      updater.write({ 'README.md': 'by a person' });
      return () => expect(updater.read('README.md')).toBe('by a person');
    },
    'changes another line of the same file': (updater: Updater) => {
      updater.write({ [deploymentFile]: (updater.read() ?? '').replace('name: web\nspec', 'name: renamed\nspec') });
      return () => expect(updater.read()).toContain('name: renamed\nspec');
    },
    'takes back what was written': (updater: Updater) => {
      if (minorIn(updater.read()) !== 1) return () => {};
      updater.write({ [deploymentFile]: withMinor(updater.read(), 0) });
      return () => expect(minorIn(updater.read())).not.toBe(1);
    },
    'chooses a version of their own': (updater: Updater) => {
      updater.write({ [deploymentFile]: withMinor(updater.read(), 7) });
      return () => expect(minorIn(updater.read())).toBe(7);
    },
  };
  const names = Object.keys(actions) as (keyof typeof actions)[];

  test('fault 12: lose nothing of each other, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.uniqueArray(fc.constantFrom(...names)), async (scheduler, chosen) => {
        const updater = start('commit');
        updater.has('1.1.0');
        updater.registry.push(repositoryOf(other), versionOf('1.2.0'));
        interleave(updater, scheduler);
        const truths: (() => void)[] = [];
        const person = scheduler.scheduleSequence(
          chosen.map((name) => ({ label: name, builder: async () => void truths.push(actions[name](updater)) })),
        );
        const all = Promise.all([
          deliver(updater, aPush('1.1.0')),
          deliver(updater, aPush('1.2.0', 'other')),
          person.task,
        ]);
        await scheduler.waitFor(all);
        for (const isTrue of truths) isTrue();
        expect(updater.read('other.yaml')).toBe(aDeployment(pinOf('1.2.0', other)));
        if (chosen.length === 0) expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
      }),
      { numRuns: 300 },
    );
  });

  test('fault 12: make one pull request, and leave a branch to whoever committed to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, commits) => {
        const updater = start('pullRequest');
        updater.has('1.1.0');
        updater.registry.push(repositoryOf(other), versionOf('1.2.0'));
        interleave(updater, scheduler);
        const builder = async () => void (commits && updater.write({ 'note.txt': 'by a person' }, work));
        const person = scheduler.scheduleSequence([{ label: 'commits to the branch', builder }]);
        const all = Promise.all([
          deliver(updater, aPush('1.1.0')),
          deliver(updater, aPush('1.2.0', 'other')),
          person.task,
        ]);
        await scheduler.waitFor(all);
        expect(updater.messages()).toHaveLength(1);
        const pulls = await updater.git.pullRequests(gitRepository, work);
        expect(pulls.length).toBeLessThanOrEqual(1);
        if (commits) expect(updater.read('note.txt', work)).toBe('by a person');
        if (commits) return;
        expect(pulls).toHaveLength(1);
        expect(updater.read(deploymentFile, work)).toBe(aDeployment(pinOf('1.1.0')));
        expect(updater.read('other.yaml', work)).toBe(aDeployment(pinOf('1.2.0', other)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a person who merges, closes, reverts and commits', () => {
  const step = fc.constantFrom(
    'push',
    'push',
    'scan',
    'merge',
    'squash',
    'close',
    'revert',
    'choose',
    'commit to its branch',
    'commit to its base',
  );

  test('fault 13: never sees again what they took back or closed, and loses no commit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const updater = start('pullRequest');
        const open = async () =>
          (await updater.git.pullRequests(gitRepository, work)).filter(({ state }) => state === 'open');
        const proposed = () => minorIn(updater.read(deploymentFile, work));
        const merged = new Set<number>();
        let pushed = 0;
        let notes = 0;
        /** The greatest version that a person didn't want; nothing up to it may be proposed again. */
        let refused = -1;
        const set = (minor: number) => {
          const stands = minorIn(updater.read());
          if (merged.has(stands) && minor < stands) refused = Math.max(refused, stands);
          updater.write({ [deploymentFile]: withMinor(updater.read(), minor) });
        };
        for (const [index, what] of steps.entries()) {
          updater.pass(60_000);
          const [pull] = await open();
          if (what === 'push') {
            pushed += 1;
            updater.has(`1.${pushed}.0`);
          }
          if (what === 'push' || what === 'scan') await updater.receive(aScan);
          else if (what === 'choose') set(index % 5);
          else if (what === 'revert') set(Math.max(0, minorIn(updater.read()) - 1));
          else if (what === 'commit to its base') updater.write({ 'README.md': `${index}` });
          else if (pull === undefined) continue;
          else if (what === 'commit to its branch') {
            notes += 1;
            updater.write({ [`note-${notes}.txt`]: 'x' }, work);
          } else if (what === 'close') {
            refused = Math.max(refused, proposed());
            updater.git.close(gitRepository, pull.number);
          } else {
            updater.git.merge(gitRepository, pull.number, what === 'squash' ? `Update (#${pull.number})` : undefined);
            merged.add(minorIn(updater.read()));
          }
          const now = await open();
          expect(now.length).toBeLessThanOrEqual(1);
          const isNew = now[0] !== undefined && now[0].number !== pull?.number;
          if (isNew) expect(proposed()).toBeGreaterThan(refused);
          for (let note = 1; note <= notes; note += 1)
            expect([updater.read(`note-${note}.txt`), updater.read(`note-${note}.txt`, work)]).toContain('x');
        }
      }),
      { numRuns: 200 },
    );
  });
});
