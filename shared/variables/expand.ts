import { operate } from './operators.ts';
import { type Expression, type Part, parseTemplate } from './template.ts';

export type Variables = ReadonlyMap<string, string>;

/** What became of a text; or what keeps it from becoming anything: expressions, as they are written, and why. */
export type Expansion = { text: string; isWhole: boolean } | { faults: ExpansionFault[] };

type ExpansionFault = { source: string; message: string };

/**
 * Replaces each `${…}` in a text by what it stands for. Values are taken as they are: what looks like an expression in one stays text.
 *
 * @returns `isWhole` if the text was nothing but expressions: then its result may be a number where a number belongs
 */
export function expand(text: string, variables: Variables): Expansion {
  const parts = parseTemplate(text);
  if ('fault' in parts) return { faults: [{ source: parts.source, message: parts.fault }] };
  const faults: ExpansionFault[] = [];
  const result = parts.map((part) => evaluate(part, variables, faults)).join('');
  if (faults.length > 0) return { faults };
  return { text: result, isWhole: parts.every((part) => typeof part !== 'string') };
}

function evaluate(part: Part, variables: Variables, faults: ExpansionFault[]): string {
  if (typeof part === 'string') return part;
  const words = part.words.map((word) => evaluate(word, variables, faults));
  const value = operate(part.operator, variables.get(part.name), words);
  if (typeof value !== 'string') return value.text;
  faults.push({ source: part.source, message: value === 'missing' ? missing(part) : excessive });
  return '';
}

const missing = ({ name }: Expression) =>
  `the variable "${name.slice(0, 100)}" has no value: declare it under "variables" in environment.yaml or in a ConfigMap that is named there, write \${${name.slice(0, 100)}:=default}, or $\${…} where it is no variable`;

const excessive = 'becomes longer than 1 MB, or would take too long';
