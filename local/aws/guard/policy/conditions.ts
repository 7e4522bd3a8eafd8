import { BlockList, isIP } from 'node:net';
import { type ConditionBlock, many, matchesPattern } from './document.ts';

/** What is known of a request: condition keys, in lower case, with their values. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

type Test = (expected: string, actual: string) => boolean;

const same: Test = (expected, actual) => expected === actual;
const sameIgnoringCase: Test = (expected, actual) => expected.toLowerCase() === actual.toLowerCase();
const numeric =
  (compare: (actual: number, expected: number) => boolean): Test =>
  (expected, actual) =>
    compare(Number(actual), Number(expected));
const date =
  (compare: (actual: number, expected: number) => boolean): Test =>
  (expected, actual) =>
    compare(instant(actual), instant(expected));

function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

/** Each of an ARN's six parts is matched for itself: a `*` doesn't reach over a colon, but in the last. */
function arnLike(expected: string, actual: string): boolean {
  const split = (arn: string) => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  const parts = split(actual);
  return split(expected).every((pattern, index) => matchesPattern(pattern, parts[index] ?? ''));
}

function inRange(range: string, address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const [network = '', prefix] = range.split('/');
  const list = new BlockList();
  if (prefix === undefined) list.addAddress(network, family);
  else list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}

const tests: Readonly<Record<string, Test>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameIgnoringCase,
  StringLike: matchesPattern,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: sameIgnoringCase,
  BinaryEquals: same,
  IpAddress: inRange,
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

type Operator = { quantifier: 'all' | 'any' | undefined; name: string; ifExists: boolean };

function parseOperator(text: string): Operator {
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(text) ?? [];
  const kind = quantifier === 'ForAllValues' ? 'all' : quantifier === 'ForAnyValue' ? 'any' : undefined;
  return { quantifier: kind, name, ifExists: ifExists !== undefined };
}

/**
 * Whether every condition of the block holds.
 *
 * @throws Error for an operator that IAM doesn't have: guessing would make the enforcement worthless.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionsHold(block: ConditionBlock | undefined, context: RequestContext): boolean {
  return Object.entries(block ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const actual = context[key.toLowerCase()];
      return holds(
        parseOperator(operator),
        many(expected).map(String),
        actual === undefined ? undefined : many(actual),
        context,
      );
    }),
  );
}

function holds(
  operator: Operator,
  expected: readonly string[],
  actual: readonly string[] | undefined,
  context: RequestContext,
): boolean {
  if (operator.name === 'Null') return expected.includes(String(actual === undefined));
  const positive = negations[operator.name];
  const test = tests[positive ?? operator.name];
  if (test === undefined) throw new Error(`the condition operator ${operator.name} doesn't exist`);
  if (actual === undefined || actual.length === 0) return missingHolds(operator, positive !== undefined);
  const patterns = expected.map((pattern) => substitute(pattern, context)).filter((pattern) => pattern !== undefined);
  const one = (value: string) => patterns.some((pattern) => test(pattern, value)) !== (positive !== undefined);
  return operator.quantifier === 'any' || (operator.quantifier === undefined && positive === undefined)
    ? actual.some(one)
    : actual.every(one);
}

/** A key that the request doesn't have satisfies a negated operator, `IfExists` and `ForAllValues`, and nothing else. */
function missingHolds({ ifExists, quantifier }: Operator, negated: boolean): boolean {
  if (quantifier !== undefined) return quantifier === 'all';
  return ifExists || negated;
}

/** Puts the request's values in the place of policy variables; undefined where the request has no such value. */
export function substitute(pattern: string, context: RequestContext): string | undefined {
  let complete = true;
  const text = pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.length === 1) return name;
    const value = many(context[name.toLowerCase()])[0];
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? text : undefined;
}
