import { existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultToolLimits, runTool, type ToolLimits } from '../../../functions/renderer/run-tool.ts';
import { inWorkspace } from '../../../functions/renderer/workspace.ts';

const shell = (script: string, limits: Partial<ToolLimits> = {}, input?: string) =>
  inWorkspace(({ folder }) =>
    runTool({
      program: '/bin/sh',
      args: ['-c', script],
      folder,
      limits: { ...defaultToolLimits, ...limits },
      ...(input && { input }),
    }),
  );

describe('runTool', () => {
  it('hands input in and output back', async () => {
    expect(await shell('read line; echo "got $line"; echo problem >&2', {}, 'x\n')).toEqual({
      outcome: 'ended',
      ok: true,
      stdout: 'got x\n',
      stderr: 'problem\n',
    });
    expect(await shell('exit 1')).toMatchObject({ outcome: 'ended', ok: false });
  });

  it('survives a program that does not read its input', async () => {
    expect(await shell('exit 0', {}, 'x'.repeat(1_000_000))).toMatchObject({ outcome: 'ended', ok: true });
  });

  it('gives nothing of its own environment away', async () => {
    process.env.AWS_SECRET_ACCESS_KEY ??= 'hunter2';
    const result = await shell('export -p');
    expect(result).toMatchObject({ outcome: 'ended' });
    const names = ('stdout' in result ? result.stdout : '').matchAll(/^export (\w+)=/gm).map(([, name]) => name);
    expect(
      [...names].filter(
        (name) =>
          !/^(HELM_\w+|HTTPS?_PROXY|KUBECONFIG|KUBECTL_KUBERC|GOMEMLIMIT|HOME|TMPDIR|PATH|LANG|PWD|OLDPWD|SHLVL|_)$/.test(
            name ?? '',
          ),
      ),
    ).toEqual([]);
  });

  it('fault 34: stops what takes too long, prints too much, or crashes', async () => {
    expect(await shell('while :; do :; done', { seconds: 0.2 })).toEqual({ outcome: 'stopped', limit: 'time' });
    expect(await shell('while :; do echo xxxxxxxxxxxxxxxx; done', { outputBytes: 1000 })).toEqual({
      outcome: 'stopped',
      limit: 'output',
    });
    expect(await shell('kill -9 $$')).toEqual({ outcome: 'crashed' });
    expect(await shell('echo "fatal error: runtime: out of memory" >&2; exit 2')).toEqual({
      outcome: 'stopped',
      limit: 'memory',
    });
  });

  it('works in a folder that only this user can read, and that is gone afterwards', async () => {
    const folder = await inWorkspace(async (workspace) => {
      await workspace.write([['a/b.yaml', 'a: 1']]);
      expect(statSync(workspace.folder).mode & 0o777).toBe(0o700);
      expect(statSync(`${workspace.folder}/a/b.yaml`).mode & 0o777).toBe(0o600);
      return workspace.folder;
    });
    expect(existsSync(folder)).toBe(false);
    await expect(inWorkspace(({ folder: other }) => Promise.reject(new Error(other)))).rejects.toSatisfy(
      (error: Error) => !existsSync(error.message),
    );
  });
});
