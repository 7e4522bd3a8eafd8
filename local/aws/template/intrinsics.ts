/** What a reference to a resource leads to. */
export type ResolvedResource = { ref: string; attributes: Readonly<Record<string, unknown>> };

/** Everything that an intrinsic function may ask for. */
export type Scope = {
  /** `AWS::Region` and the like. */
  pseudo: Readonly<Record<string, string>>;
  parameters: Readonly<Record<string, unknown>>;
  mappings: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  conditions: Readonly<Record<string, unknown>>;
  /** Undefined for a resource that the template doesn't have, or has not yet. */
  resource(logicalId: string): ResolvedResource | undefined;
};

/** `{ Ref: 'AWS::NoValue' }`: the property is as if it weren't written. */
const noValue = Symbol('AWS::NoValue');

type Json = unknown;
type Intrinsic = (argument: Json, scope: Scope) => Json;

/** A template asks for something that it doesn't have. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(String(name), scope),
  Condition: (name, scope) => conditionHolds(String(name), scope),
  'Fn::GetAtt': (argument, scope) => attribute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [separator, values] = resolve(argument, scope) as [string, unknown[]];
    return values.map(textOf).join(separator);
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Select': (argument, scope) => {
    const [index, values] = resolve(argument, scope) as [number | string, unknown[]];
    return values[Number(index)];
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = resolve(argument, scope) as [string, string];
    return text.split(separator);
  },
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = argument as [string, Json, Json];
    return resolveAny(conditionHolds(condition, scope) ? yes : no, scope);
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = resolve(argument, scope) as [string, string, string];
    const found = scope.mappings[map]?.[first]?.[second];
    if (found === undefined) throw new TemplateError(`the template has no mapping ${map}.${first}.${second}`);
    return found;
  },
  'Fn::Base64': (argument, scope) => Buffer.from(textOf(resolve(argument, scope))).toString('base64'),
  'Fn::GetAZs': (_, { pseudo }) => ['a', 'b', 'c'].map((zone) => `${pseudo['AWS::Region']}${zone}`),
  'Fn::Equals': (argument, scope) => {
    const [a, b] = resolve(argument, scope) as [unknown, unknown];
    return textOf(a) === textOf(b);
  },
  'Fn::Not': (argument, scope) => (resolve(argument, scope) as boolean[])[0] !== true,
  'Fn::And': (argument, scope) => (resolve(argument, scope) as boolean[]).every(Boolean),
  'Fn::Or': (argument, scope) => (resolve(argument, scope) as boolean[]).some(Boolean),
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(resolve(argument, scope)),
};

/**
 * The value with every intrinsic function carried out.
 *
 * @throws TemplateError for a function that the player doesn't know, and for a reference that leads nowhere.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolve(value: Json, scope: Scope): Json {
  const result = resolveAny(value, scope);
  return result === noValue ? undefined : result;
}

function resolveAny(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return value.map((item) => resolveAny(item, scope)).filter((item) => item !== noValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name = '', argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  const intrinsic = intrinsics[name];
  if (intrinsic && (name !== 'Condition' || typeof argument === 'string')) return intrinsic(argument, scope);
  if (name.startsWith('Fn::')) throw new TemplateError(`the player doesn't know the function ${name}`);
  const resolved = entries.map(([key, item]) => [key, resolveAny(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== noValue));
}

function reference(name: string, scope: Scope): Json {
  if (name === 'AWS::NoValue') return noValue;
  const value = scope.pseudo[name] ?? scope.parameters[name] ?? scope.resource(name)?.ref;
  if (value === undefined) throw new TemplateError(`the template refers to ${name}, which it doesn't have`);
  return value;
}

function attribute(argument: Json, scope: Scope): Json {
  const [logicalId = '', ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
  const name = path.join('.');
  const value = scope.resource(logicalId)?.attributes[name];
  if (value === undefined)
    throw new TemplateError(`the template reads ${logicalId}.${name}, which the player doesn't know`);
  return value;
}

function substitute(argument: Json, scope: Scope): string {
  const [text, variables] = Array.isArray(argument)
    ? (argument as [string, Record<string, Json>])
    : [String(argument), {}];
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in variables) return textOf(resolve(variables[name], scope));
    return textOf(name.includes('.') ? attribute(name, scope) : reference(name, scope));
  });
}

/** Whether a condition of the template holds. */
export function conditionHolds(name: string, scope: Scope): boolean {
  if (!(name in scope.conditions)) throw new TemplateError(`the template has no condition ${name}`);
  return resolve(scope.conditions[name], scope) === true;
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
