type Pattern = Readonly<Record<string, unknown>>;
type Matcher = Readonly<Record<string, unknown>>;

/** Of one field: each value it may have; a missing field is undefined. */
function fieldMatches(expected: readonly unknown[], value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  return expected.some((one) =>
    isMatcher(one) ? matcherMatches(one, value) : values.some((actual) => actual === one),
  );
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null;
}

type Test = (operand: unknown, actual: unknown) => boolean;

const asText = (test: (operand: string, actual: string) => boolean): Test => {
  return (operand, actual) => typeof actual === 'string' && [operand].flat().some((one) => test(String(one), actual));
};

/** Only `*` is special here. */
function wildcardMatches(pattern: string, actual: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(actual);
}

const tests: Readonly<Record<string, Test>> = {
  prefix: asText((operand, actual) => actual.startsWith(operand)),
  suffix: asText((operand, actual) => actual.endsWith(operand)),
  'equals-ignore-case': asText((operand, actual) => actual.toLowerCase() === operand.toLowerCase()),
  wildcard: asText(wildcardMatches),
  numeric: (operand, actual) => typeof actual === 'number' && inNumericRange(operand as unknown[], actual),
  'anything-but': (operand, actual) =>
    isMatcher(operand) && !Array.isArray(operand)
      ? !matcherMatches(operand, actual)
      : ![operand].flat().includes(actual),
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function inNumericRange(range: readonly unknown[], actual: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    if (comparisons[String(range[index])]?.(actual, Number(range[index + 1])) !== true) return false;
  }
  return true;
}

function matcherMatches(matcher: Matcher, value: unknown): boolean {
  const [name = '', operand] = Object.entries(matcher)[0] ?? [];
  if (name === 'exists') return (value !== undefined) === operand;
  const test = tests[name];
  if (test === undefined) throw new Error(`event patterns have no matcher ${name}`);
  if (value === undefined) return false;
  return [value].flat().some((actual) => test(operand, actual));
}

/**
 * Whether an event matches a pattern of EventBridge, which event source mappings use for their filters, too.
 *
 * @throws Error for a matcher that patterns don't have.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesEvent(pattern: Pattern, event: unknown): boolean {
  const fields = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === '$or') return (expected as Pattern[]).some((alternative) => matchesEvent(alternative, event));
    if (Array.isArray(expected)) return fieldMatches(expected, fields[key]);
    return matchesEvent(expected as Pattern, fields[key]);
  });
}
