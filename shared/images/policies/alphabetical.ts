import { inOrder, type Order } from './numerical.ts';
import type { Kind } from './ordering.ts';

/** The last one in the order of the characters (`asc`) or the first one (`desc`). */
export function alphabeticalKind({ order }: { order: Order }): Kind<string> {
  return {
    description: `the alphabetical order (${order})`,
    compare: (one, other) => inOrder(order, one === other ? 0 : one > other ? 1 : -1),
    read: (text) => ({ key: text }),
  };
}
