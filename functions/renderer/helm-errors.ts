import { posix } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import { explainReading, withoutQuotes } from './kubectl-errors.ts';

/** The chart's folder, the value files, and what each file of the workspace is in the repository. */
type Context = { folder: string; values: readonly string[]; files: ReadonlyMap<string, string> };

type Rule = { pattern: RegExp; explain(match: RegExpExecArray, context: Context): Problem[] };

const rules: Rule[] = [
  {
    // What a chart's author says with `fail` and `required` is meant for people.
    pattern: /execution error at \(([^:)]+):(\d+)(?::\d+)?\): (.+)/,
    explain: ([, path = '', line, message = ''], context) => [
      { ...at(path, line, context), message: message.slice(0, 300) },
    ],
  },
  {
    pattern: /parse error at \(([^:)]+):(\d+)(?::\d+)?\): (.+)/,
    explain: ([, path = '', line, message = ''], context) => [
      { ...at(path, line, context), message: `is not a valid template: ${message.slice(0, 200)}` },
    ],
  },
  {
    pattern: /nested reference name: (\S+?):/,
    explain: ([, name], context) => [
      { ...firstTemplate(context), message: `the template ${JSON.stringify(name)} includes itself without end` },
    ],
  },
  {
    pattern: /YAML parse error on ([^:]+): .*(cannot unmarshal .+)/,
    explain: ([, path = '', message = ''], context) => {
      const { field, message: said } = explainReading(message);
      return [{ ...at(path, undefined, context), field, message: `${said} (in what it renders)` }];
    },
  },
  {
    pattern: /YAML parse error on ([^:]+): (?:error converting YAML to JSON: )?(?:yaml: )?(?:line (\d+): )?(.+)/,
    explain: ([, path = '', line, message = ''], context) => {
      const where = line === undefined ? '' : ` at line ${line} of the output`;
      return [
        {
          ...at(path, undefined, context),
          message: `renders to YAML that is not valid${where}: ${withoutQuotes(message)}`,
        },
      ];
    },
  },
  {
    pattern: /^(?:Error: )?(?:template: )?(\S+?):(\d+):\d+[:\s][\s\S]*?at (<[^\n]{1,200}>):?\s*([\s\S]*)/m,
    explain: ([, path = '', line, expression, message = ''], context) => [
      {
        ...at(path, line, context),
        message: `fails at ${expression}: ${withoutQuotes(message.replace(/\s+/g, ' ').trim())}`,
      },
    ],
  },
  {
    pattern:
      /(?:cannot load|failed to parse) \S*?(Chart\.yaml|values\.yaml|values-\d+\.yaml|requirements\.yaml):? .*?yaml: (?:line (\d+): )?(.+)/,
    explain: ([, name = '', line = '1', message = ''], context) => [
      {
        ...at(/^values-/.test(name) ? name : `chart/${name}`, line, context),
        message: `is not valid YAML: ${withoutQuotes(message)}`,
      },
    ],
  },
  {
    pattern: /values don't meet the specifications of the schema/,
    explain: ({ input }, context) => schemaProblems(input, context),
  },
  {
    pattern: /missing in charts\/ directory: (.+)/,
    explain: ([, names = ''], context) => [
      {
        ...chartFile(context),
        field: 'dependencies',
        message: `not in charts/: ${names}; run "helm dependency update" and commit charts/`,
      },
    ],
  },
  {
    pattern:
      /(library charts are not installable|chart requires kubeVersion: [^\n]+|chart\.metadata\.\w+ is required|validation: [^\n]+|release name [^\n]+)/,
    explain: ([, message = ''], context) => [{ ...chartFile(context), message }],
  },
];

/** Turns what Helm said into problems at the user's files. */
export function explainHelm(stderr: string, context: Context): Problem[] {
  const message = stderr
    .replace(/^Use --debug flag.*$/m, '')
    .replace(/^(level|time|WARN).*$/gm, '')
    .trim();
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(message);
    if (match !== null) return explain(match, context);
  }
  const begin = /^Error: ([A-Za-z][A-Za-z -]*)/m.exec(message)?.[1]?.trim();
  const said = begin === undefined ? '' : ` (${begin} …)`;
  return [
    {
      ...chartFile(context),
      message: `can't be rendered by Helm${said}; "helm template ${context.folder}" shows the whole message`,
    },
  ];
}

const chartFile = ({ folder }: Context) => ({ file: posix.join(folder, 'Chart.yaml') });

const firstTemplate = (context: Context) => chartFile(context);

/** Helm names a file by its chart's name and its path inside the chart. */
function at(path: string, line: string | undefined, { folder, files }: Context): { file: string; line?: number } {
  const inside = path.split('/').slice(1).join('/');
  const file = files.get(path) ?? files.get(posix.join('chart', inside)) ?? posix.join(folder, inside);
  return line === undefined ? { file } : { file, line: Number(line) };
}

function schemaProblems(message: string, context: Context): Problem[] {
  const found = [...message.matchAll(/^- at '([^']*)': (.+)$/gm)];
  const file = context.values.at(-1) ?? posix.join(context.folder, 'values.yaml');
  const problems = found.map(([, pointer = '', text = '']) => ({
    file,
    field: pointer.replace(/^\//, '').replaceAll('/', '.'),
    message: `doesn't meet the chart's schema: ${withoutValue(text).slice(0, 200)}`,
  }));
  return problems.length > 0 ? problems : [{ file, message: "doesn't meet the chart's schema" }];
}

/** What the schema wants may be told; what was found may be a password. */
const withoutValue = (text: string) =>
  text
    .replace(/^'.*'(?= does not match pattern )/, 'it')
    .replace(/^'.*' is not valid ([\w-]+).*$/, 'it is no valid $1');
