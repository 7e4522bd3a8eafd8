import { Lexer } from 'yaml';
import type { Part } from './found-image.ts';

/** A comment that is meant as a marker. */
export type MarkerComment = {
  /** Where its `#` stands in the file's text. */
  start: number;
  text: string;
  /** Undefined if it can't be read as one. */
  marker?: Marker;
};

/** What a marker may mean, the likeliest first. None: the rule for the repository that stands there. */
type Marker = { written: string; readings: Reading[] };
type Reading = { rule: string; part: Part };

const words = ['$imagepolicy', '# plumbline', '#plumbline'];

/** What a text has in which a marker may stand. */
export const markerWords: readonly string[] = words;

/** Whether a text may have markers: it needn't be parsed otherwise. */
export const mayHaveMarkers = (text: string) => words.some((word) => text.includes(word));

const isMeant = /^#[ \t]*(?:\{.*\$imagepolicy|plumbline[ \t]*(?::|$))/i;

/** `# {"$imagepolicy": "namespace:name:tag"}`, as Flux has it, or `# plumbline: name:tag`, or `# plumbline`. */
const syntax =
  /^#[ \t]*(?:\{[ \t]*"\$imagepolicy"[ \t]*:[ \t]*"([^"]+)"[ \t]*\}|plumbline(?::[ \t]*([^\s:]\S*))?)[ \t\r]*$/;

/** What the lexer puts between the pieces of the text: a document, an error, and that a scalar follows. */
const signs = ['\u0002', '\u0018', '\u001F'];
const scalarFollows = '\u001F';

/** The markers of a file, in its order. What looks like one within a value is none. */
export function markerCommentsIn(text: string): MarkerComment[] {
  const found: MarkerComment[] = [];
  let start = 0;
  let previous = '';
  for (const token of new Lexer().lex(text)) {
    if (isMeant.test(token) && previous !== scalarFollows) found.push(describe(start, token));
    previous = token;
    start += signs.includes(token) ? 0 : token.length;
  }
  return found;
}

function describe(start: number, text: string): MarkerComment {
  const match = syntax.exec(text);
  if (match === null) return { start, text };
  const [, flux, own] = match;
  const written = flux ?? own ?? '';
  return { start, text, marker: { written, readings: written === '' ? [] : readingsOf(written, flux !== undefined) } };
}

const suffix = /:(tag|name|digest)$/;

/** Flux names a namespace before the policy, which a rule's name may have or not. */
function readingsOf(name: string, isFlux: boolean): Reading[] {
  const [, written = 'reference'] = suffix.exec(name) ?? [];
  const part = (written === 'name' ? 'repository' : written) as Part;
  const stripped = name.replace(suffix, '');
  const isWhole = isFlux && name.split(':').length <= 2;
  const whole = [name, ...(isWhole ? [withoutNamespace(name)] : [])].map((rule) => ({
    rule,
    part: 'reference' as const,
  }));
  return [...whole, { rule: stripped, part }, { rule: withoutNamespace(stripped), part }];
}

const withoutNamespace = (name: string) => name.slice(name.indexOf(':') + 1);
