import type { RequestContext } from '../policy/conditions.ts';
import { splitTarget, type WireRequest } from '../wire.ts';
import type { Operation, Permission } from './operation.ts';

type S3Request = { method: string; bucket: string; key: string; query: Map<string, string>; request: WireRequest };

const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

const subresources = [
  'acl',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
  'accelerate',
  'analytics',
  'inventory',
  'metrics',
  'intelligent-tiering',
];

/** Method and subresource of a request on a bucket → action. */
const bucketActions: Readonly<Record<string, string>> = {
  'GET ': 'ListBucket',
  'HEAD ': 'ListBucket',
  'GET versions': 'ListBucketVersions',
  'GET uploads': 'ListBucketMultipartUploads',
  'GET location': 'GetBucketLocation',
  'GET versioning': 'GetBucketVersioning',
};

/** Method and subresource of a request on an object → action. */
const objectActions: Readonly<Record<string, string>> = {
  'GET ': 'GetObject',
  'HEAD ': 'GetObject',
  'PUT ': 'PutObject',
  'DELETE ': 'DeleteObject',
  'POST uploads': 'PutObject',
  'PUT uploadId': 'PutObject',
  'POST uploadId': 'PutObject',
  'GET uploadId': 'ListMultipartUploadParts',
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET tagging': 'GetObjectTagging',
  'PUT tagging': 'PutObjectTagging',
  'GET attributes': 'GetObjectAttributes',
};

const versioned: Readonly<Record<string, string>> = {
  GetObject: 'GetObjectVersion',
  DeleteObject: 'DeleteObjectVersion',
};

/** Reads a path-style request: the local endpoint is an address, which has no room for a bucket's name. */
function parse(request: WireRequest): S3Request {
  const { path, query } = splitTarget(request.target);
  const [bucket = '', ...key] = path.slice(1).split('/');
  return { method: request.method, bucket, key: decodeURIComponent(key.join('/')), query: new Map(query), request };
}

function subresourceOf({ query }: S3Request): string {
  return subresources.find((name) => query.has(name)) ?? '';
}

/** The operation of an S3 request; undefined when its permission isn't known. */
export function readS3(request: WireRequest): Operation | undefined {
  const parsed = parse(request);
  const subresource = subresourceOf(parsed);
  const permissions = permissionsOf(parsed, subresource);
  if (permissions === undefined) return undefined;
  return {
    service: 's3',
    name: `${parsed.method} ${parsed.key ? 'object' : 'bucket'}${subresource && ` ${subresource}`}`,
    protocol: 's3',
    parameters: { Bucket: parsed.bucket, Key: parsed.key },
    permissions,
    // Of the others moto knows the wrong permission (`s3:HeadBucket`), or none.
    judgedByEmulator:
      subresource === '' && permissions.length === 1 && !(parsed.key === '' && parsed.method === 'HEAD'),
  };
}

function permissionsOf(parsed: S3Request, subresource: string): Permission[] | undefined {
  if (parsed.bucket === '')
    return parsed.method === 'GET' ? [{ action: 's3:ListAllMyBuckets', resource: '*' }] : undefined;
  if (parsed.key !== '') return objectPermissions(parsed, subresource);
  if (parsed.method === 'POST' && subresource === 'delete') return deletions(parsed);
  const action = bucketActions[`${parsed.method} ${subresource}`];
  if (action === undefined) return undefined;
  return [{ action: `s3:${action}`, resource: bucketArn(parsed.bucket), context: listContext(parsed) }];
}

function objectPermissions(parsed: S3Request, subresource: string): Permission[] | undefined {
  const plain = objectActions[`${parsed.method} ${subresource}`];
  if (plain === undefined) return undefined;
  const action = parsed.query.has('versionId') ? (versioned[plain] ?? plain) : plain;
  const { headers } = parsed.request;
  const permissions: Permission[] = [
    { ...onObject(action, parsed.bucket, parsed.key), context: writeContext(parsed, subresource) },
  ];
  if (action === 'PutObject' && headers['x-amz-tagging'])
    permissions.push(onObject('PutObjectTagging', parsed.bucket, parsed.key));
  const source = headers['x-amz-copy-source'];
  if (source) permissions.push(copySource(decodeURIComponent(source)));
  return permissions;
}

function onObject(action: string, bucket: string, key: string): Permission {
  return { action: `s3:${action}`, resource: `${bucketArn(bucket)}/${key}` };
}

function copySource(source: string): Permission {
  const [bucket = '', ...key] = source.replace(/^\//, '').split('/');
  return onObject('GetObject', bucket, key.join('/').split('?')[0] ?? '');
}

/**
 * What a policy can ask of a write: whether it names a condition, and whether it makes an object at all, which the beginning and the
 * parts of a multipart upload don't.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function writeContext({ method, request: { headers } }: S3Request, subresource: string): RequestContext {
  const creates = (method === 'PUT' && subresource === '') || (method === 'POST' && subresource === 'uploadId');
  const isWrite = creates || (method === 'PUT' && subresource === 'uploadId') || subresource === 'uploads';
  if (!isWrite) return {};
  const conditions = ['if-none-match', 'if-match'].filter((name) => headers[name] !== undefined);
  return {
    's3:objectcreationoperation': String(creates),
    ...Object.fromEntries(conditions.map((name) => [`s3:${name}`, headers[name] ?? ''])),
  };
}

function listContext({ query }: S3Request): RequestContext {
  const keys = ['prefix', 'delimiter', 'max-keys'].filter((key) => query.has(key));
  return Object.fromEntries(keys.map((key) => [`s3:${key}`, query.get(key) ?? '']));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The keys of a multi-object delete are in its body. */
function deletions({ bucket, request }: S3Request): Permission[] {
  const body = Buffer.from(request.body).toString('utf8');
  return [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
    onObject(
      'DeleteObject',
      bucket,
      key.replace(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity),
    ),
  );
}
