import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deployerText, everyKind, examples } from './template.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'plumbline-app-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A module that, loaded before all others, cuts the network off. */
const noNetwork = join(folder, 'no-network.mjs');
writeFileSync(
  noNetwork,
  `import net from 'node:net';
net.Socket.prototype.connect = () => { throw new Error('there is no network'); };`,
);

/** Runs the app as the CDK's command line does, in an environment that has no credentials, no region and no home. */
function synth(deployer: string, more: Record<string, string> = {}): Promise<{ code: number; stderr: string }> {
  const CDK_CONTEXT_JSON = JSON.stringify({ deployer, 'aws:cdk:bundling-stacks': [] });
  const env = { PATH: process.env.PATH, CDK_CONTEXT_JSON, CDK_OUTDIR: join(folder, 'out'), ...more };
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

describe('the app', { timeout: 300_000 }, () => {
  it('writes one stack without credentials, and the validated configuration, with its defaults, in a layer', async () => {
    expect(await synth(written(deployerText))).toMatchObject({ code: 0 });
    const manifest = JSON.parse(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
    const stacks = Object.values(manifest.artifacts).filter(
      (artifact) => (artifact as { type: string }).type === 'aws:cloudformation:stack',
    );
    expect(stacks).toHaveLength(1);
    const { files } = JSON.parse(readFileSync(join(folder, 'out/Plumbline.assets.json'), 'utf8'));
    const layer = Object.values(files as Record<string, { displayName: string; source: { path: string } }>).find(
      ({ displayName }) => displayName.includes('Configuration/Layer'),
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
      `${path}:${text.trimEnd().split('\n').length}: schedules.drift: must be whole minutes, at least "1 minute"; found "90 seconds"`,
    ]);
  });

  it('says how to begin where there is no deployer.yaml', async () => {
    const { code, stderr } = await synth(join(folder, 'absent.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('Copy examples/deployer.yaml');
  });

  it.each(Object.entries(examples))(
    'takes the example of %s as it is, where there is no network, and CDK finds no fault with its templates',
    async (_, file) => {
      expect(await synth(file, { NODE_OPTIONS: `--import=${noNetwork}` })).toEqual({ code: 0, stderr: '' });
    },
  );

  it('writes a stack for each registry elsewhere, too, where there is no network', async () => {
    const text = everyKind['registries elsewhere, and signatures']?.replace(/^ +verify: .*\n/m, '') ?? '';
    const outcome = await synth(written(text), { NODE_OPTIONS: `--import=${noNetwork}` });
    expect(outcome).toEqual({ code: 0, stderr: '' });
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
    expect(artifacts['PlumblineRegistry-210987654321-us-east-1']).toMatchObject({
      environment: 'aws://210987654321/us-east-1',
      dependencies: expect.arrayContaining(['Plumbline']),
    });
  });

  it('would fail that if it asked anybody', async () => {
    const asks = join(folder, 'asks.mjs');
    writeFileSync(asks, `import './no-network.mjs'; import net from 'node:net'; net.connect(1, '127.0.0.1');`);
    const { code, stderr } = await synth('examples/deployer.yaml', { NODE_OPTIONS: `--import=${asks}` });
    expect(code).not.toBe(0);
    expect(stderr).toContain('there is no network');
  });
});
