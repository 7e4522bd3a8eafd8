import { expect, test } from 'vitest';
import { settledFiles } from '../../../../shared/images/edit/settled.ts';
import type { Tracked } from '../../../../shared/images/edit/tracked.ts';
import { digestOf } from '../versions.ts';

const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const [web, other] = [`${host}/team/web`, `${host}/team/other`];
const pin = `${web}:1.1.0@${digestOf('1.1.0')}`;
const otherPin = `${other}:2.0.0@${digestOf('2.0.0')}`;
const tracked: Tracked = { repositories: new Set([web, other]), markers: new Map(), values: [] };

const settled = (text: string, more: Partial<Tracked> = {}, file = 'a.yaml') => [
  ...(settledFiles(new Map([[file, Buffer.from(text)]]), { ...tracked, ...more }, new Set([pin, otherPin])).get(file) ??
    []),
];

test.each([
  [`image: ${pin}`, [web]],
  [`image: "${pin}" # ä`, [web]],
  [`{"image":"${pin}"}`, [web]],
  [`a: ${pin}\nb: ${otherPin}\nc: ${pin}`, [web, other]],
  [`a: ${pin}\nb: ${host}/team/untracked:1.0.0`, [web]],
  [`a: ${pin}\nb: ${host}/team/web-more:1.0.0`, [web]],
])('a file that has the pins and nothing else is settled (%#)', (text, repositories) => {
  expect(settled(text)).toEqual(repositories);
});

test.each([
  '',
  `image: ${host}/team/untracked:1.0.0`,
  `image: ${web}`,
  `image: ${web}:1.1.0`,
  `image: ${pin}0`,
  `image: ${web}:1.0.0@${digestOf('1.1.0')}`,
  `a: ${pin}\nb: ${web}:1.0.0`,
  `a: ${pin}\nb: ${web}`,
  `a: ${pin}\nrepository: ${web}\ntag: 1.0.0`,
])('every other file is looked at (%#)', (text) => {
  expect(settled(text)).toEqual([]);
});

test('a file is looked at in which something else may say what stands there', () => {
  const marked = `image: ${pin}\ntag: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}`;
  expect(settled(marked, { markers: new Map([['web', web]]) })).toEqual([]);
  expect(settled(marked)).toEqual([web]);
  expect(settled(`image: ${pin}`, {}, 'kustomization.yaml')).toEqual([]);
  expect(settled(`image: ${pin}`, { values: [{ file: 'a.yaml', path: 'image', repository: web }] })).toEqual([]);
});
