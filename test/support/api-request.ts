import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export type RawRequest = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: object;
};
export type RawAnswer = { status: number; message: string; json: unknown };

type Server = { adminEndpoint: string; certificateAuthority: string };

/** One request to an API server, whatever it is; a PATCH is a server-side apply. */
export function rawRequest({ adminEndpoint, certificateAuthority }: Server, token: string, call: RawRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const { method = 'GET', path, headers, body } = call;
  const contentType = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
  const outgoing = request(`${adminEndpoint}${path}`, {
    method,
    ca: certificateAuthority,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType, ...headers },
  });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    const { statusCode = 0 } = response;
    text(response).then((content) => resolve({ status: statusCode, ...read(content) }), reject);
  });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

function read(content: string): Pick<RawAnswer, 'message' | 'json'> {
  try {
    const json = JSON.parse(content) as { message?: string };
    return { message: json.message ?? '', json };
  } catch {
    return { message: content, json: undefined };
  }
}
