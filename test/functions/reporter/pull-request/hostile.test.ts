import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../../../functions/reporter/pull-request/compose.ts';
import type { Plan, PlannedObject } from '../../../../shared/artifacts/plan.ts';
import type { Problem } from '../../../../shared/problem.ts';
import type { PullRequestState } from '../../../../shared/state/pull-request.ts';
import { aPullRequest } from '../../../contracts/pull-request-store.ts';
import { hostileText } from '../../../support/hostile.ts';
import { skeletonOf } from '../../../support/markdown-skeleton.ts';

type View = { state: PullRequestState; plans: Plan[] };

/** Takes texts from an enemy's list, in turn; a benign one from `x`. */
function viewOf(texts: readonly string[], counts: readonly number[], objects: number): View {
  let used = 0;
  const text = () => texts[used++ % texts.length] ?? 'x';
  const problem = (): Problem => ({ file: text(), line: 1, object: text(), field: text(), message: text() });
  const place = () => ({ object: text(), file: text(), line: 3 });
  const kinds: (() => PlannedObject)[] = [
    () => ({ ...place(), action: 'create', unchecked: text() }),
    () => ({ ...place(), action: 'create' }),
    () => ({
      ...place(),
      action: 'change',
      differences: Array.from({ length: counts[0] ?? 1 }, () => ({ field: text(), from: text(), to: text() })),
    }),
    () => ({ ...place(), action: 'replace', fields: [text(), text()] }),
    () => ({ ...place(), action: 'run', event: text() }),
    () => ({ ...place(), action: 'adopt', owner: text(), because: text() }),
    () => ({ ...place(), action: 'refuse', message: text(), retryable: false }),
    () => ({ ...place(), action: 'prune' }),
    () => ({ ...place(), action: 'keep', because: text() }),
    () => ({ ...place(), action: 'unknown', because: text() }),
  ];
  const plan: Plan = {
    version: 1,
    id: '7-3',
    environment: 'staging',
    application: text(),
    release: 'releases/staging/0.json',
    at: '2026-01-02T03:04:05.000Z',
    isRemoval: false,
    outcome: 'refused',
    problems: [problem(), problem()],
    warnings: [problem()],
    unchanged: 0,
    objects: Array.from({ length: objects }, (_, index) => (kinds[index % kinds.length] as () => PlannedObject)()),
  };
  return { state: aPullRequest({ problems: [problem()], notes: [problem()] }), plans: [plan] };
}

/** `(absent)` and line breaks decide how many lines there are in a fence, which is no structure. */
const said = (view: View) => {
  const { comment, check } = compose(view);
  return { comment: comment('https://github.com/o/r/runs/1'), check };
};

describe('hostile names and contents', () => {
  it('fault 63: never change the structure of a comment, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(hostileText, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 12 }),
        (texts, differences, objects) => {
          const hostile = said(viewOf(texts, [differences], objects));
          const benign = said(viewOf(['x'], [differences], objects));
          expect(skeletonOf(hostile.comment)).toBe(skeletonOf(benign.comment));
          expect(skeletonOf(hostile.check.text)).toBe(skeletonOf(benign.check.text));
          expect(hostile.check.title).toBe(benign.check.title);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('hide nothing: no mark of direction, no zero width, no half of a character, no control is in what is said', () => {
    fc.assert(
      fc.property(
        fc.array(hostileText, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (texts, objects) => {
          const { comment, check } = said(viewOf(texts, [3], objects));
          for (const text of [comment, check.text, check.summary, check.title])
            expect(text).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u);
          for (const { title, message } of check.annotations)
            expect(`${title}${message}`).not.toMatch(/[\p{Cf}\p{Cs}\p{Cc}]/u);
          expect(skeletonOf(comment).match(/<!--/g)).toHaveLength(1);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('never make more of it than GitHub takes, and what a comment has no room for stands in the check', () => {
    fc.assert(
      fc.property(
        fc.array(hostileText, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 400 }),
        (texts, objects) => {
          const { comment, check } = said(viewOf(texts, [20], objects));
          for (const text of [comment, check.text, check.summary])
            expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
          expect(check.annotations.length).toBeLessThanOrEqual(50);
          expect(check.digest.length).toBeLessThanOrEqual(255);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('a plan that is too long', () => {
  const long = viewOf(['x'.repeat(900)], [20], 100);

  it('is cut between two objects, with a link to the rest', () => {
    const { comment, check } = said(long);
    expect(comment).toMatch(
      /There is more: the rest of the plan \(\d+ pieces\) stands on \[the page of the check\]\(https:/,
    );
    expect(skeletonOf(comment)).not.toContain('NEVER ENDED');
    expect(check.text).not.toBe('');
    const first = check.text.split('\n')[0] ?? '';
    expect(first).toMatch(/^(<details>|- \*\*|\*\*)/);
  });
});
