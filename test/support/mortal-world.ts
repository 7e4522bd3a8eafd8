import { createFakeApiServer } from '../fakes/api-server.ts';
import { createWorld } from './reconciler-world.ts';

type AsyncFunction = (...args: never[]) => Promise<unknown>;

const isRead = (name: string) => /^(read|list|get)/.test(name);

/**
 * A world whose reconciler dies on demand. Every call of a port that has an effect is counted (requests that write, state, the artifact
 * store), and at the n-th one it dies, before the effect or just after it: the run never gets an answer any more, and nothing that it
 * still tries has an effect. Reading changes nothing, so dying at a read is dying after the effect before it.
 */
export async function createMortalWorld() {
  const server = createFakeApiServer();
  let effectsLeft = Number.POSITIVE_INFINITY;
  let isAfter = false;
  let die = () => {};

  async function effect<Result>(work: () => Promise<Result>): Promise<Result> {
    effectsLeft -= 1;
    if (effectsLeft > 0) return work();
    if (effectsLeft === 0 && isAfter) await work();
    die();
    return new Promise(() => {});
  }

  /** A port of which every function that has an effect is counted. */
  function mortal<Port extends object>(port: Port): Port {
    const functions = Object.entries(port).map(([name, work]) => {
      const counted = (...args: never[]) => effect(() => (work as AsyncFunction)(...args));
      return [name, isRead(name) ? work : counted];
    });
    return Object.fromEntries(functions) as Port;
  }

  const world = await createWorld({
    namespace: 'staging',
    transport: (request, timeout) => {
      const send = () => server.transport(request, timeout);
      return request.method === 'GET' ? send() : effect(send);
    },
  });
  world.ports.state = mortal(world.ports.state);
  world.ports.objects = mortal(world.ports.objects);

  /** Reconciles, and dies at the n-th effect. False if it came to its end before that. */
  async function reconcileUntil(step: number, after: boolean): Promise<boolean> {
    effectsLeft = step;
    isAfter = after;
    const death = new Promise<true>((resolve) => {
      die = () => resolve(true);
    });
    const died = await Promise.race([death, world.reconcile().then(() => false)]);
    effectsLeft = Number.POSITIVE_INFINITY;
    return died;
  }

  return { server, world, reconcileUntil };
}
