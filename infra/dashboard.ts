import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { githubService, metricNamespace } from '../shared/metrics.ts';
import type { Alerts } from './alerts.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { Foundation } from './foundation.ts';
import { alarmPeriod, ownMetric } from './metrics.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';

const columns = 24;
const sum = { statistic: 'Sum', period: alarmPeriod };
const most = { statistic: 'Maximum', period: alarmPeriod };

/** One page that answers, from top to bottom: is everything well? what failed? how fast is it? what waits? */
export class PlumblineDashboard extends Construct {
  constructor(scope: Construct, { deployer, alerts }: Foundation) {
    super(scope, 'Dashboard');
    const all = scope.node.findAll();
    const functions = all.filter((each) => each instanceof NodeFunction);
    const queues = all.filter((each) => each instanceof QueueWithDeadLetters);
    const deadLetters = all.filter((each) => each instanceof DeadLetterQueue);
    new Dashboard(this, 'Resource', {
      widgets: [
        [introduction(alerts)],
        [new AlarmStatusWidget({ title: 'Is everything well?', alarms: alerts.alarms, width: columns, height: 5 })],
        row(successes(Object.keys(deployer.environments)), failures(), functionFailures(functions)),
        row(pushToApplied(), reconcileSeconds(), changes()),
        row(waiting(queues), ages(queues), dead(deadLetters)),
        row(github(), webhooks(), durations(functions)),
      ],
    });
  }
}

/** Graphs of equal width in a row. */
const row = (...graphs: GraphWidgetProps[]) =>
  graphs.map((props) => new GraphWidget({ ...props, width: columns / graphs.length, height: 6 }));

const introduction = ({ runbook }: Alerts) =>
  new TextWidget({
    markdown: `# Plumbline\nWhat an alarm means, how to look and how to mend it: ${runbook}`,
    width: columns,
    height: 2,
  });

const successes = (environments: readonly string[]): GraphWidgetProps => ({
  title: 'Seconds since the last success, by environment',
  left: environments.map((environment) =>
    ownMetric('SecondsSinceSuccess', 'dispatcher', {
      statistic: 'Maximum',
      dimensions: { environment },
      label: environment,
    }),
  ),
});

/** A search, since nobody knows beforehand which function fails in which way. */
const failures = (): GraphWidgetProps => ({
  title: 'Failures, by function and kind',
  left: [
    new MathExpression({
      expression: `SEARCH('{${metricNamespace},service,kind} MetricName="Failures"', 'Sum', ${alarmPeriod.toSeconds()})`,
      usingMetrics: {},
      label: '',
    }),
  ],
});

const functionFailures = (functions: readonly NodeFunction[]): GraphWidgetProps => ({
  title: 'Functions: errors (left), throttles (right)',
  left: functions.map((fn) => labelled(fn.lambda.metricErrors(sum), nameOf(fn))),
  right: functions.map((fn) => labelled(fn.lambda.metricThrottles(sum), nameOf(fn))),
});

const pushToApplied = (): GraphWidgetProps => ({
  title: 'From push to applied, in seconds',
  left: ['p50', 'p95'].map((statistic) =>
    ownMetric('PushToAppliedSeconds', 'reconciler', { statistic, label: statistic }),
  ),
});

const reconcileSeconds = (): GraphWidgetProps => ({
  title: 'One reconciliation, in seconds',
  left: ['p50', 'p95'].map((statistic) => ownMetric('ReconcileSeconds', 'reconciler', { statistic, label: statistic })),
});

const changes = (): GraphWidgetProps => ({
  title: 'Objects changed; fields that had drifted, and drifted again',
  left: (['ObjectsChanged', 'DriftFound', 'RepeatedDrift'] as const).map((name) =>
    ownMetric(name, 'reconciler', { statistic: 'Sum', label: name }),
  ),
});

const waiting = (queues: readonly QueueWithDeadLetters[]): GraphWidgetProps => ({
  title: 'Messages that wait',
  left: queues.map((each) => labelled(each.queue.metricApproximateNumberOfMessagesVisible(most), nameOf(each))),
});

const ages = (queues: readonly QueueWithDeadLetters[]): GraphWidgetProps => ({
  title: 'Age of the oldest message, in seconds',
  left: queues.map((each) => labelled(each.queue.metricApproximateAgeOfOldestMessage(most), nameOf(each))),
});

const dead = (queues: readonly DeadLetterQueue[]): GraphWidgetProps => ({
  title: 'Dead letters',
  left: queues.map((each) => labelled(each.queue.metricApproximateNumberOfMessagesVisible(most), nameOf(each))),
});

const github = (): GraphWidgetProps => ({
  title: 'GitHub: writes (left; 500 an hour), % of the hour’s requests (right; from 10 % on)',
  left: [ownMetric('GitHubWrites', githubService, { statistic: 'Sum', label: 'writes' })],
  right: [ownMetric('GitHubLimitUsed', githubService, { statistic: 'Maximum', label: '% used' })],
});

const webhooks = (): GraphWidgetProps => ({
  title: 'Webhooks rejected',
  left: [ownMetric('RejectedWebhooks', 'webhook', { statistic: 'Sum', label: 'rejected' })],
});

const durations = (functions: readonly NodeFunction[]): GraphWidgetProps => ({
  title: 'Functions: duration, p95, in milliseconds',
  left: functions.map((fn) =>
    labelled(fn.lambda.metricDuration({ statistic: 'p95', period: alarmPeriod }), nameOf(fn)),
  ),
});

const labelled = (metric: IMetric & { with(props: { label: string }): IMetric }, label: string) =>
  metric.with({ label });

/** The construct that it belongs to: `Source`, `Reconciler-main/Reconciliations`. */
const nameOf = ({ node }: Construct): string =>
  node.path
    .split('/')
    .slice(1)
    .filter((part) => !['Default', 'Function', 'DeadLetters'].includes(part))
    .join('/');
