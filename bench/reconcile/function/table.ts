type Value = { S?: string; N?: string };
type Item = Record<string, Value>;

/** Told every item that is written. */
export type OnWrite = (item: Item) => void;

type Call = {
  Key?: Item;
  Item?: Item;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, Value>;
};

const prefix = 'DynamoDB_20120810.';

/** One table of DynamoDB, as far as the reconciler uses it: items are read, written and deleted by key, on conditions. */
export function createTable(onWrite: OnWrite) {
  const items = new Map<string, Item>();
  return {
    /** Forgets every item whose sort key begins so. */
    forget(beginning: string) {
      for (const [key, { sk }] of items) if (sk?.S?.startsWith(beginning)) items.delete(key);
    },
    /** @param target the header that names the operation */
    answer(target: string, call: Call): { status: number; result: object } {
      const key = keyOf(call.Key ?? call.Item ?? {});
      const present = items.get(key);
      const operation = target.slice(prefix.length);
      if (operation === 'GetItem') return { status: 200, result: present === undefined ? {} : { Item: present } };
      if (!holds(call, present)) return refused('ConditionalCheckFailedException', 'The conditional request failed');
      if (operation === 'DeleteItem') items.delete(key);
      else if (operation === 'PutItem' && call.Item !== undefined) {
        items.set(key, call.Item);
        onWrite(call.Item);
      } else return refused('ValidationException', `${operation} is not known here`);
      return { status: 200, result: {} };
    },
  };
}

const keyOf = ({ pk, sk }: Item) => `${pk?.S}\n${sk?.S}`;

const refused = (type: string, message: string) => ({ status: 400, result: { __type: `${prefix}#${type}`, message } });

/** @throws Error for a condition of a form that isn't known here: nothing may be written because it was not understood */
function holds(
  { ConditionExpression, ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Call,
  item: Item = {},
): boolean {
  if (ConditionExpression === undefined) return true;
  return ConditionExpression.split(' OR ').some((term) => {
    const [, absent] = /^attribute_not_exists\((#\w+)\)$/.exec(term) ?? [];
    if (absent !== undefined) return item[ExpressionAttributeNames[absent] ?? ''] === undefined;
    const [, name = '', operator = '', value = ''] = /^(#\w+) (=|<|<=) (:\w+)$/.exec(term) ?? [];
    const compare = comparisons[operator];
    if (compare === undefined) throw new Error(`the condition "${term}" is not known here`);
    const found = item[ExpressionAttributeNames[name] ?? '']?.N;
    return found !== undefined && compare(Number(found), Number(ExpressionAttributeValues[value]?.N));
  });
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};
