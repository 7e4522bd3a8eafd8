/** An error in GraphQL's own answer, with GitHub's type for it. */
export class GraphqlError extends Error {
  readonly type: string | undefined;

  constructor(type: string | undefined, message: string) {
    super(message);
    this.name = 'GraphqlError';
    this.type = type;
  }
}

/** What an operation gives: values, and objects with the name of their type for messages. */
export type GraphqlObject = { type: string; fields: Record<string, GraphqlObject | string | number | boolean | null> };
