import { type Price, peerPrices, prices } from './prices.ts';
import { printEstimate } from './print.ts';

const example = { pushesPerDay: 200, environments: 5, applications: 50, clusters: 1, driftMinutes: 5 };

/** `docs/cost.md`: the bill of the example, and every price with its source and date. */
export const costDocument = (): string => `# Cost

Made by \`npm run docs\`. What Plumbline costs in a month, beside what runs in the clusters anyway, reckoned for your numbers:

\`\`\`
npm run cost -- --pushes-per-day 200 --environments 5 --applications 50 --drift-minutes 5
\`\`\`

\`--clusters\` is 1 unless you say more. The line above prints:

\`\`\`
${printEstimate(example)}
\`\`\`

## Where it goes
- **Pushes** are the smaller part, even at 200 a day.
- **Drift checks** grow with applications, and shrink with \`schedules.drift\`: for each application and round one invocation that is done in less than a second.
- **Idle isn't quite nothing**: Lambda asks an empty queue all the time, with five connections of 20 seconds each, and each answer is billed as a request.
- No NAT gateway, no interface endpoint, no instance. Gateway endpoints cost nothing.
- Not in it: GitHub, data that leaves AWS (webhooks and statuses, some megabytes), and a key of your own ($1 a month and its requests).

The controllers that always run are taken at Fargate's price for what they request; on nodes that have room left they cost less, with replicas more.
How long a function runs is an estimate, rounded up, cold starts in it (\`docs/cost/estimate.ts\`). The log line that ends each piece of work says \`milliseconds\`: measure your own.

## Prices
US dollars, us-east-1, without free tiers. Other regions differ by up to a third.

| dollars | for each | source | of |
|---|---|---|---|
${[...Object.values(prices), ...Object.values(peerPrices)].map(row).join('\n')}
`;

const row = ({ dollars, per, source, date }: Price) => `| ${decimal(dollars)} | ${per} | <${source}> | ${date} |`;

/** Without an exponent: 0.0000002. */
const decimal = (dollars: number) => dollars.toFixed(10).replace(/\.?0+$/, '');
