type Event = {
  rawPath: string;
  isBase64Encoded: boolean;
  body?: string;
  headers: Record<string, string>;
  requestContext: { http: { method: string } };
};

/** Tells what it was asked. */
export async function handler({ rawPath, isBase64Encoded, body, headers, requestContext }: Event): Promise<object> {
  if (rawPath === '/throw') throw new Error('as asked');
  const answer = {
    method: requestContext.http.method,
    rawPath,
    isBase64Encoded,
    body,
    signature: headers['x-hub-signature-256'],
  };
  return { statusCode: 202, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(answer) };
}
