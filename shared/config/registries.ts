import { z } from 'zod';
import { parseEcrPattern } from '../images/repository-pattern.ts';

/** A text, since YAML takes unquoted digits for a number, and loses a leading zero. */
const accountSchema = z.string().regex(/^\d{12}$/, 'must be an account number: twelve digits, in quotes');

const regionSchema = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-west-1');

/** A region of an account. */
export const locationSchema = z.strictObject({
  account: accountSchema.describe('Twelve digits, in quotes.'),
  region: regionSchema,
});

export type Location = z.output<typeof locationSchema>;

export const isSameLocation = (one: Location, other: Location) =>
  one.account === other.account && one.region === other.region;

type Deployer = {
  home?: Location | undefined;
  registries: Location[];
  environments: Record<string, { images: string[] }>;
};

/** The names of the repositories in a registry that environments take images from, with `*` for any characters. */
export function repositoryNamesIn(registry: Location, environments: Deployer['environments']): string[] {
  const patterns = Object.values(environments).flatMap(({ images }) =>
    images.flatMap((one) => parseEcrPattern(one) ?? []),
  );
  return [...new Set(patterns.filter((one) => isSameLocation(one, registry)).map(({ name }) => name))];
}

/** A registry is listed once, isn't Plumbline's own, and something is taken from it: anything else is a slip. */
export function checkRegistries({ home, registries, environments }: Deployer, context: z.RefinementCtx): void {
  const add = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (home === undefined && registries.length > 0)
    add(['home'], 'is required where there are registries: they send their events there');
  registries.forEach((registry, index) => {
    const where = `${registry.account}.dkr.ecr.${registry.region}.amazonaws.com`;
    if (home !== undefined && isSameLocation(home, registry))
      add(['registries', index], 'must be another account or region than home, whose events arrive by themselves');
    if (registries.findIndex((one) => isSameLocation(one, registry)) < index)
      add(['registries', index], 'must be listed once');
    if (repositoryNamesIn(registry, environments).length === 0)
      add(['registries', index], `must be one that images are taken from: no environment's images name ${where}/…`);
  });
}
