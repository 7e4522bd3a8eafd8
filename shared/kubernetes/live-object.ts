import type { KubernetesObject } from '../manifests/object.ts';
import type { FieldSet } from './field-set.ts';

/** One manager's entry of `metadata.managedFields`. */
export type ManagedFields = {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: FieldSet;
  subresource?: string;
};

/** An object as the API server returned it. */
export type LiveObject = KubernetesObject & {
  metadata: {
    uid: string;
    resourceVersion: string;
    generation?: number;
    deletionTimestamp?: string;
    finalizers?: string[];
    managedFields?: ManagedFields[];
  };
};
