import { current, type HealthRule, progressing } from './health.ts';
import { numberAt } from './read.ts';

/** Ready as soon as its controller has counted the pods; how many there are is the workload's own business. */
export const podDisruptionBudget: HealthRule = (object) =>
  numberAt(object, 'status.observedGeneration') < numberAt(object, 'metadata.generation')
    ? progressing('its pods have not been counted yet')
    : current;
