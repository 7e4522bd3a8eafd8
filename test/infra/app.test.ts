import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deployerText } from './template.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'plumbline-app-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as the CDK's command line does, in an environment that has no credentials, no region and no home. */
function synth(deployer: string): Promise<{ code: number; stderr: string }> {
  const CDK_CONTEXT_JSON = JSON.stringify({ deployer, 'aws:cdk:bundling-stacks': [] });
  const env = { PATH: process.env.PATH, CDK_CONTEXT_JSON, CDK_OUTDIR: join(folder, 'out') };
  return new Promise((done) => {
    execFile(process.execPath, ['infra/app.ts'], { cwd: root, env }, (error, _, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

function written(text: string): string {
  const path = join(folder, 'deployer.yaml');
  writeFileSync(path, text);
  return path;
}

describe('the app', () => {
  it('writes one stack without credentials, and the validated configuration, with its defaults, in a layer', async () => {
    expect(await synth(written(deployerText))).toMatchObject({ code: 0 });
    const manifest = JSON.parse(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
    const stacks = Object.values(manifest.artifacts).filter(
      (artifact) => (artifact as { type: string }).type === 'aws:cloudformation:stack',
    );
    expect(stacks).toHaveLength(1);
    const { files } = JSON.parse(readFileSync(join(folder, 'out/Plumbline.assets.json'), 'utf8'));
    const layer = Object.values(files as Record<string, { displayName: string; source: { path: string } }>).find(
      ({ displayName }) => displayName.startsWith('Configuration/Layer'),
    );
    const path = join(folder, 'out', layer?.source.path ?? '', 'plumbline/deployer.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      github: { apiUrl: 'https://api.github.com' },
      environments: { staging: { path: '.', write: 'commit', secrets: 'refuse' } },
      schedules: { drift: 300, resync: 300, scan: 900, retry: 60 },
    });
  });

  it('names file, line, field, what was found and what would be accepted, one mistake a line', async () => {
    const text = deployerText.replace('appId: 1,', 'appId: zero,').concat('schedules: { drift: 90 seconds }\n');
    const path = written(text);
    const { code, stderr } = await synth(path);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      `${path}:3: github.apps.read.appId: must be a number; found "zero"`,
      `${path}:43: schedules.drift: must be whole minutes, at least "1 minute"; found "90 seconds"`,
    ]);
  });

  it('says how to begin where there is no deployer.yaml', async () => {
    const { code, stderr } = await synth(join(folder, 'absent.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('Copy examples/deployer.yaml');
  });

  it('takes the example as it is, and CDK finds no fault with its template', async () => {
    expect(await synth('examples/deployer.yaml')).toEqual({ code: 0, stderr: '' });
  });
});
