import { writeFile } from 'node:fs/promises';
import { openControl, pushToRunning } from './control.ts';
import { deployFolder } from './environment/deploy-folder.ts';
import { type LocalOptions, parseCommandLine } from './options.ts';
import { describeStack } from './stack/describe.ts';
import { recordOf } from './stack/record.ts';
import { type Stack, startStack } from './stack/start.ts';
import { createWorld } from './story/create-world.ts';
import { storyEnvironments } from './story/environments.ts';
import { playStory } from './story/play.ts';
import { formatStep, formatTable } from './story/report.ts';
import { createRepositories } from './story/repository.ts';
import { createProgress, elapsed } from './tools/progress.ts';
import { checkRequirements, git, python } from './tools/requirements.ts';
import { SetupError } from './tools/setup-error.ts';
import { untilEnded } from './until-ended.ts';

const say = (text: string) => console.log(text);
/** The first line tells what happened; the rest is in the log. */
const warn = (text: string) => console.error(`! ${text.split('\n', 1)[0]}`);
const progress = createProgress();

/** `npm run local`: see `options.ts`. The exit code is 0 only if everything held. */
async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.kind === 'push') {
    say(`${command.image} pushed: ${await pushToRunning(command.image)}`);
    return 0;
  }
  await checkRequirements([git, python]);
  const ended = untilEnded();
  const { environment } = command.options;
  return environment === undefined ? story(command.options, ended) : folder(environment, command.options, ended);
}

async function story(options: LocalOptions, ended: Promise<void>): Promise<number> {
  return withStack({ ...options, environments: storyEnvironments }, ended, async (stack) => {
    await createRepositories(stack.github);
    stack.open();
    const played = await playStory(createWorld(stack), (result) => say(formatStep(result)));
    say(`\n${formatTable(played.steps)}\n`);
    if (options.report !== undefined) await writeJson(options.report, played);
    return played.ok;
  });
}

async function folder(path: string, options: LocalOptions, ended: Promise<void>): Promise<number> {
  const { environment, start } = await deployFolder(path, { progress, say });
  return withStack({ ...options, environments: [environment] }, ended, async (stack) => {
    const report = await start(stack);
    if (options.report !== undefined) await writeJson(options.report, report);
    return report.ok;
  });
}

const writeJson = (file: string, value: unknown) => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);

type Run = LocalOptions & { environments: Parameters<typeof startStack>[0]['environments'] };

/** Starts the stack, does the work on it, stays up unless `once`, and ends everything whichever way it goes. */
async function withStack(
  options: Run,
  ended: Promise<void>,
  work: (stack: Stack) => Promise<boolean>,
): Promise<number> {
  const started = Date.now();
  const starting = startStack({ ...options, progress, warn });
  const stack = await Promise.race([starting, ended.then(() => undefined)]);
  if (stack === undefined) return endedEarly(starting);
  say(`The stack is up after ${elapsed(Date.now() - started)}.`);
  const control = await openControl((name, tag) => stack.account.pushImage(name, tag));
  try {
    const ok = await Promise.race([work(stack), ended.then(() => undefined)]);
    if (ok === undefined) return interrupted;
    if (options.record !== undefined) await writeJson(options.record, recordOf(stack));
    if (!options.once) {
      say(describeStack(stack));
      await ended;
    }
    return ok ? 0 : 1;
  } finally {
    await control.close();
    await stack.close();
  }
}

const interrupted = 130;

/** What is half started can't be undone before it is whole or has failed; the guardian ends it with this process. */
function endedEarly(starting: Promise<Stack>): number {
  starting.catch(() => undefined);
  return interrupted;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}
