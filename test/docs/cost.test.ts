import { describe, expect, it } from 'vitest';
import { alarmsOf, estimate, metricsOf, peers, total, type Workload } from '../../docs/cost/estimate.ts';
import { peerPrices, prices } from '../../docs/cost/prices.ts';
import { metricNamespace } from '../../shared/metrics.ts';
import { resource, resources, synthesize } from '../infra/template.ts';

const workload: Workload = { pushesPerDay: 100, environments: 2, applications: 10, clusters: 1, driftMinutes: 5 };
const cost = (changes: Partial<Workload> = {}) => total(estimate({ ...workload, ...changes }));

describe('the cost of a month', () => {
  it.each<[keyof Workload]>([['pushesPerDay'], ['environments'], ['applications'], ['clusters']])(
    'grows with %s',
    (field) => {
      expect(cost({ [field]: workload[field] * 2 })).toBeGreaterThan(cost());
    },
  );

  it('shrinks when clusters are looked at less often', () => {
    expect(cost({ driftMinutes: 10 })).toBeLessThan(cost());
  });

  it('is, of drift checks, twice as much for twice as many applications, within the share of the tick', () => {
    const drift = (applications: number) => estimate({ ...workload, applications })[1]?.dollars ?? 0;
    expect(drift(2000) / drift(1000)).toBeCloseTo(2, 1);
  });

  it('counts no push where there is none', () => {
    expect(estimate({ ...workload, pushesPerDay: 0 })[0]?.dollars).toBe(0);
  });

  it('counts as many alarms as the template has', () => {
    const template = synthesize();
    const clusters = resources(template, 'AWS::EKS::AccessEntry').length;
    const environments = 2;
    expect(alarmsOf({ clusters, environments })).toBe(resources(template, 'AWS::CloudWatch::Alarm').length);
  });

  it('counts as many metrics of our own as the template’s dashboard shows', () => {
    const { DashboardBody } = resource(synthesize(), 'AWS::CloudWatch::Dashboard', 'Dashboard');
    type Widget = { properties: { metrics?: unknown[][] } };
    const { widgets } = JSON.parse(String(DashboardBody)) as { widgets: Widget[] };
    const names = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === metricNamespace)
      .map((metric) => JSON.stringify(metric.filter((part) => typeof part === 'string')));
    const { always, atWork, inTrouble } = metricsOf({ environments: 2 });
    expect(new Set(names).size).toBe(always + atWork + inTrouble);
  });

  it('sets others beside it', () => {
    expect(peers(workload).every(({ dollars }) => dollars > 0)).toBe(true);
  });

  it.each(Object.entries({ ...prices, ...peerPrices }))(
    'says of the price of %s where it is from, and when',
    (_, price) => {
      expect(price.source).toMatch(/^https:\/\/aws\.amazon\.com\/.+\/pricing\//);
      expect(price.date).toMatch(/^202\d-\d\d$/);
      expect(price.dollars).toBeGreaterThan(0);
    },
  );
});
