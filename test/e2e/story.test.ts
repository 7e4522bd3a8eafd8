import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Story } from '../../local/story/report.ts';
import { startLocal } from '../support/local-process.ts';

type Local = Awaited<ReturnType<typeof startLocal>>;

/** The story on a stack of its own, as `npm run local -- --once` plays it. */
describe('npm run local', () => {
  let folder: string;
  let local: Local;
  let exitCode: number | null;
  let story: Story;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'story-'));
    const report = join(folder, 'report.json');
    local = await startLocal(['--once', '--report', report]);
    exitCode = await local.ended;
    story = JSON.parse(await readFile(report, 'utf8'));
  });
  afterAll(async () => {
    await local.cleanUp();
    await rm(folder, { recursive: true, force: true });
  });

  it('plays every step of the story, and each holds', () => {
    expect(
      story.steps.filter(({ ok }) => !ok),
      local.output(),
    ).toEqual([]);
    expect(story.steps.map(({ name }) => name[0]).join('')).toBe('abcdefghi');
    expect(story.ok).toBe(true);
  });

  it('ends with exit code 0 and a table of the steps', () => {
    expect(exitCode).toBe(0);
    const table = local.output().trimEnd().split('\n').slice(-story.steps.length);
    expect(table.map((line, index) => line.startsWith(`✓ ${story.steps[index]?.name}`))).not.toContain(false);
  });

  it('reports how long each hop from push to applied took', () => {
    const { totalSeconds = 0, ...hops } = story.pushToApplied ?? {};
    expect(Object.keys(hops)).toEqual(['commitSeconds', 'webhookSeconds', 'renderSeconds', 'applySeconds']);
    expect(totalSeconds).toBeGreaterThan(0);
  });

  it('plays every resource of the template', () => {
    expect(local.output()).not.toContain('is not played');
  });

  it('leaves no process and no temporary folder behind', async () => {
    expect(local.processes()).toBeGreaterThan(5);
    await expect.poll(local.leftovers, { timeout: 30_000 }).toEqual([]);
  });
});

describe('npm run local, ended from outside', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGKILL'])(
    'leaves no process and no temporary folder after %s',
    async (signal) => {
      const local = await startLocal(['--once']);
      await local.said('The stack is up');
      expect(local.processes()).toBeGreaterThan(5);
      local.kill(signal);
      await local.ended;
      await expect.poll(local.leftovers, { timeout: 30_000 }).toEqual([]);
      await local.cleanUp();
    },
  );
});
