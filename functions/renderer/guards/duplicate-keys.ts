import { CST } from 'yaml';
import type { Container } from './inspect-yaml.ts';

type Found = { offset: number; key: string };

/** The keys of one mapping that stood there before. A merge key (`<<`) may come several times. */
export function findDuplicateKeys(container: Container): Found[] {
  if (!isMapping(container)) return [];
  const seen = new Set<string>();
  const found: Found[] = [];
  for (const { key } of container.items) {
    const name = CST.isScalar(key ?? null)
      ? CST.resolveAsScalar(key as CST.FlowScalar, true, ignore)?.value
      : undefined;
    if (name === undefined || name === '<<') continue;
    if (seen.has(name)) found.push({ offset: key?.offset ?? 0, key: name });
    seen.add(name);
  }
  return found;
}

/** Whether a key is valid is the renderer's to say; without this the parser would throw. */
const ignore = () => {};

const isMapping = (container: Container) =>
  container.type === 'block-map' || (container.type === 'flow-collection' && container.start.source === '{');
