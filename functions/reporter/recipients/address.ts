import { BadInputError } from '../../../shared/errors.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** @throws BadInputError if it is not an https URL; the message doesn't hold it, since whoever has it may post there */
export function requireAddress(text: string, secret: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname))) return text;
  throw new BadInputError([{ message: `what the secret ${secret} holds is not the https URL to post to` }]);
}
