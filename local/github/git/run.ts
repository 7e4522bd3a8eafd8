import { spawn } from 'node:child_process';

export type GitResult = { exitCode: number | null; stdout: Buffer; stderr: string };

/** A git command that ended otherwise than its caller expected; carries git's own words. */
class GitError extends Error {
  readonly exitCode: number | null;

  constructor(command: string, { exitCode, stderr }: GitResult) {
    super(`git ${command} ended with ${exitCode}: ${stderr.trim()}`);
    this.name = 'GitError';
    this.exitCode = exitCode;
  }
}

/** The environment of every git process here: nobody's configuration, hooks or surrounding repository reaches it. */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...extra,
  };
}

/** Runs git in a bare repository and gives back how it ended, whatever the exit code. */
export function runGit(directory: string, args: string[], input: string | Buffer = ''): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [`--git-dir=${directory}`, ...args], { env: gitEnvironment() });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command may end without reading all of its input; its exit code says whether that was a failure.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (exitCode) =>
      resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    child.stdin.end(input);
  });
}

/** @throws GitError if git ends with anything but 0 */
export async function git(directory: string, args: string[], input?: string | Buffer): Promise<Buffer> {
  const result = await runGit(directory, args, input);
  if (result.exitCode !== 0) throw new GitError(args.join(' '), result);
  return result.stdout;
}

/** Like `git`, as text without the last line's end. */
export async function gitText(directory: string, args: string[], input?: string | Buffer): Promise<string> {
  return (await git(directory, args, input)).toString().replace(/\n$/, '');
}
