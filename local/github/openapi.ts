import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Schema = Record<string, unknown>;
type Content = Record<string, { schema?: Schema }>;
type Described = { $ref?: string; content?: Content; required?: boolean };
type Operation = { requestBody?: Described; responses: Record<string, Described> };
type Description = {
  paths: Record<string, Record<string, Operation>>;
  'x-webhooks': Record<string, { post: Operation }>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Described> };
};

/** GitHub's description of its own API, as a judge. Each method gives the faults found, none if it conforms. */
export type GitHubDescription = {
  /** @param operation e.g. `POST /repos/{owner}/{repo}/pulls` */
  checkRequest: (operation: string, body: unknown) => string[];
  checkAnswer: (operation: string, status: number, body: unknown) => string[];
  /** @param event e.g. `push` or `pull-request-opened` */
  checkWebhook: (event: string, payload: unknown) => string[];
};

const json = 'application/json';

/**
 * GitHub's description, one for the process: 13 MB that are read when it is first asked; a schema is compiled when it
 * is first needed.
 *
 * @see https://github.com/octokit/openapi
 */
export function gitHubDescription(): GitHubDescription {
  shared ??= createDescription();
  return shared;
}

let shared: GitHubDescription | undefined;

function createDescription(): GitHubDescription {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  let loaded: Description | undefined;
  const known = new Set<string>();
  const compiled = new Map<string, ValidateFunction>();

  const description = (): Description => {
    loaded ??= load();
    return loaded;
  };

  /** Gives ajv a component and all that it refers to. */
  function addComponent(name: string): void {
    if (known.has(name)) return;
    known.add(name);
    ajv.addSchema(convert(description().components.schemas[name] ?? {}, addComponent) as Schema, name);
  }

  function validator(key: string, schema: Schema): ValidateFunction {
    const validate = compiled.get(key) ?? ajv.compile(convert(schema, addComponent) as Schema);
    compiled.set(key, validate);
    return validate;
  }

  function check(key: string, schema: Schema | undefined, value: unknown): string[] {
    if (schema === undefined) return [];
    const validate = validator(key, schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  }

  function operationOf(operation: string): Operation | undefined {
    const [method = '', path = ''] = operation.split(' ');
    return description().paths[path]?.[method.toLowerCase()];
  }

  return {
    checkRequest: (operation, body) =>
      check(`request ${operation}`, operationOf(operation)?.requestBody?.content?.[json]?.schema, body),
    checkAnswer: (operation, status, body) => {
      const described = operationOf(operation);
      if (described === undefined) return [`${operation} is not in GitHub's description`];
      const answer = resolveAnswer(description(), described.responses[status]);
      if (answer === undefined) return status >= 400 ? basicError(body) : [`status ${status} is not described`];
      const schema = answer.content?.[json]?.schema;
      if (schema === undefined) return status < 400 && body !== undefined ? ['a body where none is described'] : [];
      return check(`answer ${operation} ${status}`, schema, body);
    },
    checkWebhook: (event, payload) => {
      const described = description()['x-webhooks'][event];
      if (described === undefined) return [`${event} is not in GitHub's description`];
      return check(`webhook ${event}`, described.post.requestBody?.content?.[json]?.schema, payload);
    },
  };
}

function load(): Description {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Description;
}

function resolveAnswer(description: Description, answer: Described | undefined): Described | undefined {
  return answer?.$ref === undefined ? answer : description.components.responses[nameOf(answer.$ref)];
}

/** GitHub answers many errors that its description leaves out; all have at least a message. */
function basicError(body: unknown): string[] {
  const isError = typeof body === 'object' && body !== null && 'message' in body;
  return isError ? [] : ['an error without a message'];
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** OpenAPI 3.0's schemas as JSON Schema: `nullable` becomes a type, references become names of components. */
function convert(value: unknown, onReference: (name: string) => void): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, onReference));
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, $ref, ...schema } = value as Schema;
  if (typeof $ref === 'string') {
    onReference(nameOf($ref));
    return { $ref: nameOf($ref) };
  }
  // A property may itself be called `nullable`; then it is a schema, not a flag.
  const kept = typeof nullable === 'boolean' ? schema : (value as Schema);
  // Git takes any text for an e-mail address, and so do GitHub's answers; a URL that is '' by default may be ''.
  const loose = kept.format === 'email' || (kept.format === 'uri' && kept.default === '');
  const entries = Object.entries(kept).filter(([key]) => !(loose && key === 'format'));
  const converted = Object.fromEntries(entries.map(([key, item]) => [key, convert(item, onReference)]));
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}
