import { describe, expect, it } from 'vitest';
import { redact, redactAll } from '../../../shared/kubernetes/redact.ts';

const secret = (data: Record<string, unknown>) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data });
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('fault 65: a message about a Secret', () => {
  it.each([
    ['as it stands', base64('hidden'), `got "${base64('hidden')}"`, 'got "(masked)"'],
    ['decoded', base64('hidden'), 'got hidden', 'got (masked)'],
    ['a number', 4711, 'got 4711', 'got (masked)'],
    ['a line of a long one', base64('BEGIN KEY\nabcdef\nEND KEY'), 'read abcdef', 'read (masked)'],
    ['a short one with a line break behind it', base64('p4\n'), 'got p4', 'got (masked)'],
    ['in an address', base64('p@ss&1'), 'postgres://u:p%40ss%261@db', 'postgres://u:(masked)@db'],
    ['more than a line', base64('one\n"two"'), 'got one\\n\\"two\\"', 'got (masked)'],
    ['empty', '', 'is required', 'is required'],
  ])('shows no value: %s', (_, value, message, shown) => {
    expect(redact(message, secret({ key: value }))).toBe(shown);
  });

  it('leaves no rest of a value that begins like another', () => {
    expect(redact('got hidden-more', secret({ a: base64('hidden'), b: base64('hidden-more') }))).toBe('got (masked)');
  });

  it('shows no value of any of several', () => {
    const secrets = [secret({ a: base64('hidden') }), secret({ a: base64('hidden-more') })];
    expect(redactAll('got hidden-more and hidden', secrets)).toBe('got (masked) and (masked)');
  });

  it('says of other objects what there is to say', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'shown' } };
    expect(redact('got shown', object)).toBe('got shown');
  });
});
