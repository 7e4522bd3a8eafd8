/** An error answer of the API: what GitHub would say, with its status and any further fields of its body. */
export class GitHubError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    body: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'GitHubError';
    this.status = status;
    this.body = { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...body };
    this.headers = headers;
  }
}

export const notFound = (message = 'Not Found') => new GitHubError(404, message);

/** 422 as GitHub words it for one field. */
export function invalid(resource: string, field: string, message: string, code = 'custom'): GitHubError {
  return new GitHubError(422, 'Validation Failed', { errors: [{ resource, field, code, message }] });
}

/** 422 for a text over its length. */
export function tooLong(resource: string, field: string, maximum: number): GitHubError {
  return invalid(resource, field, `${field} is too long (maximum is ${maximum} characters)`);
}
