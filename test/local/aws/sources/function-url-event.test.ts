import { expect, test } from 'vitest';
import { type FunctionUrlRequest, functionUrlEvent } from '../../../../local/aws/sources/function-url-event.ts';

const request: FunctionUrlRequest = {
  method: 'POST',
  target: '/a%20b?x=1&x=2&y=%26',
  headers: { host: '127.0.0.1:1', 'content-type': 'application/vnd.api+json; charset=utf-8', cookie: 'a=1; b=2' },
  body: Buffer.from('{"ü":1}'),
  sourceAddress: '127.0.0.1',
};

test('a request becomes an event of payload format 2.0', () => {
  expect(functionUrlEvent(request, '123456789012')).toMatchObject({
    version: '2.0',
    rawPath: '/a%20b',
    rawQueryString: 'x=1&x=2&y=%26',
    queryStringParameters: { x: '1,2', y: '&' },
    cookies: ['a=1', 'b=2'],
    headers: { 'content-type': 'application/vnd.api+json; charset=utf-8' },
    requestContext: { accountId: 'anonymous', http: { method: 'POST', path: '/a%20b' } },
    body: '{"ü":1}',
    isBase64Encoded: false,
  });
});

test.each([
  ['application/json', false],
  ['text/plain', false],
  ['application/xml', false],
  ['application/octet-stream', true],
  ['application/x-www-form-urlencoded', true],
  [undefined, true],
])('a body of type %s is encoded: %s', (type, encoded) => {
  const headers: Record<string, string> = type ? { 'content-type': type } : {};
  expect(functionUrlEvent({ ...request, headers }, '1')).toMatchObject({ isBase64Encoded: encoded });
});

test('a request without a body has none', () => {
  const event = functionUrlEvent({ ...request, body: Buffer.alloc(0) }, '1');
  expect(event).not.toHaveProperty('body');
  expect(event).toMatchObject({ isBase64Encoded: false });
});
