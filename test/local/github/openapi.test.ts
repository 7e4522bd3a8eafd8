import { expect, test } from 'vitest';
import { gitHubDescription } from '../../../local/github/openapi.ts';

const description = gitHubDescription();
const reference = 'GET /repos/{owner}/{repo}/git/ref/{ref}';
const url = 'https://api.github.com/x';
const answer = { ref: 'refs/heads/main', node_id: 'x', url, object: { type: 'commit', sha: 'a'.repeat(40), url } };

test('a conforming answer has no faults', () => {
  expect(description.checkAnswer(reference, 200, answer)).toEqual([]);
  expect(description.checkAnswer(reference, 404, { message: 'Not Found' })).toEqual([]);
});

test.for([
  ['a missing field', { ...answer, node_id: undefined }, "/ must have required property 'node_id'"],
  ['a wrong type', { ...answer, ref: 7 }, '/ref must be string'],
  ['a null where none is allowed', { ...answer, object: null }, '/object must be object'],
  ['a URL that is none', { ...answer, url: 'x' }, '/url must match format "uri"'],
] as const)('%s is named with its place', ([, body, fault]) => {
  expect(description.checkAnswer(reference, 200, JSON.parse(JSON.stringify(body)))).toContain(fault);
});

test('an unknown route, status or event and an error without words are faults', () => {
  expect(description.checkAnswer('GET /unknown', 200, {})).toEqual(["GET /unknown is not in GitHub's description"]);
  expect(description.checkAnswer(reference, 201, answer)).toEqual(['status 201 is not described']);
  expect(description.checkAnswer(reference, 418, {})).toEqual(['an error without a message']);
  expect(description.checkAnswer('DELETE /repos/{owner}/{repo}/git/refs/{ref}', 204, {})).toHaveLength(1);
  expect(description.checkWebhook('unknown', {})).toEqual(["unknown is not in GitHub's description"]);
});

test('null passes where the description says nullable, also beside oneOf, and nowhere else', () => {
  const status = 'POST /repos/{owner}/{repo}/statuses/{sha}';
  const faults = description.checkAnswer(status, 201, {
    description: null,
    target_url: null,
    context: null,
    creator: null,
  });

  expect(faults).toContain('/context must be string');
  expect(faults.filter((fault) => /description|target_url|creator/.test(fault))).toEqual([]);
});

test('requests and webhook payloads are judged too', () => {
  const pull = 'POST /repos/{owner}/{repo}/pulls';
  expect(description.checkRequest(pull, { head: 'a', base: 'b' })).toEqual([]);
  expect(description.checkRequest(pull, { head: 'a' })).toEqual(["/ must have required property 'base'"]);
  expect(description.checkWebhook('push', {})).toContain("/ must have required property 'repository'");
});
