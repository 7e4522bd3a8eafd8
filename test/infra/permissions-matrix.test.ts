import { describe, expect, it } from 'vitest';
import { environmentKey, pullRequestsKey, reportKey, successKey } from '../../shared/state/keys.ts';
import { accountOf } from '../support/iam/account.ts';
import { type Cell, everything } from '../support/iam/everything.ts';
import { createGuardJudge } from '../support/iam/guard.ts';
import { isSpokenOf, type Role, rolesOf } from '../support/iam/policies.ts';
import { simulate } from '../support/iam/simulate.ts';
import { synthesize } from './template.ts';

/** `staging-2`, `trial-2` and `plumbline/write-2` are somebody else's, with a similar name. */
const own = ['staging', 'trial'];
const environments = [...own, 'staging-2'];
const account = accountOf(synthesize());
const cells = everything(account, {
  environments,
  partitions: [
    ...[environmentKey, pullRequestsKey, reportKey, successKey].flatMap((keyOf) => own.map(keyOf)),
    ...['cluster#main', 'cluster#lab', 'budget#example-org', 'other'],
  ],
  clusters: ['main', 'lab', 'other'],
  secrets: ['read', 'write', 'report', 'webhook', 'charts', 'write-2'].map((name) => `plumbline/${name}`),
  repositories: ['team/web', 'charts/web', 'other'].map(
    (name) => `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`,
  ),
});

const each = (names: string[], ...verbs: string[]) => names.flatMap((name) => verbs.map((verb) => `${verb}${name}`));
const lambda = (...lines: string[]) => lines.map((line) => `Lambda: ${line}`);

/** Inside a VPC the function's own code reaches neither its queue nor its log: Lambda does. */
const reconciler = (key: string, environment: string) => [
  ...each(['artifacts/', 'releases/', 'inventories/'], 'read ').map((line) => `${line}${environment}`),
  ...each(['inventories/', 'plans/'], 'write ').map((line) => `${line}${environment}`),
  ...each([`environment#${environment}`], 'GetItem ', 'PutItem ', 'DeleteItem '),
  ...each([`pullRequests#${environment}`], 'GetItem ', 'UpdateItem '),
  ...each([`cluster#${key}`], 'GetItem ', 'PutItem '),
  `PutItem success#${environment}`,
  ...lambda('interfaces EC2'),
];

/**
 * All that anybody may do with anything in the account, out of everything that one could: `Lambda:` where only Lambda itself may, in
 * the function's name. A line that is added here is a right that is added.
 */
const expected: Record<string, string[]> = {
  Webhook: ['log WebhookFunctionLog', 'read secret plumbline/webhook', 'send SourceGitChangesQueue'],
  ImageUpdater: [
    ...['log ImageUpdaterFunctionLog', 'read secret plumbline/write'],
    ...['pull eu-west-1:111122223333:repository/team/web', 'look eu-west-1:111122223333:repository/team/web'],
    ...['poll ImageUpdaterImagePushesQueue', 'send ImageUpdaterImagePushesDeadLettersQueue'],
  ],
  Source: [
    ...['log SourceFunctionLog', 'read secret plumbline/read', 'read secret plumbline/charts'],
    'invoke RendererFunction',
    ...['poll SourceGitChangesQueue', 'send SourceGitChangesDeadLettersQueue'],
    ...each(['ReconcilermainReconciliationsQueue', 'ReconcilerlabReconciliationsQueue'], 'send '),
    ...each(['trees/', 'renderings/', 'rendered/', 'artifacts/', 'releases/'], 'read ', 'write ').flatMap((line) =>
      environments.map((name) => `${line}${name}`),
    ),
    ...each(['charts'], 'read ', 'write '),
    ...each(own, 'GetItem environment#', 'PutItem environment#', 'UpdateItem environment#'),
    ...each(own.map(pullRequestsKey), 'Query ', 'PutItem ', 'DeleteItem '),
    ...each(['cluster#main', 'cluster#lab'], 'GetItem ', 'PutItem '),
    ...each(['main', 'lab'], 'describe cluster '),
    'pull eu-west-1:111122223333:repository/charts/web',
  ],
  Renderer: lambda('log RendererFunctionLog', 'interfaces EC2'),
  Reconcilermain: [
    ...reconciler('main', 'staging'),
    ...lambda('log ReconcilermainFunctionLog', 'poll ReconcilermainReconciliationsQueue'),
  ],
  // Its VPC's endpoints are not ours, so nothing is known of what they let through.
  Reconcilerlab: [
    ...reconciler('lab', 'trial'),
    ...['log ReconcilerlabFunctionLog', 'poll ReconcilerlabReconciliationsQueue'],
  ],
  Dispatcher: [
    ...['log DispatcherFunctionLog', "poll StateTable's stream", 'list all streams'],
    ...['poll DispatcherTicksQueue', 'send DispatcherTicksDeadLettersQueue', 'send DispatcherDeadLettersQueue'],
    ...['send SourceGitChangesQueue', 'send ImageUpdaterImagePushesQueue', 'send ReporterReportsQueue'],
    ...each(['ReconcilermainReconciliationsQueue', 'ReconcilerlabReconciliationsQueue'], 'send '),
    ...each(environments, 'read releases/'),
    ...each(own, 'GetItem environment#', 'Query environment#', 'GetItem report#', 'GetItem success#'),
  ],
  Reporter: [
    ...['log ReporterFunctionLog', 'read secret plumbline/report', 'publish AlertsTopic'],
    ...["poll StateTable's stream", 'list all streams', 'send ReporterDeadLettersQueue'],
    ...each(environments, 'read releases/', 'read plans/'),
    ...['poll ReporterReportsQueue', 'send ReporterReportsDeadLettersQueue', 'tell default bus'],
    ...each(own, 'GetItem environment#', 'Query environment#', 'GetItem pullRequests#'),
    ...each(own, 'GetItem report#', 'PutItem report#'),
    ...each(['budget#example-org'], 'GetItem ', 'PutItem '),
  ],
  Scheduler: ['send DispatcherTicksQueue', 'send DispatcherTicksDeadLettersQueue'],
};

const guardAllows = createGuardJudge(account);
const owners = new Map(
  rolesOf(account).map((role) => [role.owner.replace(/^DispatcherSchedulerRole$/, 'Scheduler'), role]),
);

/** Asked of both judges: the simulator, and the guard of the local stack. */
async function may(role: Role, { verb, on, asks }: Cell, byOwnCode: boolean): Promise<boolean> {
  const each = asks.map((ask) => ({ ...ask, byOwnCode }));
  const simulated = await Promise.all(each.map((ask) => simulate(account, role, ask)));
  const guarded = each.map((ask) => guardAllows(role, ask));
  const actions = asks.map(({ action }) => action).join(', ');
  expect(guarded, `local/aws/guard and the simulator disagree on ${role.owner}: ${actions} on ${on}`).toEqual(
    simulated,
  );
  expect(new Set(simulated).size, `${role.owner} may only some of ${actions} on ${on}: ${verb} is a half right`).toBe(
    1,
  );
  return simulated.some(Boolean);
}

async function rightsOf(role: Role): Promise<string[]> {
  const rights: string[] = [];
  const possible = cells.filter(({ asks }) =>
    asks.some(({ action, resource }) => isSpokenOf(account, role, action, resource)),
  );
  for (const cell of possible) {
    const line = `${cell.verb} ${cell.on}`;
    if (await may(role, cell, true)) rights.push(line);
    else if (await may(role, cell, false)) rights.push(`Lambda: ${line}`);
  }
  return rights;
}

/** Hundreds of simulations, and all of them wait for a busy machine. */
const patience = { timeout: 5 * 60_000 };

describe('everything that one could do with anything in the account', patience, () => {
  it.each(Object.entries(expected))('%s may do what its table says, and nothing else', async (owner, table) => {
    const role = owners.get(owner);
    if (role === undefined) throw new Error(`no role of the template is ${owner}'s; there are ${[...owners.keys()]}`);
    const rights = await rightsOf(role);
    const unexpected = rights.filter((right) => !table.includes(right));
    const missing = table.filter((right) => !rights.includes(right));
    expect(
      unexpected,
      `${owner} may do more than its table here says: narrow the grant in infra/, or add the line`,
    ).toEqual([]);
    expect(missing, `${owner} may no longer do this: grant it in infra/, or take the line away`).toEqual([]);
  });

  it('is asked of every role of the template', () => {
    expect([...owners.keys()].sort()).toEqual(Object.keys(expected).sort());
  });

  it('is asked of every resource that holds or does something', () => {
    const kinds = ['SQS::Queue', 'S3::Bucket', 'DynamoDB::GlobalTable', 'Lambda::Function', 'SNS::Topic', 'IAM::Role'];
    const known = [...kinds, 'Logs::LogGroup', 'Events::EventBus', 'KMS::Key'].map((kind) => `AWS::${kind}`);
    const harmless =
      /^AWS::(CDK|CloudWatch|EC2|EKS|Events::Rule|IAM::Policy|Lambda|Logs|Route53Resolver|Scheduler)|Policy$|Subscription$/;
    const types = new Set(Object.values(account.resources).map(({ type }) => type));
    const unasked = [...types].filter((type) => !known.includes(type) && !harmless.test(type));
    expect(unasked, 'add what one could do with it to test/support/iam/everything.ts').toEqual([]);
    expect(cells.length).toBeGreaterThan(200);
  });
});
