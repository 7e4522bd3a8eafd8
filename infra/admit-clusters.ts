import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BadInputError } from '../shared/errors.ts';
import { bucketUses, objectArns } from './artifact-bucket.ts';
import { clustersElsewhere, environmentsOf } from './clusters.ts';
import type { Foundation } from './foundation.ts';
import { bucketNameOf, roleArnOf, roles, tableArnOf } from './installation.ts';
import { type ReconcilerRights, reconcilerRights } from './reconciler-rights.ts';
import { ofPartitions, tableActions } from './state-table.ts';

type Admitted = { principal: ReturnType<typeof principalOf>; rights: ReconcilerRights };

/**
 * Lets the reconcilers of other accounts at what is theirs and no more, whatever their own account allows them. They are named by a
 * condition, since a policy can't name as its principal a role that isn't there yet.
 *
 * @throws BadInputError when they have more environments than the bucket's policy can name
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
  for (const { actions, keys } of bucketUses(rights))
    bucket.addToResourcePolicy(
      new PolicyStatement({ principals: [principal], actions, resources: objectArns(bucket, keys) }),
    );
}

/**
 * S3 takes a policy of 20 KB, of which little else is in the bucket's. DynamoDB takes as much, and needs less.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
const mostCharacters = 18_000;

function checkLength(admitted: Admitted[], { installation }: Foundation): void {
  const arn = `"arn:aws:s3:::${bucketNameOf(installation)}/",`.length;
  const patterns = admitted.flatMap(({ rights }) => bucketUses(rights).flatMap(({ keys }) => keys));
  const length = patterns.reduce((sum, pattern) => sum + arn + pattern.length, 0);
  if (length > mostCharacters) throw new BadInputError([{ field: 'environments', message: tooLong(length) }]);
}

const tooLong = (length: number) =>
  `clusters of other accounts have too many environments: what they need of the bucket's policy is about ${length} characters, and S3 takes ${mostCharacters}. Install Plumbline in one of these accounts, too, and move environments there.`;
