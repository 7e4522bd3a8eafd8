import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Absolute paths of the two programs that render. */
export type Tools = { kubectl: string; helm: string };

export type ToolLimits = {
  /** Wall clock of one run. */
  seconds: number;
  /** Address space of one run (Linux only), of which Go takes some 700 MB before it begins. */
  memoryBytes: number;
  /** Of what a run may print. */
  outputBytes: number;
};

export const defaultToolLimits: ToolLimits = {
  seconds: 40,
  memoryBytes: 2 * 1024 ** 3,
  outputBytes: 64 * 1024 ** 2,
};

export type ToolRun = { program: string; args: string[]; folder: string; limits: ToolLimits; input?: string };

/** What became of a run. `stopped` says which limit ended it; then there is no output to go by. */
export type ToolResult =
  | { outcome: 'ended'; ok: boolean; stdout: string; stderr: string }
  | { outcome: 'stopped'; limit: 'time' | 'memory' | 'output' }
  | { outcome: 'crashed' };

/**
 * Runs a renderer on content that may be hostile: an environment of its own in `folder`, no way to a network but a proxy that isn't
 * there, and limits of time, memory and output.
 */
export async function runTool({ program, args, folder, limits, input = '' }: ToolRun): Promise<ToolResult> {
  const child = spawn('/bin/sh', ['-c', underLimits(limits), program, ...args], {
    cwd: folder,
    env: environmentIn(folder, limits),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let limit: 'time' | 'output' | undefined;
  const stop = (reason: 'time' | 'output') => {
    limit ??= reason;
    child.kill('SIGKILL');
  };
  const clock = setTimeout(stop, limits.seconds * 1000, 'time');
  const capped = { bytes: limits.outputBytes, exceeded: () => stop('output') };
  const output = [collect(child.stdout, capped), collect(child.stderr, capped)];
  // A program that ends without reading its input is told apart by its exit code.
  child.stdin.on('error', () => {}).end(input);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (limit !== undefined) return { outcome: 'stopped', limit };
    return resultOf(code, ...((await Promise.all(output)) as [string, string]));
  } finally {
    clearTimeout(clock);
  }
}

/** The limits that only a shell can set; where the system doesn't know one (macOS has no `-v`), the clock and Go's own limit remain. */
function underLimits({ seconds, memoryBytes }: ToolLimits): string {
  const kilobytes = Math.floor(memoryBytes / 1024);
  return `ulimit -c 0; ulimit -t ${seconds * 2}; ulimit -v ${kilobytes} 2>/dev/null; exec "$0" "$@"`;
}

/** Nothing of the caller's environment: no credentials, no configuration, no plugins, no PATH to find `git` on. */
function environmentIn(folder: string, { memoryBytes }: ToolLimits): NodeJS.ProcessEnv {
  const nowhere = 'http://127.0.0.1:9';
  const home = `${folder}/home`;
  return {
    HOME: home,
    TMPDIR: folder,
    PATH: home,
    LANG: 'C.UTF-8',
    KUBECONFIG: `${home}/none`,
    KUBECTL_KUBERC: 'false',
    HELM_CONFIG_HOME: home,
    HELM_CACHE_HOME: home,
    HELM_DATA_HOME: home,
    HELM_PLUGINS: `${home}/none`,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    GOMEMLIMIT: String(Math.floor(memoryBytes / 2)),
  };
}

async function collect(stream: NodeJS.ReadableStream, { bytes, exceeded }: { bytes: number; exceeded(): void }) {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bytes) chunks.push(chunk);
    else exceeded();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A Go program that may not have more memory ends with code 2 and one of these words; killed from outside it has no code at all. */
const outOfMemory =
  /^(fatal error|runtime|panic): .*(out of memory|cannot allocate|failed to (reserve|allocate|create))/m;

function resultOf(code: number | null, stdout: string, stderr: string): ToolResult {
  if (code === 0 || code === 1) return { outcome: 'ended', ok: code === 0, stdout, stderr };
  return outOfMemory.test(stderr) ? { outcome: 'stopped', limit: 'memory' } : { outcome: 'crashed' };
}
