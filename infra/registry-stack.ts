import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import type { Location } from '../shared/config/registries.ts';
import { RegistryForwarder } from './registry-forwarder.ts';

export type RegistryStackProps = { deployer: Deployer; home: Location; registry: Location };

/**
 * The part of Plumbline that stands beside a registry of another account or region. It has no assets and needs no bootstrapping, so that
 * whoever owns the account can create it of its template.
 */
export class RegistryStack extends Stack {
  constructor(scope: Construct, id: string, { deployer, home, registry }: RegistryStackProps) {
    super(scope, id, {
      env: registry,
      // A registry may serve several installations.
      stackName: `PlumblineRegistry-for-${home.account}-${home.region}`,
      description: 'Plumbline: forwards image pushes to where it is installed',
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    new RegistryForwarder(this, 'Default', { deployer, registry });
  }
}

/** One for each of `registries`, named after its account and region. */
export function createRegistryStacks(scope: Construct, deployer: Deployer): RegistryStack[] {
  const { home, registries } = deployer;
  if (home === undefined) return [];
  return registries.map(
    (registry) =>
      new RegistryStack(scope, `PlumblineRegistry-${registry.account}-${registry.region}`, {
        deployer,
        home,
        registry,
      }),
  );
}
