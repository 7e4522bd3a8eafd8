import { describe, expect, it } from 'vitest';
import { aConfigMap, problemsWith, rendered } from '../../../support/renderer.ts';

const withValues = (values: Record<string, string>, files: string[] = []) => ({
  request: { variables: [{ values, from: [] }], helm: { releaseName: 'r', values: files } },
});

const chart = (template: string, more: Record<string, string> = {}) => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'app/templates/x.yaml': template,
  ...more,
});

describe("a variable in a chart's values", () => {
  it('is put in before Helm starts: in the chart’s own values and in value files', async () => {
    const files = chart(aConfigMap('a', 'x: {{ .Values.host }} {{ add 1 .Values.count }} {{ .Values.text | quote }}'), {
      'app/values.yaml': 'host: ${host}\ncount: ${n}\ntext: "${n}"\n',
      'shared/values.yaml': 'host: shop.${host} # ${nothing}\n',
    });
    const { objects } = await rendered(files, withValues({ host: 'example.com', n: '3' }, ['../shared/values.yaml']));
    expect(objects[0]?.object).toMatchObject({ data: { x: 'shop.example.com 4 "3"' } });
  });

  it('without a value is told with file and line', async () => {
    const files = chart(aConfigMap('a'), { 'app/values.yaml': 'a: 1\nb: ${one}\n', 'app/v.yaml': '\nb: ${two}\n' });
    expect(await problemsWith(files, withValues({}, ['v.yaml']))).toEqual([
      expect.stringMatching(/^app\/v.yaml:2: the variable "two" has no value/),
      expect.stringMatching(/^app\/values.yaml:2: the variable "one" has no value/),
    ]);
  });

  it('is put into files that are YAML only', async () => {
    const files = chart(aConfigMap('a'), { 'app/values.yaml': 'a: ${one}\n\tb: 1\n' });
    expect(await problemsWith(files, withValues({ one: '1' }))).toEqual([
      expect.stringMatching(/^app\/values.yaml:\d: is not valid YAML, so that no variables could be put in/),
    ]);
  });

  it('is only text in what a chart renders: its scripts have variables of their own', async () => {
    const files = chart(aConfigMap('a', 'x: echo ${HOME} $$ {{ .Values.a }}'), {
      'app/values.yaml': 'a: $${b}\n',
      'app/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'app/charts/sub/values.yaml': 'c: ${d}\n',
      'app/charts/sub/templates/y.yaml': aConfigMap('b', 'x: {{ .Values.c }}'),
    });
    const { objects } = await rendered(files, withValues({}));
    expect(objects.map(({ object }) => object.data)).toEqual([{ x: 'echo ${HOME} $$ ${b}' }, { x: '${d}' }]);
  });
});
