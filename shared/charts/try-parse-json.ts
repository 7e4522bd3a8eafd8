/** Undefined where the text isn't JSON: what came over the network is judged by a schema, which takes no undefined. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
