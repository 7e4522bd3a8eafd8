import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aDeployment,
  application,
  gitRepository,
  registryHost,
  repositoryOf,
  rules,
  startUpdater,
  versionOf,
} from './bench.ts';
import { aPush, aScan } from './events.ts';

const other = `${registryHost}/other`;
/** Two images; one of them stands in two files. */
const places = { 'a.yaml': application, 'b.yaml': application, 'c.yaml': other } as const;
type Place = keyof typeof places;
type Files = Record<Place, string>;
const names = Object.keys(places) as Place[];

const place = fc.constantFrom(...names);
const minor = fc.nat(9);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('push'), image: fc.constantFrom(application, other), minor }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('scan') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('edit'), place, minor, hasDigest: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('revert') }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('edit elsewhere'), place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('branch off'), place, minor }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('merge') }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('delete'), image: fc.constantFrom(application, other), minor }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('resume'), image: fc.constantFrom(application, other) }) },
);
type Step = Partial<{ image: string; minor: number; place: Place; hasDigest: boolean }> & { does: string };

const minorIn = (text: string) => Number(/:1\.(\d+)\.0/.exec(text)?.[1]);
const notesIn = (text: string) => text.match(/^# note.*$/gm) ?? [];
const withMinor = (text: string, minor: number, hasDigest = false) => {
  const { tag, digest } = versionOf(`1.${minor}.0`);
  return text.replace(/:1\.\d+\.0(@sha256:[0-9a-f]{64})?/, `:${tag}${hasDigest ? `@${digest}` : ''}`);
};

/** An environment, and a person who remembers what they did to it. */
function start() {
  const updater = startUpdater();
  const gone = new Set<string>();
  const { versions } = updater.registry;
  updater.ports.registry.versions = async (repository) =>
    (await versions(repository))?.filter(({ tag }) => !gone.has(`${repository.name} ${tag}`));
  const at = (image: string) => aDeployment(`${image}:1.0.0`);
  updater.write({
    'environment.yaml': rules(application, other),
    'a.yaml': at(application),
    'b.yaml': at(application),
    'c.yaml': at(other),
  });
  const read = () => Object.fromEntries(names.map((name) => [name, updater.read(name) ?? ''])) as Files;
  const put = (image: string, tag: string) => {
    gone.delete(`${repositoryOf(image).name} ${tag}`);
    updater.registry.push(repositoryOf(image), versionOf(tag));
  };
  const remove = (image: string, tag: string) => gone.add(`${repositoryOf(image).name} ${tag}`);
  return { updater, read, put, remove };
}

test('fault 13: whatever is pushed, edited, reverted and merged in whatever order, no change of a person is ever undone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps: Step[]) => {
      const { updater, read, put, remove } = start();
      /** What we wrote where, newest last, and what the person took back there: nothing up to that may come again. */
      const ours: { before: Files; after: Files }[] = [];
      const takenBack: Record<string, number> = {};
      const byUs: Record<string, number> = {};
      let side: { base: Files; theirs: Files } | undefined;

      const change = (files: Partial<Files>) => {
        for (const [name, text] of Object.entries(files)) {
          const [was, is] = [minorIn(read()[name as Place]), minorIn(text)];
          if (was === byUs[name] && is < was) takenBack[name] = Math.max(takenBack[name] ?? -1, was);
        }
        updater.write(files);
      };

      const run = async (message: unknown) => {
        const before = read();
        updater.pass(60_000);
        expect(await updater.receive(message)).toEqual([]);
        const after = read();
        for (const name of names) {
          const [was, is] = [minorIn(before[name]), minorIn(after[name])];
          expect(notesIn(after[name]), 'a note of the person').toEqual(notesIn(before[name]));
          expect(withMinor(after[name], 0), 'anything but the value').toBe(withMinor(before[name], 0));
          if (was === is) continue;
          expect(is, `${name} was lowered`).toBeGreaterThan(was);
          expect(is, `${name} came again`).toBeGreaterThan(takenBack[name] ?? -1);
          byUs[name] = is;
        }
        if (names.some((name) => before[name] !== after[name])) ours.push({ before, after });
      };

      for (const [index, { does, image = application, minor = 0, place = 'a.yaml', hasDigest }] of steps.entries()) {
        const now = read();
        if (does === 'push') {
          put(image, `1.${minor}.0`);
          await run(aPush(`1.${minor}.0`, image.slice(registryHost.length + 1)));
        } else if (does === 'delete') remove(image, `1.${minor}.0`);
        else if (does === 'scan') await run(aScan);
        else if (does === 'edit') change({ [place]: withMinor(now[place], minor, hasDigest) });
        else if (does === 'edit elsewhere') change({ [place]: `# note ${index}\n${now[place]}` });
        else if (does === 'revert') {
          const last = ours.pop();
          change(
            Object.fromEntries(
              names.filter((name) => last?.after[name] === now[name]).map((name) => [name, last?.before[name]]),
            ),
          );
        } else if (does === 'branch off')
          side = { base: now, theirs: { ...now, [place]: withMinor(now[place], minor) } };
        else if (does === 'merge' && side !== undefined) {
          const { base, theirs } = side;
          change(
            Object.fromEntries(names.filter((name) => theirs[name] !== base[name]).map((name) => [name, theirs[name]])),
          );
          side = undefined;
        } else if (does === 'resume') {
          updater.git.push({ repository: gitRepository, branch: 'staging' }, {}, `Go on\n\nPlumbline-Resume: ${image}`);
          for (const name of names) if (places[name] === image) delete takenBack[name];
        }
      }
    }),
    { numRuns: 300 },
  );
});
