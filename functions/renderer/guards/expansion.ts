import type { CST } from 'yaml';
import { isContainer } from './inspect-yaml.ts';

/** How many characters aliases may add to a file. A bomb of 500 bytes adds gigabytes, and takes kustomize as many. */
const maximumExpansion = 1024 * 1024;

type Bomb = { offset: number; message: string };
type Measure = { anchors: Map<string, number>; added: number; bomb: Bomb | undefined };

/**
 * Finds the alias with which a file's expansion goes over the limit. An anchor counts for all that stands beside it: an upper bound,
 * found in one pass. Call it only for documents whose depth is bounded.
 */
export function findAliasBomb(documents: readonly CST.Document[]): Bomb | undefined {
  const measure: Measure = { anchors: new Map(), added: 0, bomb: undefined };
  for (const { start, value } of documents) anchored(start, sizeOf(value, measure), measure);
  return measure.bomb;
}

/** How long a token is with everything that its aliases stand for. */
function sizeOf(token: CST.Token | null | undefined, measure: Measure): number {
  if (token === undefined || token === null) return 0;
  if (token.type === 'alias') return aliasSize(token, measure);
  if (!isContainer(token)) return 'source' in token ? token.source.length : 0;
  return token.items.reduce((total: number, item: CollectionItem) => total + itemSize(item, measure), 0);
}

type CollectionItem = {
  start: CST.SourceToken[];
  key?: CST.Token | null;
  sep?: CST.SourceToken[];
  value?: CST.Token;
};

function itemSize({ start, key, sep = [], value }: CollectionItem, measure: Measure): number {
  const size = sizeOf(key, measure) + sizeOf(value, measure) + 2;
  return anchored([...start, ...sep], size, measure);
}

function anchored(tokens: readonly CST.SourceToken[], size: number, { anchors }: Measure): number {
  for (const { type, source } of tokens) if (type === 'anchor') anchors.set(source.slice(1), size);
  return size;
}

function aliasSize({ source, offset }: CST.FlowScalar, measure: Measure): number {
  const size = measure.anchors.get(source.slice(1));
  if (size === undefined) measure.bomb ??= { offset, message: unknownAnchor };
  measure.added += size ?? 0;
  if (measure.added > maximumExpansion) measure.bomb ??= { offset, message: expands };
  return size ?? 0;
}

const unknownAnchor = 'uses a YAML alias whose anchor does not stand, whole, before it';
const expands =
  'uses YAML aliases that would expand to more than 1 MB, as an alias bomb does; write the values out instead';
