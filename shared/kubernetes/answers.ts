import { MissingError, RefusedError, TryAgainError } from '../errors.ts';
import { parseJson } from '../manifests/json.ts';
import type { Applied, Removed } from './cluster.ts';
import { explainFailure, readConflicts, readStatus } from './failure.ts';
import type { LiveObject } from './live-object.ts';
import type { ApiAnswer } from './transport.ts';

/** What an API server's answers mean. A refusal of one object is a result; anything that hinders reading is an error. */

/**
 * The body of a successful answer.
 *
 * @throws MissingError for 404, TryAgainError for what may pass, RefusedError for the rest
 */
export function readBody({ status, text }: ApiAnswer): unknown {
  if (status < 400) return parseJson(text);
  const { message, retryable } = explainFailure(status, readStatus(text));
  if (status === 404) throw new MissingError(message);
  throw retryable ? new TryAgainError(message) : new RefusedError(message);
}

/** Whether an answer says that there is no such path at all: of the object itself it says nothing. */
export const isUnserved = ({ status, text }: ApiAnswer): boolean =>
  status === 404 &&
  /^(404 page not found|the server could not find the requested resource)$/.test(readStatus(text).message ?? '');

/** @throws TryAgainError if the server is overloaded or broken: no object is to blame */
export function readApplied({ status, text }: ApiAnswer): Applied {
  if (status < 400) return { outcome: 'applied', object: parseJson(text) as LiveObject };
  const answer = readStatus(text);
  const conflicts = readConflicts(answer);
  if (status === 409 && conflicts.length > 0) return { outcome: 'conflict', conflicts };
  return { outcome: 'refused', failure: explainFailure(status, answer) };
}

/** A deletion of the right object that is not over yet has finalizers to wait for. */
export function readRemoved({ status, text }: ApiAnswer, uid: string): Removed {
  if (status === 404) return { outcome: 'gone' };
  const body = status < 400 || status === 409 ? (parseJson(text) as Partial<LiveObject> & Message) : {};
  if (status === 409 && /UID in (the )?precondition/.test(body.message ?? '')) return { outcome: 'other' };
  if (status >= 400) return { outcome: 'refused', failure: explainFailure(status, readStatus(text)) };
  if (body.metadata?.uid !== uid || body.metadata.deletionTimestamp === undefined) return { outcome: 'gone' };
  return { outcome: 'terminating', finalizers: body.metadata.finalizers ?? [] };
}

type Message = { message?: string };

type Page = { items?: LiveObject[]; metadata?: { continue?: string }; apiVersion: string; kind: string };

/** `expired`: the list began too long ago to be continued (410). */
export function readPage(answer: ApiAnswer): { items: LiveObject[]; next: string | undefined } | 'expired' {
  if (answer.status === 410) return 'expired';
  const { items = [], metadata, apiVersion, kind } = readBody(answer) as Page;
  // The items of a built-in kind's list don't name their kind.
  const itemKind = kind.replace(/List$/, '');
  for (const item of items) {
    item.apiVersion ??= apiVersion;
    item.kind ??= itemKind;
  }
  return { items, next: metadata?.continue || undefined };
}
