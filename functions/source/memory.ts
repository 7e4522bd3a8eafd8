import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import { type RenderedBefore, renderedBeforeSchema } from '../../shared/artifacts/rendered-before.ts';
import { MissingError } from '../../shared/errors.ts';
import type { SourcePorts } from './ports.ts';
import type { RenderInput } from './render-application.ts';

type Ports = Pick<SourcePorts, 'objects'>;

/**
 * What came of the same inputs before. A look that ran out of time goes on from here, and a revert renders nothing. Failures count within
 * one look only, with all its continuations: the next one tries again, but a look that is continued doesn't, or what takes long and fails
 * would keep it from ever coming to its end. So it is with all that comes of a trial: what a pull request rendered is never what is deployed.
 */
export async function recall(input: RenderInput, ports: Ports): Promise<RenderedBefore | undefined> {
  const { environment, inputs, look } = input;
  const found = await read(keys.rendered(environment, inputs), ports);
  return found ?? (look.isContinued ? read(keyOfLook(input), ports) : undefined);
}

export async function remember(input: RenderInput, rendered: RenderedBefore, { objects }: Ports): Promise<void> {
  const { environment, inputs, look } = input;
  const isForLook = rendered.artifact === undefined || look.isTrial === true;
  const key = isForLook ? keyOfLook(input) : keys.rendered(environment, inputs);
  await objects.putOnce(key, new TextEncoder().encode(JSON.stringify(rendered)));
}

const keyOfLook = ({ environment, inputs, look }: RenderInput) =>
  keys.rendered(environment, digestOf(`${inputs} ${look.id}`));

async function read(key: string, { objects }: Ports): Promise<RenderedBefore | undefined> {
  try {
    return renderedBeforeSchema.parse(JSON.parse(new TextDecoder().decode(await objects.get(key))));
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
}
