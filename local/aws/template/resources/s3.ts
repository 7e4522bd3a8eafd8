import { type BucketLocationConstraint, CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { parsePolicy } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import { type Creator, physicalName } from './creator.ts';
import { encryptWith } from './sqs.ts';

type Rule = { ServerSideEncryptionByDefault?: { KMSMasterKeyID?: string } };
type Encryption = { ServerSideEncryptionConfiguration?: Rule[] };

export const createBucket: Creator = async (properties, creation) => {
  const { region } = creation.world;
  const Bucket = String(properties.BucketName ?? physicalName(creation, 63).toLowerCase());
  const location = region === 'us-east-1' ? {} : { LocationConstraint: region as BucketLocationConstraint };
  await creation.clients.s3.send(
    new CreateBucketCommand({ Bucket, ...(region !== 'us-east-1' && { CreateBucketConfiguration: location }) }),
  );
  if ((properties.VersioningConfiguration as { Status?: string } | undefined)?.Status === 'Enabled') {
    await creation.clients.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }
  const arn = `arn:aws:s3:::${Bucket}`;
  const [rule] = (properties.BucketEncryption as Encryption | undefined)?.ServerSideEncryptionConfiguration ?? [];
  encryptWith(rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID ?? '', arn, creation.world.encryptionKeys);
  const domain = `${Bucket}.s3.amazonaws.com`;
  const regional = `${Bucket}.s3.${region}.amazonaws.com`;
  return { ref: Bucket, attributes: { Arn: arn, DomainName: domain, RegionalDomainName: regional } };
};

/** Kept by the guard: moto ignores conditions, and takes "deny what isn't TLS" for "deny everything". */
export const createBucketPolicy: Creator = async ({ Bucket, PolicyDocument }, creation) => {
  attachPolicy(creation.world, `arn:aws:s3:::${Bucket}`, parsePolicy(PolicyDocument));
  return { ref: physicalName(creation), attributes: {} };
};
