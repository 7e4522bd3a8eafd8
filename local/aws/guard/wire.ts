/** A request as it stands on the wire: the path with its query, header names in lower case. */
export type WireRequest = {
  method: string;
  target: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Splits `/path?a=b` into path and decoded pairs. */
export function splitTarget(target: string): { path: string; query: [string, string][] } {
  const [path = '/', ...rest] = target.split('?');
  const pairs = rest.join('?').split('&').filter(Boolean);
  return {
    path,
    query: pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [decode(name), decode(value.join('='))];
    }),
  };
}
