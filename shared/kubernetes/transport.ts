/** One request to an API server. `path` includes the query. `isOptional`: its answer only adds to what is known already. */
export type ApiRequest = {
  isOptional?: true;
  method: 'GET' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string;
};

/** A whole answer, whatever its status. Header names are in lower case. */
export type ApiAnswer = { status: number; headers: Record<string, string | undefined>; text: string };

/**
 * Sends one request, once. Rejects if no whole answer came: refused, reset, timed out.
 * The second adapter is the test's API server.
 */
export type Transport = (request: ApiRequest, timeoutMilliseconds: number) => Promise<ApiAnswer>;
