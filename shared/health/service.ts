import { current, type HealthRule, progressing } from './health.ts';
import { listAt, textAt } from './read.ts';

/** Only a load balancer is waited for. */
export const service: HealthRule = (object) =>
  textAt(object, 'spec.type') !== 'LoadBalancer' || listAt(object, 'status.loadBalancer.ingress').length > 0
    ? current
    : progressing('its load balancer has no address yet');
