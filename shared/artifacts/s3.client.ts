import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { MissingError } from '../errors.ts';
import { checkSize, type ObjectStore, type Presigner } from './store.ts';

/**
 * The artifact bucket. No function may list it, so S3 answers 403 where a key is missing: both answers are read as missing.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3ObjectStore({ client, bucket }: { client: S3Client; bucket: string }): ObjectStore & Presigner {
  return {
    async get(key, maximumBytes) {
      try {
        const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        if (ContentLength > (maximumBytes ?? ContentLength)) await Body?.transformToWebStream().cancel();
        checkSize(key, ContentLength, maximumBytes);
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        throw statusOf(error) === 404 || statusOf(error) === 403
          ? new MissingError(`no readable object ${key}`, { cause: error })
          : error;
      }
    },
    async putOnce(key, bytes) {
      try {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, IfNoneMatch: '*' }));
        return 'written';
      } catch (error) {
        if (statusOf(error) === 412) return 'exists';
        throw error;
      }
    },
    presignGet: (key, expiresIn) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn }),
    presignPut: (key, expiresIn) =>
      getSignedUrl(client, new PutObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: '*' }), {
        expiresIn,
        unhoistableHeaders: new Set(['if-none-match']),
      }),
  };
}

const statusOf = (error: unknown) => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined);
