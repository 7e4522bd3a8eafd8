import { Annotations } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { objectArns } from './artifact-bucket.ts';
import { clustersElsewhere, environmentsOf } from './clusters.ts';
import type { Foundation } from './foundation.ts';
import { bucketNameOf, roleArnOf, roles, tableArnOf } from './installation.ts';
import { type ReconcilerRights, reconcilerRights } from './reconciler-rights.ts';
import { ofPartitions, tableActions } from './state-table.ts';

type Admitted = { principal: ReturnType<typeof principalOf>; rights: ReconcilerRights };

/**
 * Lets the reconcilers of other accounts at what is theirs and no more, whatever their own account allows them. They are named by a
 * condition, since a policy can't name as its principal a role that isn't there yet.
 */
export function admitClusters(foundation: Foundation): void {
  const { deployer, installation } = foundation;
  const admitted = clustersElsewhere(deployer).map(({ key, account }) => ({
    principal: principalOf(roleArnOf(installation, roles.reconciler(key), account), account),
    rights: reconcilerRights(key, environmentsOf(deployer, key)),
  }));
  for (const one of admitted) {
    admitToState(one, foundation);
    admitToArtifacts(one, foundation);
  }
  checkLength(admitted, foundation);
}

const principalOf = (roleArn: string, account: string) =>
  new AccountPrincipal(account).withConditions({ ArnEquals: { 'aws:PrincipalArn': roleArn } });

function admitToState({ principal, rights }: Admitted, { state, installation }: Foundation): void {
  for (const { actions, partitions } of rights.state.filter(({ partitions }) => partitions.length > 0))
    state.table.addToResourcePolicy(
      new PolicyStatement({
        principals: [principal],
        actions: tableActions(actions),
        // By its name: the table's policy is part of the table, and can't refer to it.
        resources: [tableArnOf(installation)],
        conditions: ofPartitions(partitions),
      }),
    );
}

function admitToArtifacts({ principal, rights }: Admitted, { artifacts: { bucket } }: Foundation): void {
  const allow = (action: string, patterns: string[]) =>
    bucket.addToResourcePolicy(
      new PolicyStatement({ principals: [principal], actions: [action], resources: objectArns(bucket, patterns) }),
    );
  if (rights.read.length > 0) allow('s3:GetObject', rights.read);
  if (rights.write.length > 0) allow('s3:PutObject', rights.write);
}

/**
 * S3 takes a policy of 20 KB, of which little else is in the bucket's. DynamoDB takes as much, and needs less.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
const mostCharacters = 18_000;

function checkLength(admitted: Admitted[], { artifacts, installation }: Foundation): void {
  const arn = `"arn:aws:s3:::${bucketNameOf(installation)}/",`.length;
  const patterns = admitted.flatMap(({ rights: { read, write } }) => [...read, ...write]);
  const length = patterns.reduce((sum, pattern) => sum + arn + pattern.length, 0);
  if (length > mostCharacters) Annotations.of(artifacts).addError(tooLong(length));
}

const tooLong = (length: number) =>
  `clusters of other accounts have too many environments: what they need of the bucket's policy is about ${length} characters, and S3 takes ${mostCharacters}. Install Plumbline in one of these accounts, too, and move environments there.`;
