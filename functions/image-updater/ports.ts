import type { Clock } from '../../shared/clock.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { GitWriter } from '../../shared/git/ports.ts';
import type { Registry } from '../../shared/images/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { ReportStore } from '../../shared/state/store.ts';

export type UpdaterPorts = {
  environments: Deployer['environments'];
  git: GitWriter;
  registry: Registry;
  /** What was told of environments: which revision is healthy. */
  reports: Pick<ReportStore, 'readReport'>;
  log: Log;
  clock: Clock;
  sleep(milliseconds: number): Promise<unknown>;
  /** From 0 to 1, so that two runs that collided don't collide again. */
  random(): number;
};
