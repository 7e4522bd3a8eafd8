import { randomUUID } from 'node:crypto';
import { splitTarget } from '../guard/wire.ts';

/** An HTTP request with its header names in lower case. */
export type FunctionUrlRequest = {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: Buffer;
  sourceAddress: string;
};

const textual = /^(text\/|application\/(json|javascript|xml|[^;]*\+(json|xml)))/i;

/**
 * The event that a function URL makes of a request. A body that isn't of a textual content type is Base64.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export function functionUrlEvent(request: FunctionUrlRequest, accountId: string, now = new Date()): object {
  const { method, target, body, sourceAddress } = request;
  const { cookie, ...headers } = request.headers;
  const { path, query } = splitTarget(target);
  const text = textual.test(headers['content-type'] ?? '');
  const host = headers.host ?? '';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: target.split('?').slice(1).join('?'),
    ...(cookie && { cookies: cookie.split(/;\s*/) }),
    headers: { ...headers, 'x-forwarded-for': sourceAddress, 'x-forwarded-proto': 'https' },
    ...(query.length > 0 && { queryStringParameters: joined(query) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: host,
      domainPrefix: 'local',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: sourceAddress, userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
      ...(request.headers.authorization && { authorizer: { iam: { accountId } } }),
    },
    ...(body.byteLength > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.byteLength > 0 && !text,
  };
}

/** Several values of one name are one, with commas. */
function joined(query: readonly [string, string][]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of query) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries(values);
}
