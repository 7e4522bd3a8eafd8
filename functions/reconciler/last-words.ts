import { stripVTControlCharacters } from 'node:util';
import { MissingError, PlumblineError, RefusedError } from '../../shared/errors.ts';
import { endedContainerOf } from '../../shared/health/pods.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { secretsOfPod } from '../../shared/kubernetes/pod-secrets.ts';
import { redactAll } from '../../shared/kubernetes/redact.ts';
import type { Resources } from '../../shared/kubernetes/resource.ts';

type Context = { cluster: Cluster; resources: Resources };

const lines = 10;
const longest = 600;

/**
 * What a container said last before it ended, on one line; empty if no container has ended, nothing was said, or it can't be asked for.
 * Values of Secrets that the pod is given are masked, as far as this environment may read them.
 */
export async function lastWords(pod: LiveObject, { cluster, resources }: Context): Promise<string> {
  const pods = resources.find('v1', 'Pod');
  const ended = endedContainerOf(pod);
  if (pods === undefined || ended === undefined) return '';
  const { name, namespace = '' } = pod.metadata;
  try {
    const text = await cluster.log(pods, { namespace, name }, { ...ended, lines });
    return text.trim() === '' ? '' : tailOf(redactAll(text, await readSecrets(pod, { cluster, resources })));
  } catch (error) {
    if (error instanceof PlumblineError) return '';
    throw error;
  }
}

async function readSecrets(pod: LiveObject, { cluster, resources }: Context): Promise<LiveObject[]> {
  const secrets = resources.find('v1', 'Secret');
  const namespace = pod.metadata.namespace ?? '';
  const read = await Promise.all(
    secretsOfPod(pod).map(async (name) => secrets && unlessRefused(() => cluster.read(secrets, { namespace, name }))),
  );
  return read.filter((object) => object !== undefined);
}

async function unlessRefused<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RefusedError || error instanceof MissingError) return undefined;
    throw error;
  }
}

/** The end of a text, on one line and without what a terminal would take for commands. */
function tailOf(text: string): string {
  const words = stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join(' | ');
  return words.length > longest ? `…${words.slice(-longest)}` : words;
}
