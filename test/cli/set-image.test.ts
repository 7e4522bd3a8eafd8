import { symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../shared/images/versions.ts';
import { startInFolder } from '../support/command.ts';

const app = 'registry.example/app';
const pin = `${app}:1.1.0@${digestOf('1.1.0')}`;
const asked = `${app}=1.1.0@${digestOf('1.1.0')}`;
const aDeployment = (image: string) =>
  `# kept\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image}   # this one\n`;

describe('plumbline set-image', () => {
  test('fault 21: changes the bytes of the value only, and prints a unified diff', async () => {
    const { plumbline, read } = startInFolder({
      'app/web.yaml': aDeployment(`'${app}:1.0.0'`),
      'app/other.yaml': 'a: 1',
    });
    expect(await plumbline(['set-image', 'app', asked])).toEqual({
      code: 0,
      stdout: `--- a/web.yaml
+++ b/web.yaml
@@ -6,5 +6,5 @@
   template:
     spec:
       containers:
         - name: web
-          image: '${app}:1.0.0'   # this one
+          image: '${pin}'   # this one
`,
      stderr: '',
    });
    expect(read('app/web.yaml')).toBe(aDeployment(`'${pin}'`));
  });

  test('has nothing to print where the version stands already', async () => {
    const { plumbline } = startInFolder({ 'web.yaml': aDeployment(pin) });
    expect(await plumbline(['set-image', '.', asked])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('only prints with --dry-run', async () => {
    const { plumbline, read } = startInFolder({ 'web.yaml': aDeployment(`${app}:1.0.0`) });
    expect((await plumbline(['set-image', '.', asked, '--dry-run'])).stdout).toContain(`+          image: ${pin}`);
    expect(read('web.yaml')).toBe(aDeployment(`${app}:1.0.0`));
  });

  test('one image in fifty files and two in one file are changed in one go', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `apps/${index}/web.yaml`);
    const both = `${aDeployment(`${app}:1.0.0`)}---\n${aDeployment('registry.example/other:1')}`;
    const { plumbline, read } = startInFolder({
      ...Object.fromEntries(names.map((name) => [name, aDeployment(`${app}:1.0.0`)])),
      'both.yaml': both,
    });
    expect((await plumbline(['set-image', '.', asked, 'registry.example/other=2'])).code).toBe(0);
    for (const name of names) expect(read(name)).toBe(aDeployment(pin));
    expect(read('both.yaml')).toBe(both.replace(`${app}:1.0.0`, pin).replace('other:1', 'other:2'));
  });

  test('sets what the markers of Flux name', async () => {
    const values = (tag: string, image: string) =>
      `image:\n  repository: ghcr.io/x/podinfo # {"$imagepolicy": "flux-system:podinfo:name"}\n  tag: ${tag} # {"$imagepolicy": "flux-system:podinfo:tag"}\nfull: ${image} # {"$imagepolicy": "flux-system:podinfo"}\nother: 1 # {"$imagepolicy": "flux-system:other:tag"}\n`;
    const { plumbline, read } = startInFolder({ 'values.yaml': values('6.5.0', 'ghcr.io/x/podinfo:6.5.0') });
    expect((await plumbline(['set-image', '.', '--policy-marker', 'podinfo=6.6.0'])).stderr).toBe('');
    expect(read('values.yaml')).toBe(values('6.6.0', 'ghcr.io/x/podinfo:6.6.0'));
    expect((await plumbline(['set-image', '.', '--policy-marker', 'flux-system:podinfo=6.7.0'])).code).toBe(0);
    expect(read('values.yaml')).toBe(values('6.7.0', 'ghcr.io/x/podinfo:6.7.0'));
  });

  test('knows markers and value files from the rules of environment.yaml', async () => {
    const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app';
    const { plumbline, read } = startInFolder({
      'environment.yaml': `images:\n- repository: ${ecr}\n  name: app\n  policy: {newestPushed: {}}\n  helmValues: [{file: chart/values.yaml, path: web.image}]\n`,
      'chart/values.yaml': `web:\n  image:\n    repository: ${ecr}\n    tag: old\n`,
      'resource.yaml': 'version: "old" # plumbline: app:tag\n',
    });
    const digest = digestOf('new');
    expect((await plumbline(['set-image', '.', `${ecr}=new@${digest}`])).code).toBe(0);
    expect(read('chart/values.yaml')).toBe(
      `web:\n  image:\n    repository: ${ecr}\n    tag: new\n    digest: ${digest}\n`,
    );
    expect(read('resource.yaml')).toBe('version: "new" # plumbline: app:tag\n');
  });

  test('adds an entry to a kustomization whose base is outside, and leaves the base alone', async () => {
    const { plumbline, read } = startInFolder({
      '.git/HEAD': '',
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': aDeployment(`${app}:1.0.0`),
      'staging/kustomization.yaml': 'resources: [../base]\n',
    });
    const { stdout } = await plumbline(['set-image', 'staging', asked]);
    expect(stdout).toMatch(/^--- a\/staging\/kustomization.yaml\n/);
    expect(read('staging/kustomization.yaml')).toBe(
      `resources: [../base]\nimages:\n- name: ${app}\n  newTag: 1.1.0\n  digest: ${digestOf('1.1.0')}\n`,
    );
    expect(read('base/web.yaml')).toBe(aDeployment(`${app}:1.0.0`));
  });

  test('fault 21: refuses an alias with file and line, and changes the rest', async () => {
    const pod = (one: string, two: string) =>
      `kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - image: ${one}\n  - image: &a ${two}\n  - image: *a\n`;
    const { plumbline, read } = startInFolder({ 'x/pod.yaml': pod(`${app}:1.0.0`, `${app}:1.0.0`) });
    const { code, stderr } = await plumbline(['set-image', 'x', asked]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: x\/pod\.yaml:6: Pod : image: .*YAML anchor or alias/);
    expect(read('x/pod.yaml')).toBe(pod(pin, `${app}:1.0.0`));
  });

  test('fault 21: keeps CRLF, a byte order mark and the end without a line break; follows no link', async () => {
    const crlf = (image: string) => `\uFEFF${aDeployment(image).replaceAll('\n', '\r\n').trimEnd()}`;
    const { plumbline, read, folder } = startInFolder({
      'app/crlf.yaml': crlf(`${app}:1.0.0`),
      'other/web.yaml': aDeployment(`${app}:1.0.0`),
    });
    symlinkSync('../other/web.yaml', `${folder}/app/link.yaml`);
    symlinkSync('../other', `${folder}/app/folder`);
    expect(await plumbline(['set-image', 'app', asked])).toMatchObject({ code: 0, stderr: '' });
    expect(read('app/crlf.yaml')).toBe(crlf(pin));
    expect(read('other/web.yaml')).toBe(aDeployment(`${app}:1.0.0`));
  });

  test('a marker of a part is never taken for the whole', async () => {
    const { plumbline, read } = startInFolder({ 'a.yaml': 'v: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}\n' });
    const { code, stderr } = await plumbline(['set-image', '.', '--policy-marker', 'flux-system:wep=2']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: flux-system:wep stands nowhere in the folder\n' });
    await plumbline(['set-image', '.', '--policy-marker', 'web=2']);
    expect(read('a.yaml')).toBe('v: "2" # {"$imagepolicy": "flux-system:web:tag"}\n');
  });

  test('writes every file although whoever reads the difference hangs up', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `${index}.yaml`);
    const { shell, read } = startInFolder(Object.fromEntries(names.map((name) => [name, aDeployment(`${app}:1.0.0`)])));
    expect(await shell(`$plumbline set-image . ${asked} | true`)).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const name of names) expect(read(name)).toBe(aDeployment(pin));
  });

  test('ends with 1 for a folder that is not there, or is a file', async () => {
    const { plumbline } = startInFolder({ 'a.yaml': 'a: 1\n' });
    for (const folder of ['nowhere', 'a.yaml'])
      expect(await plumbline(['set-image', folder, asked])).toEqual({
        code: 1,
        stdout: '',
        stderr: `error: there is no folder ${folder}\n`,
      });
  });

  test('refuses a tag alone where the old digest would stay', async () => {
    const { plumbline } = startInFolder({
      'kustomization.yaml': `images:\n- name: ${app}\n  newTag: 1.0.0\n  digest: ${digestOf('1.0.0')}\n`,
    });
    expect(await plumbline(['set-image', '.', `${app}=1.1.0`])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: kustomization.yaml:2: ${app} has a digest here: give the new one too, as tag@sha256:…\n`,
    });
  });

  test.each([
    [
      [`${app}=1.1.0`, '--policy-marker', 'web=1'],
      `error: ${app} stands nowhere in the folder\nerror: web stands nowhere in the folder\n`,
    ],
    [[app], `error: "${app}" must be repository=tag or repository=tag@sha256:…\n`],
    [[`${app}=a b`], `error: "${app}=a b" must be repository=tag or repository=tag@sha256:…\n`],
    [[`${app}:1=2`], `error: "${app}:1=2" must be repository=tag or repository=tag@sha256:…\n`],
    [[`${app}=1@sha256:1`], `error: "${app}=1@sha256:1" must be repository=tag or repository=tag@sha256:…\n`],
    [[`${app}=1`, `${app}=2`], `error: ${app} is given twice\n`],
    [['--policy-marker', 'web:tag=1'], 'error: "web:tag=1" must be NAME=tag or NAME=tag@sha256:…\n'],
    [['--policy-marker', '=1'], 'error: "=1" must be NAME=tag or NAME=tag@sha256:…\n'],
    [[], 'error: nothing is asked for: give repository=tag or --policy-marker NAME=tag\n'],
  ])('ends with 1 for %j', async (args, stderr) => {
    expect(await startInFolder({ 'a.yaml': 'a: 1\n' }).plumbline(['set-image', '.', ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr,
    });
  });
});
