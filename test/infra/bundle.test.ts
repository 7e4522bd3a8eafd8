import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Alerts } from '../../infra/alerts.ts';
import { NodeFunction } from '../../infra/node-function.ts';

/** CDK's own linter of templates takes two seconds. */
vi.stubEnv('CDK_VALIDATION', 'false');

it("the reconciler's bundle stays under 1.5 MB", { timeout: 180_000 }, () => {
  const outdir = mkdtempSync(join(tmpdir(), 'plumbline-bundle-'));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const stack = new Stack(new App({ analyticsReporting: false, outdir }), 'Bundle');
  const alerts = new Alerts(stack, { emails: [] });
  const settings = { description: 'as it is deployed', timeout: Duration.minutes(2), memorySize: 1024 };
  new NodeFunction(stack, { name: 'reconciler', alerts, ...settings });
  const bundles = globSync('asset.*/index.mjs', { cwd: outdir }).map((file) => statSync(join(outdir, file)).size);
  expect(bundles).toHaveLength(1);
  expect(bundles[0]).toBeGreaterThan(100_000);
  expect(bundles[0]).toBeLessThan(1_500_000);
});
