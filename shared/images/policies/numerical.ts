import type { Kind } from './ordering.ts';

export type Order = 'asc' | 'desc';

/** `asc` chooses the last one in order, as Flux has it. */
export const inOrder = (order: Order, compared: number) => (order === 'asc' ? compared : -compared);

/** A decimal number in two parts, so that a timestamp of twenty digits stays exact. */
type Decimal = { whole: bigint; fraction: string; negative: boolean };

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The greatest number (`asc`) or the smallest one (`desc`). */
export function numericalKind({ order }: { order: Order }): Kind<Decimal> {
  return {
    description: `the numerical order (${order})`,
    compare: (one, other) => inOrder(order, compareDecimals(one, other)),
    read(text) {
      const [, sign, whole, fraction = ''] = decimalPattern.exec(text) ?? [];
      if (whole === undefined) return { excluded: `"${text}" is not a number` };
      return { key: { whole: BigInt(whole), fraction, negative: sign === '-' } };
    },
  };
}

function compareDecimals(one: Decimal, other: Decimal): number {
  const [left, right] = scaled(one, other);
  return left === right ? 0 : left > right ? 1 : -1;
}

/** Both as whole numbers of the same scale. */
function scaled(one: Decimal, other: Decimal): [bigint, bigint] {
  const digits = Math.max(one.fraction.length, other.fraction.length);
  const scale = ({ whole, fraction, negative }: Decimal) => {
    const value = BigInt(`${whole}${fraction.padEnd(digits, '0')}`);
    return negative ? -value : value;
  };
  return [scale(one), scale(other)];
}
