import { expect, it } from 'vitest';
import { readS3 } from '../../../../local/aws/guard/operations/s3.ts';

const contextOf = (method: string, target: string, headers: Record<string, string> = {}) =>
  readS3({ method, target, headers, body: new Uint8Array() })?.permissions[0]?.context;

it.each<[string, string, string, Record<string, string>, object]>([
  ['a plain write', 'PUT', '/b/k', {}, { 's3:objectcreationoperation': 'true' }],
  [
    'a write of something new',
    'PUT',
    '/b/k',
    { 'if-none-match': '*' },
    { 's3:objectcreationoperation': 'true', 's3:if-none-match': '*' },
  ],
  [
    'a write over a known content',
    'PUT',
    '/b/k',
    { 'if-match': '"etag"' },
    { 's3:objectcreationoperation': 'true', 's3:if-match': '"etag"' },
  ],
  ['the beginning of an upload in parts', 'POST', '/b/k?uploads', {}, { 's3:objectcreationoperation': 'false' }],
  ['a part of it', 'PUT', '/b/k?partNumber=1&uploadId=u', {}, { 's3:objectcreationoperation': 'false' }],
  [
    'its completion',
    'POST',
    '/b/k?uploadId=u',
    { 'if-none-match': '*' },
    { 's3:objectcreationoperation': 'true', 's3:if-none-match': '*' },
  ],
  ['a read, whatever its condition', 'GET', '/b/k', { 'if-none-match': '"etag"' }, {}],
])('a policy may ask of %s what it is', (_name, method, target, headers, expected) => {
  expect(contextOf(method, target, headers)).toEqual(expected);
});
