import { describe, expect, it } from 'vitest';
import { aConfigMap, problemsWith, rendered } from '../../support/renderer.ts';

const chart = (template: string, more: Record<string, string> = {}) => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'app/templates/x.yaml': template,
  ...more,
});

const secret = (value: string, annotation = '') =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations: {${annotation}}\nstringData:\n  password: ${value}\n  user: hunter2\n`;

describe('fault 37: a chart that renders to something else each time', () => {
  it.each([
    {
      what: 'a random value',
      template: secret('{{ randAlphaNum 16 | quote }}'),
      field: 'Secret a: stringData.password',
    },
    { what: 'an identifier', template: aConfigMap('a', 'k: {{ uuidv4 }}'), field: 'ConfigMap a: data.k' },
    {
      what: 'a salted hash',
      template: secret('{{ htpasswd "a" "b" | quote }}'),
      field: 'Secret a: stringData.password',
    },
    {
      what: 'a certificate',
      template: secret('{{ (genSelfSignedCert "a" nil nil 1).Cert | b64enc }}'),
      field: 'Secret a: stringData.password',
    },
    { what: 'the time', template: aConfigMap('a', 'k: "{{ now }}"'), field: 'ConfigMap a: data.k' },
    { what: 'the year', template: aConfigMap('a', 'k: {{ now.Year }}'), field: 'ConfigMap a: data.k' },
    { what: 'the second', template: aConfigMap('a', 'k: "{{ now | unixEpoch }}"'), field: 'ConfigMap a: data.k' },
    {
      what: 'the day',
      template: aConfigMap('a', 'k: "{{- $d := now -}}{{ date "2006-01-02" $d }}"'),
      field: 'ConfigMap a: data.k',
    },
    {
      what: 'the day, from values',
      template: aConfigMap('a', 'k: {{ tpl .Values.k . | quote }}'),
      more: { 'app/values.yaml': 'k: \'{{ now | date "2006-01" }}\'\n' },
      field: 'ConfigMap a: data.k',
    },
    { what: 'a name', template: aConfigMap('a-{{ randNumeric 9 }}'), field: 'metadata.name' },
  ])('is refused, by object and field, and no value is told: $what', async ({ template, more, field }) => {
    const problems = await problemsWith(chart(template, more));
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatch(/^app\/templates\/x.yaml: /);
      expect(problem).toContain(`${field}: differs each time that the chart is rendered`);
      expect(problem).toContain('set it in a value file');
      expect(problem).not.toContain('hunter2');
    }
  });

  it.each([
    { what: 'a word in a text', template: aConfigMap('a', 'k: {{ "now" | quote }} # now {{/* now */}}') },
    {
      what: 'a value of that name',
      template: aConfigMap('a', 'k: {{ .Values.now }}'),
      more: { 'app/values.yaml': 'now: x\n' },
    },
    { what: 'a variable of that name', template: aConfigMap('a', 'k: {{ $now := "x" }}{{ $now }}') },
    { what: 'a time that nothing shows', template: `{{ $d := now }}${aConfigMap('a')}` },
  ])('is told from one that only speaks of time: $what', async ({ template, more }) => {
    expect((await rendered(chart(template, more))).objects).toHaveLength(1);
  });

  it('is told once for an object, with all its fields', async () => {
    const problems = await problemsWith(chart(secret('{{ uuidv4 }}', 'a: "{{ uuidv4 }}"')));
    expect(problems).toEqual([
      expect.stringContaining('Secret a: metadata.annotations.a, stringData.password: differs each time'),
    ]);
  });

  it('is accepted where the object is made only once', async () => {
    const once = secret('{{ randAlphaNum 16 }}', 'plumbline.dev/apply: create-only');
    expect((await rendered(chart(once))).objects).toHaveLength(1);
    const flux = secret('{{ randAlphaNum 16 }}', 'kustomize.toolkit.fluxcd.io/ssa: IfNotPresent');
    expect((await rendered(chart(flux))).objects).toHaveLength(1);
  });

  it('is accepted in hooks of an installation, not in those of upgrades', async () => {
    const hook = (events: string) => chart(secret('{{ randAlphaNum 16 }}', `helm.sh/hook: "${events}"`));
    expect((await rendered(hook('pre-install'))).objects).toHaveLength(1);
    expect(await problemsWith(hook('pre-install,pre-upgrade'))).toHaveLength(1);
  });

  it('is accepted where a kustomization over it says so', async () => {
    const files = chart(secret('{{ randAlphaNum 16 }}'), {
      'app/overlay/kustomization.yaml':
        'patches:\n- target: {kind: Secret}\n  patch: |\n    - op: add\n      path: /metadata/annotations\n      value: {plumbline.dev/apply: create-only}\n',
    });
    expect((await rendered(files, { request: { kustomize: 'app/overlay' } })).objects).toHaveLength(1);
    expect(await problemsWith(files)).toHaveLength(1);
  });
});
