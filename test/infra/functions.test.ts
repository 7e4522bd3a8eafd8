import { describe, expect, it } from 'vitest';
import { functions, lambda, resource, resources, synthesize } from './template.ts';
import { variablesRead } from './variables-read.ts';

const template = synthesize();
const entries = Object.entries(functions);
const environmentOf = (construct: string) =>
  (lambda(template, construct).Environment as { Variables: Record<string, unknown> }).Variables;

describe('every function', () => {
  it('is known to this test', () => {
    const ids = resources(template, 'AWS::Lambda::Function').map(({ id }) => id);
    expect(ids.sort()).toEqual(entries.map(([construct]) => `${construct}Function`).sort());
  });

  it.each(entries)('%s finds the environment variables that its handler reads, and no others', (construct, name) => {
    expect(Object.keys(environmentOf(construct)).sort()).toEqual(variablesRead(name));
  });

  it.each(entries)('%s runs on Node 24 with a log group of its own that forgets after a month', (construct) => {
    expect(lambda(template, construct)).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: `<${construct}FunctionLog>` },
    });
    expect(resource(template, 'AWS::Logs::LogGroup', `${construct}FunctionLog`).RetentionInDays).toBe(30);
  });

  it.each(entries)('fault 60: an alarm tells that %s fails', (construct) => {
    expect(resource(template, 'AWS::CloudWatch::Alarm', `${construct}FunctionErrors`)).toMatchObject({
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: `<${construct}Function>` }],
      AlarmActions: ['<AlertsTopic>'],
      TreatMissingData: 'notBreaching',
    });
  });

  it.each(entries)('%s runs on arm64, unless it needs the layer with x86-64 programs', (construct) => {
    expect(lambda(template, construct).Architectures).toEqual([construct === 'Renderer' ? 'x86_64' : 'arm64']);
  });
});

describe('what a function is given', () => {
  it.each(entries.filter(([construct]) => construct !== 'Renderer'))(
    '%s reads deployer.yaml from the layer',
    (construct) => {
      expect(lambda(template, construct).Layers).toEqual(['<ConfigurationLayer>']);
      expect(environmentOf(construct)).toMatchObject({ CONFIGURATION_FILE: '/opt/plumbline/deployer.json' });
    },
  );

  it('the renderer gets kubectl and helm, and not the configuration', () => {
    expect(lambda(template, 'Renderer').Layers).toEqual(['<RendererKubectl>']);
    expect(environmentOf('Renderer')).toEqual({ KUBECTL: '/opt/kubectl/kubectl', HELM: '/opt/helm/helm' });
  });

  it.each(['Source', 'Dispatcher'])('%s knows the reconciliation queue of each cluster', (construct) => {
    expect(JSON.parse(String(environmentOf(construct).RECONCILIATION_QUEUE_URLS))).toEqual({
      main: '<ReconcilermainReconciliationsQueue>',
      lab: '<ReconcilerlabReconciliationsQueue>',
    });
  });

  it.each([
    ['Source', 'SourceGitChangesDeadLettersQueue'],
    ['ImageUpdater', 'ImageUpdaterImagePushesDeadLettersQueue'],
    ['Dispatcher', 'DispatcherTicksDeadLettersQueue'],
  ])('fault 7: %s can put what it can never read to its own dead letters', (construct, queue) => {
    expect(environmentOf(construct)).toMatchObject({ DEAD_LETTER_QUEUE_URL: `<${queue}>` });
  });

  it('source outlasts a renderer that runs into its limit twice', () => {
    expect(Number(lambda(template, 'Source').Timeout)).toBeGreaterThan(
      2 * Number(lambda(template, 'Renderer').Timeout),
    );
  });

  it('no variable holds a secret or its name', () => {
    const all = entries.flatMap(([construct]) => Object.values(environmentOf(construct)).map(String));
    expect(all.filter((value) => /plumbline\/(read|write|report|webhook)/.test(value))).toEqual([]);
  });
});
