import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderReport } from '../../local/environment/report.ts';
import type { AccountRecord } from '../../local/stack/record.ts';
import { disputed, refused } from '../support/iam/proof.ts';
import { startLocal } from '../support/local-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Whatever a folder holds: no function asks for what its role doesn't allow, and the simulator agrees with the guard. */
async function deploy(environment: string) {
  const [file, calls] = [join(folder, 'report.json'), join(folder, 'calls.json')];
  const local = await startLocal(['--once', '--environment', environment, '--report', file, '--record', calls]);
  const exitCode = await local.ended;
  await local.cleanUp();
  const record = JSON.parse(await readFile(calls, 'utf8')) as AccountRecord;
  expect([...refused(record), ...(await disputed(record))]).toEqual([]);
  return { exitCode, output: local.output(), report: JSON.parse(await readFile(file, 'utf8')) as FolderReport };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
}

describe('npm run local -- --environment DIR', () => {
  it('deploys a folder of somebody’s own, Secrets and kinds outside namespaces included, and repairs what is changed by hand', async () => {
    await write(
      'environment/applications/web/web.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: {colour: green}\n',
    );
    await write(
      'environment/applications/web/secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: example}\n',
    );
    await write(
      'environment/applications/web/class.yaml',
      'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: web}\nvalue: 10\n',
    );
    const { exitCode, report, output } = await deploy(join(folder, 'environment'));
    expect(report, output).toEqual({
      ok: true,
      objects: 3,
      applied: 3,
      pruned: 0,
      drift: { object: 'ConfigMap shop/web: data.colour', restored: true },
      health: { web: 'healthy' },
      errors: [],
    });
    expect(exitCode).toBe(0);
  });

  it('says by file and line why a folder can’t be deployed, and deploys the rest', async () => {
    await write('environment/applications/broken/a.yaml', 'apiVersion: v1\nkind: ConfigMap\n metadata: [\n');
    await write(
      'environment/applications/good/a.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: b}\n',
    );
    const { exitCode, report, output } = await deploy(join(folder, 'environment'));
    expect(report.errors, output).toEqual([
      expect.stringMatching(/^applications\/broken\/a\.yaml:3: is not valid YAML/),
    ]);
    expect(report).toMatchObject({ ok: false, applied: 1, health: { good: 'healthy' } });
    expect(exitCode).toBe(1);
  });
});
