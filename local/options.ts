import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

/** What `npm run local` was asked for. Paths are absolute. */
export type LocalOptions = {
  /** End after the story instead of staying up. */
  once: boolean;
  /** File for the report as JSON. */
  report?: string;
  /** File for every call to AWS, and what was played, as JSON: what the proof of the permissions is made of. */
  record?: string;
  /** Deploy this folder instead of playing the story. */
  environment?: string;
  /** Folder for the functions' logs. */
  keepLogs?: string;
  /** How many times faster the schedules tick: 60 makes a minute a second. */
  speed: number;
};

export type LocalCommand = { kind: 'play'; options: LocalOptions } | { kind: 'push'; image: string };

/** Reads the command line; prints help or what is wrong and exits by itself, as command lines do. */
export function parseCommandLine(argv: readonly string[]): LocalCommand {
  let command: LocalCommand | undefined;
  const program = new Command('npm run local --')
    .description(
      'Plays the synthesized template of Plumbline on this machine, and the story from push to rollback on it.',
    )
    .option('--once', 'end after the story instead of staying up', false)
    .option('--report <file>', 'write the result as JSON', inCallersFolder)
    .option(
      '--record <file>',
      'write every call to AWS, and the resources with their policies, as JSON',
      inCallersFolder,
    )
    .option(
      '--environment <folder>',
      "no story: deploy this folder's files, then change and restore one object",
      inCallersFolder,
    )
    .option('--keep-logs <folder>', "write the functions' logs there", inCallersFolder)
    .option('--speed <factor>', 'how many times faster the schedules tick', parseSpeed, 60)
    .action((options: LocalOptions) => {
      command = { kind: 'play', options };
    });
  program
    .command('push <image>')
    .description('push an image into the running stack, e.g. example-application:1.2.0')
    .action((image: string) => {
      command = { kind: 'push', image: parseImage(image) };
    });
  program.parse([...argv], { from: 'user' });
  if (command === undefined) throw new Error('the command line was not understood');
  return command;
}

/** npm runs scripts in the checkout's root; a path is meant from where the command was typed. */
const inCallersFolder = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed >= 1 && speed <= 1000) return speed;
  throw new InvalidArgumentError('must be a number from 1 to 1000.');
}

function parseImage(text: string): string {
  if (/^[a-z0-9]+([._/-][a-z0-9]+)*:[\w][\w.-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError('must be NAME:TAG, e.g. example-application:1.2.0');
}
