import { estimate, type Line, peers, total, type Workload } from './estimate.ts';

export const inDollars = (dollars: number) => `$${dollars.toFixed(2)}`;
const print = ({ what, dollars }: Line) => `${inDollars(dollars).padStart(9)}  ${what}`;

/** The bill as `npm run cost` prints it. */
export function printEstimate(workload: Workload): string {
  const lines = estimate(workload);
  return [
    'Plumbline, US dollars a month (us-east-1, no free tier):',
    ...lines.map(print),
    print({ what: 'together', dollars: total(lines) }),
    '',
    'Others, for the same clusters and applications:',
    ...peers(workload).map(print),
  ].join('\n');
}
