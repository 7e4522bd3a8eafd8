import { CfnGlobalTable, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import { QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EncryptionSettings } from '../shared/config/encryption.ts';
import { type KeyUse, keyUsesOf } from './key-uses.ts';

export type EncryptionProps = EncryptionSettings & {
  /**
   * What is made here is encrypted with it. Otherwise only what is used from here: the bucket and the table of Plumbline's own account.
   *
   * @default true
   */
  ownsKey?: boolean;
};

/**
 * A customer's key for all that is made and used in the construct that it stands in. Without it everything is encrypted with keys that AWS
 * manages, which cost nothing and need no right.
 */
export class Encryption extends Construct {
  readonly key: IKey;
  private readonly ownsKey: boolean;

  constructor(scope: Construct, { keyArn, ownsKey = true }: EncryptionProps) {
    super(scope, id);
    this.key = Key.fromKeyArn(this, 'Key', keyArn);
    this.ownsKey = ownsKey;
  }

  /** The one that counts for `scope`, if any. */
  static of(scope: Construct): Encryption | undefined {
    const found = scope.node.scopes.map((one) => one.node.tryFindChild(id));
    return found.findLast((one) => one instanceof Encryption);
  }

  /** Of what is made in `scope`. */
  static keyOf(scope: Construct): IKey | undefined {
    const encryption = Encryption.of(scope);
    return encryption?.ownsKey ? encryption.key : undefined;
  }

  /** The uses of the key that come with these actions. */
  usesOf(actions: string[], resources: string[]): KeyUse[] {
    return keyUsesOf(actions, resources).filter(({ service }) => this.ownsKey || ofHome.includes(service));
  }
}

const id = 'Encryption';

/** What a reconciler of another account uses of Plumbline's. */
const ofHome = ['s3', 'dynamodb'];

export function queueEncryption(scope: Construct): Pick<QueueProps, 'encryption' | 'encryptionMasterKey'> {
  const key = Encryption.keyOf(scope);
  return key
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
    : { encryption: QueueEncryption.SQS_MANAGED };
}

/** With a bucket key S3 asks KMS once in a while, and not for every object. */
export function bucketEncryption(
  scope: Construct,
): Pick<BucketProps, 'encryption' | 'encryptionKey' | 'bucketKeyEnabled'> {
  const key = Encryption.keyOf(scope);
  return key
    ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
    : { encryption: BucketEncryption.S3_MANAGED };
}

/** The construct of the CDK takes a key only where the region is known at synthesis. */
export function encryptTable(table: TableV2): void {
  const key = Encryption.keyOf(table);
  const made = table.node.defaultChild;
  if (key === undefined || !(made instanceof CfnGlobalTable)) return;
  made.addPropertyOverride('SSESpecification', { SSEEnabled: true, SSEType: 'KMS' });
  made.addPropertyOverride('Replicas.0.SSESpecification', { KMSMasterKeyId: key.keyArn });
}
