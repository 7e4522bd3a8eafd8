import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkTo, type RunbookEntry, runbook } from '../../infra/runbook.ts';
import { metricNamespace, metrics } from '../../shared/metrics.ts';
import { deployerText, functions, resource, resources, synthesize } from './template.ts';

const template = synthesize();
const alarms = resources(template, 'AWS::CloudWatch::Alarm');
const alarm = (id: string) => resource(template, 'AWS::CloudWatch::Alarm', id);
const document = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const entries = Object.keys(runbook) as RunbookEntry[];
const ends = (entry: RunbookEntry) => `What to do: ${linkTo(entry, 'docs/runbook.md')}`;

/** The entries of the part about alarms, by their headings, with their text. */
function entriesOf(markdown: string): Map<string, string> {
  const [, part = ''] = /^## Alarms$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(markdown) ?? [];
  const sections = part.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n'))]),
  );
}

describe('every alarm', () => {
  it.each(alarms.map(({ id, properties }) => [id, properties] as const))(
    '%s tells the topic, and where the runbook speaks of it',
    (_, { AlarmActions, AlarmDescription, ...properties }) => {
      expect(AlarmActions).toEqual(['<AlertsTopic>']);
      expect(entries.filter((entry) => String(AlarmDescription).endsWith(ends(entry)))).toHaveLength(1);
      // CloudWatch takes no longer ones.
      expect(Number(properties.Period) * Number(properties.EvaluationPeriods)).toBeLessThanOrEqual(86_400);
      expect(properties.TreatMissingData).toBeDefined();
    },
  );

  it.each(entries)('the runbook’s entry of %s has an alarm', (entry) => {
    expect(alarms.filter(({ properties }) => String(properties.AlarmDescription).endsWith(ends(entry)))).not.toEqual(
      [],
    );
  });

  it('is linked to where the runbook is read', () => {
    const page = 'https://example.com/plumbline/runbook';
    const text = deployerText.replace('alerts:\n', `alerts:\n  runbook: ${page}\n`);
    const [first] = resources(synthesize(text), 'AWS::CloudWatch::Alarm');
    expect(first?.properties.AlarmDescription).toContain(`What to do: ${page}#`);
  });

  it('of our own metrics looks at one that there is', () => {
    const own = alarms.filter(({ properties }) => properties.Namespace === metricNamespace);
    expect(own.length).toBeGreaterThan(4);
    expect(own.filter(({ properties }) => !Object.hasOwn(metrics, String(properties.MetricName)))).toEqual([]);
  });
});

describe('the runbook', () => {
  const written = entriesOf(document);

  it('has an entry for each alarm, and no other', () => {
    expect([...written.keys()].sort()).toEqual(Object.values(runbook).sort());
  });

  it.each([...written])('says of "%s" what it means, how to look and how to mend it, with commands', (_, text) => {
    expect(text).toContain('**Means**');
    expect(text).toContain('**Look**');
    expect(text).toContain('**Mend**');
    expect(text).toMatch(/```(sh|text)\n/);
  });
});

describe('what is watched', () => {
  it.each(Object.keys(functions))('fault 60: %s being kept from running, a quarter of an hour long', (construct) => {
    expect(alarm(`${construct}FunctionThrottles`)).toMatchObject({
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: `<${construct}Function>` }],
      EvaluationPeriods: 3,
      Period: 300,
    });
  });

  it.each([
    ['SourceGitChangesOldestMessage', 30 * 60 + 900],
    ['ImageUpdaterImagePushesOldestMessage', 6 * 60 + 900],
    ['ReconcilermainReconciliationsOldestMessage', 150 + 900],
  ])('fault 58: %s rings only after one failed try and a quarter of an hour', (id, seconds) => {
    expect(alarm(id)).toMatchObject({ Statistic: 'Maximum', Threshold: seconds });
  });

  it.each(['staging', 'trial'])('fault 10: the environment %s having no success in two intervals', (environment) => {
    expect(alarm(`WatchNoSuccess${environment}`)).toMatchObject({
      MetricName: 'SecondsSinceSuccess',
      Dimensions: [
        { Name: 'environment', Value: environment },
        { Name: 'service', Value: 'dispatcher' },
      ],
      Threshold: 600,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('fault 10: the silence of all schedules', () => {
    expect(alarm('DispatcherNoTicks')).toMatchObject({
      MetricName: 'NumberOfMessagesSent',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('intervals of a day and more fit into what CloudWatch looks at', () => {
    const text = `${deployerText}schedules: { drift: 48 hours, resync: 24 hours, scan: 24 hours, retry: 24 hours }\n`;
    const periods = resources(synthesize(text), 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.Period);
    expect(Math.max(...periods.map(Number))).toBe(86_400);
  });

  it('drift that comes back, once for all clusters', () => {
    const drift = alarms.filter(({ properties }) => properties.MetricName === 'RepeatedDrift');
    expect(drift).toHaveLength(1);
    expect(drift[0]?.properties).toMatchObject({ Period: 3600, Threshold: 1, Statistic: 'Sum' });
  });

  it.each([
    ['AWS/Scheduler', 'TargetErrorCount'],
    ['AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount'],
    ['AWS/Events', 'FailedInvocations'],
    ['AWS/Lambda', 'IteratorAge'],
    ['Plumbline', 'GitHubWrites'],
    ['Plumbline', 'GitHubLimitUsed'],
    ['Plumbline', 'RejectedWebhooks'],
  ])('%s %s', (Namespace, MetricName) => {
    expect(alarms.map(({ properties }) => properties)).toContainEqual(
      expect.objectContaining({ Namespace, MetricName }),
    );
  });
});

describe('the dashboard', () => {
  const { DashboardBody } = resource(template, 'AWS::CloudWatch::Dashboard', 'Dashboard');
  const { widgets } = JSON.parse(String(DashboardBody)) as { widgets: { type: string; properties: object }[] };
  const text = JSON.stringify(widgets);

  it('begins with the state of every alarm', () => {
    const [, alarmStatus = expect.fail('there is no second widget')] = widgets;
    expect(alarmStatus.type).toBe('alarm');
    expect((alarmStatus.properties as { alarms: string[] }).alarms).toHaveLength(alarms.length);
  });

  it.each(Object.keys(metrics))('shows %s', (name) => {
    expect(text).toContain(name);
  });

  it.each(resources(template, 'AWS::SQS::Queue').map(({ id }) => id))('shows how many wait in %s', (id) => {
    expect(text).toContain(`<${id}.QueueName>`);
  });

  it('shows every environment', () => {
    for (const environment of ['staging', 'trial']) expect(text).toContain(`"environment","${environment}"`);
  });
});
