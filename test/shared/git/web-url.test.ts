import { expect, it } from 'vitest';
import { webUrlOf } from '../../../shared/git/web-url.ts';

it.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://github.example.com/api/v3', 'https://github.example.com'],
  ['https://api.example.ghe.com', 'https://example.ghe.com'],
  ['http://127.0.0.1:1234', 'http://127.0.0.1:1234'],
])('people find what %s serves at %s', (api, web) => {
  expect(webUrlOf(api)).toBe(web);
});
