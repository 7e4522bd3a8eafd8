import { type Answer, type Call, ok } from './router.ts';

export type Page = { number: number; size: number };

/** The page that was asked for: 30 items unless told, at most 100. */
export function pageOf({ query }: Call): Page {
  const positive = (name: string, otherwise: number) => Math.max(1, Number(query.get(name)) || otherwise);
  return { number: positive('page', 1), size: Math.min(100, positive('per_page', 30)) };
}

/** One page of a list, and where the others are. */
export function sliceOf<Item>(call: Call, items: Item[]): { items: Item[]; headers: Record<string, string> } {
  const { number, size } = pageOf(call);
  const last = Math.max(1, Math.ceil(items.length / size));
  return { items: items.slice((number - 1) * size, number * size), headers: linkHeader(call, number < last, last) };
}

/** Answers with one page of a list, each item in its shape. */
export function listAnswer<Item>(call: Call, items: Item[], shape: (item: Item) => unknown): Answer {
  const page = sliceOf(call, items);
  return ok(page.items.map(shape), page.headers);
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function linkHeader(call: Call, hasNext: boolean, last?: number): Record<string, string> {
  const { number } = pageOf(call);
  const links = [
    ...(number > 1 ? [link(call, number - 1, 'prev')] : []),
    ...(hasNext ? [link(call, number + 1, 'next')] : []),
    ...(hasNext && last !== undefined ? [link(call, last, 'last')] : []),
    ...(number > 1 ? [link(call, 1, 'first')] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

function link({ world, path, query }: Call, page: number, relation: string): string {
  const parameters = new URLSearchParams(query);
  parameters.set('page', String(page));
  return `<${world.apiUrl}${path}?${parameters}>; rel="${relation}"`;
}
