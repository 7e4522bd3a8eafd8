import { z } from 'zod';
import { nameSchema } from './names.ts';

/** How the function is shut in that runs what repositories contain. */
export const rendererSchema = z.strictObject({
  network: z
    .enum(['own', 'cluster'])
    .default('own')
    .describe(
      "`own` makes a VPC for it with nothing but an endpoint to the artifact bucket and a resolver that knows that one name. `cluster` puts it beside the first cluster's nodes, where names can be resolved and the VPC's endpoint may lead further: for accounts in which no VPC may be made.",
    ),
  cluster: nameSchema
    .optional()
    .describe(
      'With `network: cluster`: a key of `clusters`, in whose subnets it runs. It must be one of `home`. Default: the first of them.',
    ),
  tenantIsolation: z
    .boolean()
    .default(true)
    .describe(
      'Whether Lambda keeps instances apart by environment, so that none renders for two. Turn it off in a region that has no tenant isolation mode. A change replaces the function.',
    ),
});
