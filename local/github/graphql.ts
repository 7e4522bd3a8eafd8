import { z } from 'zod';
import { createCommitOnBranch } from './create-commit.ts';
import { evaluate, type Field, GraphqlSyntaxError, parseDocument } from './graphql-document.ts';
import { GraphqlError, type GraphqlObject } from './graphql-error.ts';
import { type Answer, type Call, ok, type Route } from './router.ts';
import { updateRefs } from './update-refs.ts';

type Resolver = (call: Call, parameters: Record<string, unknown>) => Promise<GraphqlObject>;

const operations: Record<string, Record<string, Resolver>> = {
  mutation: { createCommitOnBranch, updateRefs },
  query: {},
};

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

type Entry = { type?: string; path?: string[]; locations?: { line: number; column: number }[]; message: string };

/** GitHub's GraphQL, as far as it is asked: an operation or a field that is missing here is named in the error. */
export const graphqlRoute: Route = { operation: 'POST /graphql', access: 'installation', handle: answerDocument };

async function answerDocument(call: Call): Promise<Answer> {
  const request = requestSchema.safeParse(call.body);
  if (!request.success)
    return ok({ errors: [{ message: 'A query attribute must be specified and must be a string.' }] });
  const { query, variables } = request.data;
  try {
    const { type, fields } = parseDocument(query);
    return await answerFields(call, type, fields, variables ?? {});
  } catch (error) {
    if (error instanceof GraphqlSyntaxError) return ok({ errors: [{ message: error.message }] });
    throw error;
  }
}

async function answerFields(
  call: Call,
  type: string,
  fields: Field[],
  variables: Record<string, unknown>,
): Promise<Answer> {
  const root = type === 'query' ? 'Query' : 'Mutation';
  const unknown = fields.filter(({ name }) => operations[type]?.[name] === undefined);
  call.world.unknownCalls.push(...unknown.map(({ name }) => `${type} ${name}`));
  if (unknown.length > 0) return ok({ errors: unknown.map((field) => undefinedField(field, root)) });
  const data: Record<string, unknown> = {};
  const errors: Entry[] = [];
  for (const field of fields) {
    data[field.alias] = null;
    try {
      data[field.alias] = await answerField(call, type, field, variables);
    } catch (error) {
      errors.push(entryOf(error, field));
    }
  }
  return ok(errors.length > 0 ? { data, errors } : { data });
}

async function answerField(call: Call, type: string, field: Field, variables: Record<string, unknown>) {
  const parameters = evaluate({ kind: 'object', fields: field.arguments }, variables) as Record<string, unknown>;
  const resolve = operations[type]?.[field.name];
  if (resolve === undefined) throw new GraphqlError('undefinedField', `no operation ${field.name}`);
  return select(await resolve(call, parameters), field);
}

/** Only what was selected, under its alias. */
function select(object: GraphqlObject, { fields }: Field): Record<string, unknown> {
  const entries = fields.map((field): [string, unknown] => {
    if (field.name === '__typename') return [field.alias, object.type];
    const value = object.fields[field.name];
    if (value === undefined) throw new GraphqlError('undefinedField', undefinedField(field, object.type).message);
    return [field.alias, typeof value === 'object' && value !== null ? select(value, field) : value];
  });
  return Object.fromEntries(entries);
}

function undefinedField({ name, line, column }: Field, type: string): Entry {
  return { message: `Field '${name}' doesn't exist on type '${type}'`, locations: [{ line, column }] };
}

function entryOf(error: unknown, { alias, line, column }: Field): Entry {
  if (!(error instanceof GraphqlError)) throw error;
  const type = error.type === undefined ? {} : { type: error.type };
  return { ...type, path: [alias], locations: [{ line, column }], message: error.message };
}
