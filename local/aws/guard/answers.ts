import { randomUUID } from 'node:crypto';
import type { Protocol } from './operations/operation.ts';

/** An HTTP answer, whole. */
export type Answer = { status: number; headers: Record<string, string | string[]>; body: Uint8Array };

/** How an error is called by each kind of protocol. */
export type Fault = { status: number; message: string; names: Record<Protocol, string> };

export function accessDenied(message: string): Fault {
  const names = {
    json: 'AccessDeniedException',
    query: 'AccessDenied',
    'rest-json': 'AccessDeniedException',
    s3: 'AccessDenied',
  };
  return { status: 403, message, names };
}

export const unknownCaller: Fault = {
  status: 403,
  message: 'The security token included in the request is invalid.',
  names: {
    json: 'UnrecognizedClientException',
    query: 'InvalidClientTokenId',
    'rest-json': 'UnrecognizedClientException',
    s3: 'InvalidAccessKeyId',
  },
};

export const wrongSignature: Fault = {
  status: 403,
  message: 'The request signature we calculated does not match the signature you provided.',
  names: {
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
    'rest-json': 'InvalidSignatureException',
    s3: 'SignatureDoesNotMatch',
  },
};

export const expired: Fault = {
  status: 403,
  message: 'Request has expired',
  names: {
    json: 'ExpiredTokenException',
    query: 'ExpiredToken',
    'rest-json': 'ExpiredTokenException',
    s3: 'AccessDenied',
  },
};

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function xmlAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(`<?xml version="1.0"?>${body}`) };
}

/** The answer that an SDK of AWS understands as this error. */
export function faultAnswer(fault: Fault, protocol: Protocol): Answer {
  const name = fault.names[protocol];
  const message = escapeXml(fault.message);
  if (protocol === 's3')
    return xmlAnswer(fault.status, `<Error><Code>${name}</Code><Message>${message}</Message></Error>`);
  if (protocol === 'query') {
    const error = `<Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error>`;
    return xmlAnswer(fault.status, `<ErrorResponse>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`);
  }
  if (protocol === 'rest-json')
    return jsonAnswer(fault.status, { message: fault.message }, { 'x-amzn-errortype': name });
  // The JSON services answer 400; SQS's clients also know the name from the days of its form protocol.
  const header = { 'x-amzn-query-error': `${name.replace(/Exception$/, '')};Sender` };
  return jsonAnswer(400, { __type: name, message: fault.message, Message: fault.message }, header);
}
