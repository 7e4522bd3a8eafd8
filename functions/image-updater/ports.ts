import type { Clock } from '../../shared/clock.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { GitWriter } from '../../shared/git/ports.ts';
import type { Registry } from '../../shared/images/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';

export type UpdaterPorts = {
  environments: Deployer['environments'];
  git: GitWriter;
  registry: Registry;
  log: Log;
  clock: Clock;
  sleep(milliseconds: number): Promise<unknown>;
  /** From 0 to 1, so that two runs that collided don't collide again. */
  random(): number;
};
