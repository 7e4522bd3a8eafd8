import { type Receiver, severities } from '../../../shared/config/receivers.ts';
import type { Notice } from '../../../shared/notices/notice.ts';

/** Whether `deployer.yaml` wants this receiver to get this. */
export function isMeantFor({ severity, environments }: Receiver, notice: Notice): boolean {
  const isSevere = severities.indexOf(notice.severity) <= severities.indexOf(severity);
  return isSevere && (environments === undefined || environments.includes(notice.environment));
}
