import { z } from 'zod';
import { deployerSchema } from '../shared/config/deployer.ts';
import { environmentSchema } from '../shared/config/environment.ts';

type Node = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
};

const schemas = { 'deployer.yaml': deployerSchema, 'environment.yaml': environmentSchema };

const introductions: Record<keyof typeof schemas, string> = {
  'deployer.yaml': 'Who may deploy what where. It stands beside `cdk.json` and belongs to whoever runs `cdk deploy`.',
  'environment.yaml':
    "What is deployed and how, within the limits of `deployer.yaml`. It stands in the environment's folder in Git and belongs to the team. It may be left out.",
};

/**
 * The generated documents, by file name in `docs/`: the configuration reference and one JSON Schema for each configuration file.
 * They are made of the schemas that the files are parsed by, so they can't say anything else.
 */
export function configurationDocuments(): Record<string, string> {
  const jsonSchemas = Object.entries(schemas).map(([file, schema]) => [file, toJsonSchema(schema)] as const);
  const reference = jsonSchemas.map(([file, schema]) =>
    section(file, introductions[file as keyof typeof schemas], schema),
  );
  return {
    'configuration.md': `# Configuration\n\nMade by \`npm run docs\` of the schemas in \`shared/config/\`. A field that isn't listed is an error. A duration is written as \`30 seconds\`, \`5 minutes\`, \`1 hour\` or \`2 days\`.\n\n${reference.join('\n')}`,
    ...Object.fromEntries(
      jsonSchemas.map(([file, schema]) => [
        `schemas/${file.replace('.yaml', '')}.schema.json`,
        `${JSON.stringify(schema, null, 2)}\n`,
      ]),
    ),
  };
}

const toJsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;

function section(file: string, introduction: string, schema: Node): string {
  const rows = fieldsOf(schema, '').map((cells) => `| ${cells.join(' | ')} |`);
  return `## \`${file}\`\n\n${introduction}\n\n| field | what it takes | default | what it says |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** Of several forms that an object may have, each field once; none of them is required in all. */
const formsOf = ({ anyOf = [] }: Node): Node => ({
  properties: Object.assign({}, ...anyOf.map(({ properties = {} }) => properties)),
});

function fieldsOf(given: Node, path: string): string[][] {
  const node = given.anyOf === undefined ? given : formsOf(given);
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    describe(child, path === '' ? name : `${path}.${name}`, node.required?.includes(name) ?? false),
  );
  const entries =
    typeof node.additionalProperties === 'object' ? describe(node.additionalProperties, `${path}.NAME`, false) : [];
  return [...own, ...entries];
}

function describe(node: Node, path: string, required: boolean): string[][] {
  const isEntry = path.endsWith('.NAME');
  const fallback = node.default !== undefined ? code(JSON.stringify(node.default)) : required ? '**required**' : '';
  const row = [code(path), accepts(node), fallback, (node.description ?? '').replaceAll('|', '\\|')];
  const below = [...fieldsOf(node, path), ...(node.items === undefined ? [] : fieldsOf(node.items, `${path}[]`))];
  return isEntry && node.description === undefined ? below : [row, ...below];
}

function accepts({ enum: values, type, items }: Node): string {
  if (values !== undefined) return values.map((value) => code(String(value))).join(', ');
  return items === undefined
    ? (type ?? 'one of the below')
    : `list of ${items.type ?? items.anyOf?.[0]?.type ?? 'values'}`;
}

const code = (text: string) => `\`${text}\``;
