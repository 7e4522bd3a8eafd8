import { unwatched } from './estimate.ts';
import { type Price, peerPrices, prices } from './prices.ts';
import { inDollars, printEstimate } from './print.ts';

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
- **Watching** is alarms, metrics and the dashboard at their list prices. Few metrics have dimensions: each environment's age of its last success is told all the time, and is one metric and one alarm for each ($0.40), because nothing else says *which*
  environment stands still. What a deployment tells (push to applied, duration, objects, writes to GitHub) costs in hours with deployments only, and what tells of trouble (failures by kind, drift, rejected webhooks) in hours with trouble. In an account without
  others, CloudWatch's free tier takes 10 alarms, 10 metrics and the dashboard off.
- No NAT gateway, no interface endpoint, no instance. Gateway endpoints cost nothing.
- Not in it: GitHub, data that leaves AWS (webhooks and statuses, some megabytes), and a key of your own ($1 a month and its requests).

In the others' prices nobody is watching: no alarm, metric or dashboard is in them. Without its own, Plumbline would cost ${inDollars(unwatched(example))}.

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
