import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compose } from '../../../../functions/reporter/pull-request/compose.ts';
import { planSchema } from '../../../../shared/artifacts/plan.ts';
import { pullRequestSchema } from '../../../../shared/state/pull-request.ts';

const golden = join(import.meta.dirname, '../../../golden/comments');
const viewSchema = z.strictObject({ state: pullRequestSchema, plans: z.array(planSchema) });
const url = 'https://github.com/example-org/example-environment/runs/1';

/** `UPDATE_GOLDEN=1` writes what is said today: look at the difference before committing it. */
function compare(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('what a pull request is told', () => {
  it.each(readdirSync(golden))('%s: is as expected, in the comment and in the check', (name) => {
    const view = viewSchema.parse(JSON.parse(readFileSync(join(golden, name, 'view.json'), 'utf8')));
    const { comment, check, isWorthAComment } = compose(view);
    compare(join(golden, name, 'comment.md'), `${comment(url)}\n`);
    const { digest: _, summary: __, text: ___, ...said } = check;
    compare(join(golden, name, 'check.json'), `${JSON.stringify({ isWorthAComment, ...said }, undefined, 2)}\n`);
    // The check's page stands for itself, but for the heading and what finds the comment.
    expect(comment(url)).toBe(
      ['<!-- plumbline:plan:staging -->', '### `staging`: what merging would do', check.summary, check.text]
        .filter(Boolean)
        .join('\n\n'),
    );
  });
});
