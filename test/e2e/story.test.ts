import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountRecord } from '../../local/stack/record.ts';
import type { Story } from '../../local/story/report.ts';
import { steps } from '../../local/story/steps/index.ts';
import { intruder } from '../../local/story/take-over.ts';
import { rolesOf } from '../support/iam/policies.ts';
import { disputed, permissionsOf, refused, unused, useByService, usedByOwnCode } from '../support/iam/proof.ts';
import { simulate } from '../support/iam/simulate.ts';
import { type Local, startLocal } from '../support/local-process.ts';

const run = promisify(execFile);

/** The story on a stack of its own, as `npm run local` plays it; then the stack stays up until it is told to end. */
describe('npm run local', () => {
  let folder: string;
  let local: Local;
  let story: Story;
  let record: AccountRecord;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'story-'));
    const report = join(folder, 'report.json');
    const calls = join(folder, 'calls.json');
    local = await startLocal(['--report', report, '--record', calls]);
    await local.said('The stack stays up');
    story = JSON.parse(await readFile(report, 'utf8'));
    record = JSON.parse(await readFile(calls, 'utf8'));
  });
  afterAll(async () => {
    local?.kill('SIGKILL');
    await local?.cleanUp();
    await rm(folder, { recursive: true, force: true });
  });

  it('plays every step of the story, and each holds', () => {
    const failed = story.steps.filter(({ ok }) => !ok);
    expect(failed, local.output()).toEqual([]);
    expect(story.steps.map(({ name }) => name)).toEqual(steps.map(({ name }) => name));
    expect(story.ok).toBe(true);
  });

  describe('its calls to AWS', () => {
    it('are all allowed, but those of the intruder', () => {
      expect(record.calls.length).toBeGreaterThan(200);
      expect(refused(record, intruder)).toEqual([]);
      const intrusions = record.calls.filter(({ caller }) => caller === intruder);
      expect(intrusions.filter(({ allowed }) => allowed)).toEqual([]);
      expect(intrusions.length).toBeGreaterThan(20);
    });

    it('are judged the same by a simulator that somebody else wrote, with the policies of the template', async () => {
      expect(await disputed(record)).toEqual([]);
    });

    it('use every permission that the template gives to anybody', () => {
      expect(rolesOf(record).flatMap(permissionsOf).length).toBeGreaterThan(100);
      expect(unused(record)).toEqual([]);
    });

    it('leave to Lambda what is Lambda’s: network interfaces, logs, and reading queues and streams', async () => {
      const permissions = rolesOf(record).flatMap(permissionsOf);
      const services = permissions.filter((permission) => useByService(record, permission) !== undefined);
      expect(usedByOwnCode(record)).toEqual([]);
      for (const { role, action, resource } of services) {
        const ask = { action, resource: resource.replace(/(:log-group:.*):\*$/, '$1:log-stream:x') };
        const may = (byOwnCode: boolean) => simulate(record, { ...role, endpoints: {} }, { ...ask, byOwnCode });
        expect(await may(false), `${role.owner}: ${action} is needed by the service`).toBe(true);
        if (action.startsWith('ec2:')) expect(await may(true), `${role.owner}: ${action} by its own code`).toBe(false);
      }
      expect(new Set(services.map(({ action }) => action.split(':')[0]))).toEqual(
        new Set(['logs', 'ec2', 'sqs', 'dynamodb']),
      );
    });
  });

  it('prints a table of the steps', () => {
    for (const { name } of story.steps) expect(local.output().split(`✓ ${name}`)).toHaveLength(3);
  });

  it('reports how long each hop from push to applied took', () => {
    const { totalSeconds = 0, ...hops } = story.pushToApplied ?? {};
    expect(Object.keys(hops)).toEqual(['commitSeconds', 'webhookSeconds', 'renderSeconds', 'applySeconds']);
    expect(totalSeconds).toBeGreaterThan(0);
  });

  it('plays every resource of the template', () => {
    expect(local.output()).not.toContain('is not played');
  });

  it('lets people push images into it, and clone what becomes of them', async () => {
    const push = await startLocal(['push', 'example-application:1.2.0'], local);
    expect(await push.ended, push.output()).toBe(0);
    expect(push.output()).toMatch(/^example-application:1\.2\.0 pushed: sha256:[0-9a-f]{64}$/m);
    const [, url = ''] = /git clone (\S+)/.exec(local.output()) ?? [];
    const clone = join(folder, 'clone');
    await run('git', ['clone', '--quiet', '--branch', 'staging', url, clone]);
    const manifest = async () => {
      await run('git', ['-C', clone, 'pull', '--quiet']);
      return readFile(join(clone, 'applications/example-application/deployment.yaml'), 'utf8');
    };
    await expect.poll(manifest, { timeout: 60_000, interval: 500 }).toContain(':1.2.0@sha256:');
  });

  it('fault 19: its own commits, whose webhooks it gets like any other, have led to no further ones', async () => {
    const { stdout } = await run('git', [
      '-C',
      join(folder, 'clone'),
      'log',
      '--format=%s',
      '--grep=^Plumbline-Image: ',
    ]);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining('example-application 1.2.0'),
      expect.stringContaining('example-application 1.1.0'),
    ]);
  });

  it("says in its commits what the images were built from, by the role's own right to read their configuration", async () => {
    const { stdout } = await run('git', [
      '-C',
      join(folder, 'clone'),
      ...['log', '--format=%(trailers:key=Plumbline-Revision,valueonly)', '--grep=^Plumbline-Image: '],
    ]);
    expect(stdout.match(/^[0-9a-f]{40}$/gm)).toHaveLength(2);
  });

  it('ends at Ctrl-C with exit code 0, and leaves no process and no temporary file behind', async () => {
    expect(local.processes()).toBeGreaterThan(5);
    local.kill('SIGINT');
    expect(await local.ended).toBe(0);
    await expect.poll(local.leftovers, { timeout: 30_000 }).toEqual([]);
  });
});

describe('npm run local, killed', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'leaves no process and no temporary file behind after %s in the middle of the story',
    async (signal) => {
      const local = await startLocal(['--once']);
      await local.said('The stack is up');
      expect(local.processes()).toBeGreaterThan(5);
      local.kill(signal);
      expect(await local.ended).not.toBe(0);
      await expect.poll(local.leftovers, { timeout: 30_000 }).toEqual([]);
      await local.cleanUp();
    },
  );
});
