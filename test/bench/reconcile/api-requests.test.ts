import { describe, expect, it } from 'vitest';
import { countRequests } from '../../../bench/reconcile/api-requests.ts';

const counter = (labels: Record<string, string>, value: number | string) => {
  const pairs = Object.entries({ code: '200', component: 'apiserver', dry_run: '', ...labels });
  return `apiserver_request_total{${pairs.map(([name, text]) => `${name}="${text}"`).join(',')}} ${value}`;
};

describe('counting requests', () => {
  it('adds up what everybody asked for, dry runs and discovery included', () => {
    const metrics = [
      '# HELP apiserver_request_total [STABLE] Counter of apiserver requests',
      '# TYPE apiserver_request_total counter',
      counter({ group: 'apps', resource: 'deployments', verb: 'APPLY' }, 2000),
      counter({ group: 'apps', resource: 'deployments', verb: 'APPLY', dry_run: 'All' }, '1.2e+03'),
      counter({ group: '', resource: 'configmaps', verb: 'LIST', code: '403' }, 5),
      counter({ group: '', resource: '', subresource: '/apis', verb: 'GET' }, 1),
      'apiserver_request_sli_duration_seconds_count{verb="GET"} 77',
      'apiserver_current_inflight_requests{request_kind="readOnly"} 3',
    ].join('\n');
    expect(countRequests(metrics)).toBe(3206);
  });

  it.each<Record<string, string>>([
    { group: 'coordination.k8s.io', resource: 'leases', verb: 'PUT' },
    { group: 'flowcontrol.apiserver.k8s.io', resource: 'flowschemas', verb: 'LIST' },
    { group: 'networking.k8s.io', resource: 'ipaddresses', verb: 'POST' },
    { group: '', resource: '', subresource: '/metrics', verb: 'GET' },
    { group: '', resource: '', subresource: '/readyz', verb: 'GET' },
    { group: '', resource: '', subresource: 'openapi/v3', verb: 'GET' },
    { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies', verb: 'WATCH' },
  ])('leaves out what the API server asks of itself: %o', (labels) => {
    expect(countRequests(counter(labels, 9))).toBe(0);
  });

  it('reads labels that hold quotes and braces', () => {
    expect(countRequests(counter({ group: 'a', resource: String.raw`x\"} 9 {`, verb: 'GET' }, 4))).toBe(4);
  });
});
