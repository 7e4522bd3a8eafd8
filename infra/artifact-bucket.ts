import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { variables } from '../shared/environment-variables.ts';
import type { NodeFunction } from './node-function.ts';

/**
 * Trees, renderings, artifacts, releases, inventories and plans. Nobody may list it, so S3 answers 403 and not 404 for a key that is missing.
 *
 * Trees, renderings, what is remembered of them, and plans can be made again and expire. What a cluster runs may be years old, so artifacts, releases and inventories stay.
 */
export class ArtifactBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct) {
    super(scope, 'Artifacts');
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: false,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'renderings', prefix: folderOf(keys.rendering('*', '*', '*')), expiration: Duration.days(1) },
        { id: 'trees', prefix: folderOf(keys.tree('*', '*')), expiration: Duration.days(30) },
        { id: 'plans', prefix: folderOf(keys.plan('*', '*', '*')), expiration: Duration.days(30) },
        { id: 'rendered', prefix: folderOf(keys.rendered('*', '*')), expiration: Duration.days(30) },
        { id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
  }

  /** Lets the function read and write keys of these patterns: `keys.artifact('staging', '*')`. */
  usedBy(fn: NodeFunction, { read, write = [] }: { read: string[]; write?: string[] }): void {
    fn.setVariable(variables.artifactBucket, this.bucket.bucketName);
    if (read.length > 0) fn.allow('what it works with', ['s3:GetObject'], this.arnsOf(read));
    if (write.length > 0) fn.allow('what it makes', ['s3:PutObject'], this.arnsOf(write));
  }

  private arnsOf(patterns: string[]): string[] {
    return patterns.map((pattern) => this.bucket.arnForObjects(pattern));
  }
}

const folderOf = (key: string) => key.slice(0, key.indexOf('/') + 1);
