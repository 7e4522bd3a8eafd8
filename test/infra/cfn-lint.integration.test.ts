import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cfnLint } from '../support/cfn-lint/cfn-lint.ts';
import { everyKind, synthesizeAll } from './template.ts';

/** Writes templates to files that are gone after the test. */
function written(templates: Record<string, object>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return Object.entries(templates).map(([name, template]) => {
    const file = join(folder, `${name}.template.json`);
    writeFileSync(file, JSON.stringify(template));
    return file;
  });
}

/** The first one may have to install it. */
const timeout = 10 * 60_000;

it.each(Object.entries(everyKind))('%s: cfn-lint finds nothing in the templates', { timeout }, async (_, text) => {
  const templates = Object.entries(synthesizeAll(text)).map(([name, template]) => [name, template.toJSON()] as const);
  expect(await cfnLint(written(Object.fromEntries(templates)))).toEqual([]);
});

it('cfn-lint does look', { timeout }, async () => {
  const Resources = { Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 'soon' } } };
  const findings = await cfnLint(written({ bad: { Resources } }));
  expect(findings).toEqual([expect.stringContaining('Resources/Queue/Properties/VisibilityTimeout')]);
});
